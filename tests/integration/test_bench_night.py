"""The benches of extract and retrain run, on worlds so small that their figures mean nothing."""

import pytest

from bench import etl, retrain
from bench.scale_world import Size


@pytest.mark.slow
def test_an_extract_is_measured_and_killed(tmp_path):
    """A killed extract that is run again leaves what an undisturbed one leaves."""
    tmp_path.chmod(0o755)
    figures = etl.measure(600, tmp_path / "files")
    assert figures["killed"]["is_equal"] == 1
    assert figures["ratios"]["ratio"] > 0


@pytest.mark.slow
def test_a_retrain_is_measured_and_killed(tmp_path):
    """Killed amid the trees and amid ALS it ends in the same bytes."""
    tmp_path.chmod(0o755)
    size = Size(n_readers=600, n_days=3, articles_a_day=200)
    with retrain.fortnight(tmp_path, size) as settings:
        figures = retrain.measure(settings, size, ("train",), is_killed=True)
    assert figures["killed"]["is_equal"] == 1
    assert figures["used"]["reads_used"] == figures["world"]["reads"]
    assert set(figures["seconds"]) == {"train", "all"}
