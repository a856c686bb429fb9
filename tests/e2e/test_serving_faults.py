"""Lists keep coming while runs are published and PostgreSQL restarts and goes silent; half a minute of the proof."""

import pytest

from bench.serve_faults import measure


@pytest.mark.slow
def test_readers_get_lists_through_restarts_and_silence():
    """At least 99.9 % of requests get a list, 95 % of known readers their own, none one of two runs."""
    figures = measure(30)
    print(figures)
    assert figures["requests"] > 200
    assert figures["share_lists"] >= 0.999
    assert figures["share_own"] >= 0.95
    assert figures["mixed"] == 0
    assert figures["runs_seen"] > 2
    assert figures["recovery_seconds"] < 10
