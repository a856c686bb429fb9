"""Chances that go with margins."""

import numpy as np

from frontpage.core.lists import SCORE_DECIMALS
from models.ranking.calibration import Calibration


def test_equal_margins_have_one_chance() -> None:
    """Lists are ordered by rounded margins, ties by article: a chance beside a boundary must not turn a tie round.

    A margin of .0000196 is a chance of .5000049, one of .0000204 of .5000051; both margins are .00002 when rounded.
    """
    chances = np.round(Calibration().chance(np.array([0.0000196, 0.0000204])), SCORE_DECIMALS)
    assert chances[0] == chances[1]


def test_the_order_stays() -> None:
    """Higher margins have higher chances, with any slope above 0."""
    margins = np.linspace(-5, 5, 101)
    assert (np.diff(Calibration(0.3, -2.0).chance(margins)) > 0).all()
