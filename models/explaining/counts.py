"""Reasons of lists that trees did not make: how much an article is read of late, and whether it is new."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from frontpage.core.lists import Reason
from frontpage.features.grouping import Floats, Ints
from models.context import ScoringContext
from models.explaining.rows import reasons_json

#: What one read still counts when it is as old as the half-life.
_ONE_READ = 0.5


def reasons_of_counts(
    context: ScoringContext, rows: Ints, counts: Floats, half_life_hours: float | None, where: str = ""
) -> NDArray[np.object_]:
    """Reasons of some live articles as JSON text, from the counts of all of them.

    A reason's contribution is the article's share of the most read one's reads; it is given where as much is left of
    them as of one read at the half-life.
    """
    most = max(float(counts.max(initial=0.0)), 1e-9)
    ages = context.age_hours()[rows]
    much_read = "" if half_life_hours is None else f"much read{where} in the last {_hours(half_life_hours)}"
    pairs = zip(counts[rows], ages, strict=True)
    said = [_said(much_read, value / most if value >= _ONE_READ else 0.0, age) for value, age in pairs]
    return np.array([reasons_json(reasons) for reasons in said], dtype=object)


def _said(much_read: str, share: float, age_hours: float) -> list[Reason]:
    reasons = [Reason("popular", much_read, share)] if share > 0 and much_read else []
    if age_hours < 24:
        reasons.append(Reason("new", "new today", 0.0))
    return reasons or [Reason("recent", "one of the newest articles left for you", 0.0)]


def _hours(half_life_hours: float) -> str:
    if half_life_hours < 1:
        return f"{round(half_life_hours * 60)} minutes"
    hours = round(half_life_hours)
    return "hour" if hours <= 1 else f"{hours} hours" if hours < 48 else f"{round(hours / 24)} days"
