"""Shares of readers by a salted hash."""

import pytest

from frontpage.core.assignment import arm, bucket, within

KEYS = range(-20_000, 20_000)


def test_a_grown_share_keeps_everybody_who_was_in():
    """10 % are among the 25 %; shares are as large as they say."""
    tenth, quarter = (set(within("a", KEYS, share)) for share in (0.1, 0.25))
    assert tenth < quarter
    assert len(tenth) / len(KEYS) == pytest.approx(0.1, abs=0.006)


def test_salts_draw_independently():
    """A quarter of a quarter is in both."""
    both = [key for key in KEYS if bucket("a", key) < 0.25 and bucket("b", key) < 0.25]
    assert len(both) / len(KEYS) == pytest.approx(1 / 16, abs=0.005)


def test_arms_lie_side_by_side():
    """Each reader has one arm or none, in the shares given."""
    drawn = [arm("a", key, [("control", 0.2), ("canary", 0.3)]) for key in KEYS]
    assert drawn.count("control") / len(KEYS) == pytest.approx(0.2, abs=0.01)
    assert drawn.count("canary") / len(KEYS) == pytest.approx(0.3, abs=0.01)
    assert drawn.count(None) / len(KEYS) == pytest.approx(0.5, abs=0.01)


def test_shares_above_one_are_refused():
    """In one sentence."""
    with pytest.raises(ValueError, match="above 100 %"):
        arm("a", 1, [("control", 0.6), ("canary", 0.6)])
