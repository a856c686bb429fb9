"""Scores that mean the same in every run: Platt scaling of the ranker's margins on cutoffs it did not learn from.

A calibrated score is the chance that a reader who comes within the window reads the article for the first time.
Platt, "Probabilistic outputs for support vector machines" (1999); the order of a list does not change.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from sklearn.linear_model import LogisticRegression

from frontpage.core.lists import SCORE_DECIMALS
from frontpage.features.grouping import Floats
from models.ranking.ranker import Rows

#: Fewer reads than this say too little of how likely any is.
_ENOUGH_READS = 30


@dataclass(frozen=True, slots=True)
class Calibration:
    """Chance = 1 / (1 + exp(-(slope x margin + offset))); slope is above 0, so the order of scores stays."""

    slope: float = 1.0
    offset: float = 0.0

    def chance(self, margin: Floats) -> Floats:
        """The chance that goes with each margin, rounded as lists are ordered: what ties there has one chance."""
        rounded = np.round(margin, SCORE_DECIMALS)
        return np.asarray(1.0 / (1.0 + np.exp(-np.clip(self.slope * rounded + self.offset, -50.0, 50.0))))


def calibrated(margin: Floats, rows: Rows) -> Calibration:
    """The scaling that fits margins of rows to whether they were read, each row counting `rows.weights`.

    The identity where too few were read, or where higher margins were not read more often.
    """
    read = rows.grades > 0
    if read.sum() < _ENOUGH_READS or read.all():
        return Calibration()
    fitted = LogisticRegression(C=1e6).fit(margin[:, None], read, sample_weight=rows.weights)
    slope, offset = float(fitted.coef_[0, 0]), float(fitted.intercept_[0])
    return Calibration(slope, offset) if slope > 0 else Calibration()
