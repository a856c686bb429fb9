"""Reasons of lists that trees did not make: how much an article is read of late, and whether it is new."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from frontpage.core.lists import Reason
from frontpage.features.grouping import Floats, Ints
from models.context import ScoringContext
from models.explaining.phrases import LAST_RESORT
from models.explaining.rows import reasons_json

#: What one read still counts when it is as old as the half-life.
_ONE_READ = 0.5
_NEW_TODAY, _AMONG_NEWEST = Reason("new_today"), Reason(LAST_RESORT.code)


def reasons_of_counts(
    context: ScoringContext, rows: Ints, counts: Floats, half_life_hours: float | None, place: str = ""
) -> NDArray[np.object_]:
    """Reasons of some live articles as JSON text, from the counts of all of them, in a region or category if one is
    named as `place`.

    A reason's contribution is the article's share of the most read one's reads; it is given where as much is left of
    them as of one read at the half-life.
    """
    most = max(float(counts.max(initial=0.0)), 1e-9)
    much_read = None if half_life_hours is None else _much_read(half_life_hours, place)
    pairs = zip(counts[rows], context.age_hours()[rows], strict=True)
    given = [_given(much_read, value / most if value >= _ONE_READ else 0.0, age) for value, age in pairs]
    return np.array([reasons_json(list(reasons) or [_AMONG_NEWEST]) for reasons in given], dtype=object)


def _given(much_read: Reason | None, share: float, age_hours: float) -> Iterator[Reason]:
    if much_read is not None and share > 0:
        yield replace(much_read, contribution=share)
    if age_hours < 24:
        yield _NEW_TODAY


def _much_read(half_life_hours: float, place: str) -> Reason:
    hours = {"hours": int(half_life_hours) if half_life_hours == int(half_life_hours) else half_life_hours}
    return Reason("much_read_in_place", {"place": place, **hours}) if place else Reason("much_read", hours)
