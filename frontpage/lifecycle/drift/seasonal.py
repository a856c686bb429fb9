"""How unusual a value is for its weekday and hour: robust z over medians and median absolute deviations.

Counts and shares are put on scales on which chance alone has a standard deviation that is known (Anscombe 1948), so
that a series with few rows is not called unusual for being small.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from frontpage.lifecycle.drift.kinds import Measure

Floats = NDArray[np.float64]

WEEK_HOURS = 7 * 24
_DAY_HOURS = 24
#: A normal distribution's standard deviation over its median absolute deviation.
_TO_SIGMA = 1.4826


def added_up(hourly: Floats, window_hours: int) -> Floats:
    """[hour, key]: the sum of each hour and of those before it, in all `window_hours`; less at the beginning.

    >>> added_up(np.array([[1.0], [2.0], [4.0]]), 2).ravel().tolist()
    [1.0, 3.0, 6.0]
    """
    sums = np.cumsum(hourly, axis=0)
    sums[window_hours:] -= sums[:-window_hours].copy()
    return sums


def stabilised(n: Floats, total: Floats, measure: Measure) -> tuple[Floats, Floats]:
    """Values [hour, key] on a scale where chance has the standard deviation given beside them; NaN without rows."""
    if measure == "count":
        return 2 * np.sqrt(n + 3 / 8), np.ones_like(n)
    with np.errstate(divide="ignore", invalid="ignore"):
        if measure == "level":
            return total / n, np.zeros_like(n)
        every = n.sum(axis=1, keepdims=True)
        return np.arcsin(np.sqrt(n / every)), np.broadcast_to(0.5 / np.sqrt(every), n.shape)


def middle(values: Floats, chance: Floats, days: int) -> tuple[Floats, Floats]:
    """The median of the values of `days` days at this hour, with its chance; one odd day does not move it."""
    if days == 1:
        return values, chance
    past = np.full((days, *values.shape), np.nan)
    for day in range(days):
        past[day, day * _DAY_HOURS :] = values[: len(values) - day * _DAY_HOURS]
    known = np.isfinite(past).all(axis=0)
    median = np.median(np.where(known, past, 0.0), axis=0)
    return np.where(known, median, np.nan), chance * np.sqrt(np.pi / 2 / days)


def expected(values: Floats, weeks: int, min_weeks: int) -> Floats:
    """[hour, key]: the median of this weekday and hour in up to `weeks` weeks before; NaN with fewer than min_weeks."""
    past = np.full((weeks, *values.shape), np.nan)
    for week in range(1, weeks + 1):
        lag = week * WEEK_HOURS
        if lag < len(values):
            past[week - 1, lag:] = values[:-lag]
    known = np.isfinite(past).sum(axis=0)
    with np.errstate(all="ignore"):
        median = np.nanmedian(np.where(known > 0, past, 0.0), axis=0)
    return np.where(known >= min_weeks, median, np.nan)


def usual(deviations: Floats, days: int, lag_hours: int) -> Floats:
    """[hour, key]: the scale of deviations in the days before, told once a day; what is under way is not among them.

    lag_hours: the newest hours, which are left out. NaN until there are three days of them.
    """
    scale = np.full(deviations.shape, np.nan)
    for hour in range(0, len(deviations), _DAY_HOURS):
        end = hour - lag_hours
        window = np.abs(deviations[max(end - days * _DAY_HOURS, 0) : max(end, 0)])
        enough = np.isfinite(window).sum(axis=0) >= 3 * _DAY_HOURS
        if enough.any():
            scale[hour : hour + _DAY_HOURS, enough] = _TO_SIGMA * np.nanmedian(window[:, enough], axis=0)
    return scale
