"""What is unusual at an hour, and what is so for the second time: shifts, new keys, vanished keys."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from frontpage.core.sections.watching import DriftParams
from frontpage.lifecycle.drift.kinds import SeriesKind
from frontpage.lifecycle.drift.seasonal import WEEK_HOURS, Floats, added_up, expected, middle, stabilised, usual

Bools = NDArray[np.bool_]
_DAY = 24
#: A key may vanish within hours where it brings much, and is waited for where it brings little.
_VANISHING_WINDOWS = (6, 24, 72)


@dataclass(frozen=True, slots=True)
class HourlyAggregates:
    """One series: rows and sums of their values [hour, key]; keys in the order of the columns."""

    keys: Sequence[str]
    n: Floats
    total: Floats


@dataclass(frozen=True, slots=True)
class ComparedSeries:
    """Each hour and key in one way of judging: value and what was expected in the measure's own unit, and verdicts.

    is_out: beyond what is usual. is_confirmed: for the second time, on the same side.
    """

    kind: str
    value: Floats
    expected: Floats
    z: Floats
    is_out: Bools
    is_confirmed: Bools


def compared(kind: SeriesKind, seen: HourlyAggregates, params: DriftParams) -> list[ComparedSeries]:
    """Every hour of a series in every way of judging that it has."""
    named = [_vanished(seen, params), _new(seen, params)] if kind.names else []
    return [*named, _shifted(kind, seen, params)]


def out_of_bounds(
    kind: SeriesKind, seen: HourlyAggregates, params: DriftParams
) -> Iterator[tuple[str, ComparedSeries, int]]:
    """(key, how it was judged, its column) of what is out at the last hour, each key once."""
    told: set[int] = set()
    for way in compared(kind, seen, params):
        for column in np.flatnonzero(way.is_out[-1]):
            if column not in told:
                told.add(int(column))
                yield seen.keys[int(column)], way, int(column)


def confirmed(kind: SeriesKind, seen: HourlyAggregates, params: DriftParams) -> Bools:
    """[hour, key]: where a finding is confirmed in any way."""
    either: Bools = np.logical_or.reduce([way.is_confirmed for way in compared(kind, seen, params)])
    return either


def _shifted(kind: SeriesKind, seen: HourlyAggregates, params: DriftParams) -> ComparedSeries:
    """Every hour against its weekday and hour in past weeks, by what deviations are usual."""
    n, total = added_up(seen.n, kind.window_hours), added_up(seen.total, kind.window_hours)
    values, chance = middle(*stabilised(n, total, kind.measure), kind.days)
    was = expected(values, params.weeks, params.min_weeks)
    deviations = values - was
    scale = usual(deviations, params.scale_days, kind.confirm_hours + _DAY)
    z = deviations / np.maximum(scale, np.maximum(chance, max(kind.min_change / params.threshold, 1e-9)))
    n_expected = np.nan_to_num(expected(n, params.weeks, params.min_weeks))
    is_out = (np.abs(np.nan_to_num(z)) > params.threshold) & (np.maximum(n, n_expected) >= params.min_count)
    again = _earlier(np.where(is_out, np.sign(np.nan_to_num(z)), 0), kind.confirm_hours)
    return ComparedSeries("shift", _plain(values, kind), _plain(was, kind), z, is_out, is_out & (again == np.sign(z)))


def _vanished(seen: HourlyAggregates, params: DriftParams) -> ComparedSeries:
    """Keys that brought nothing in a window where past weeks brought many; confirmed if so an hour before too."""
    most = np.zeros_like(seen.n)
    for hours in _VANISHING_WINDOWS:
        n = added_up(seen.n, hours)
        was = np.nan_to_num(expected(n, params.weeks, params.min_weeks))
        most = np.maximum(most, np.where((n == 0) & (was >= params.vanished_count), was, 0))
    return _named("vanished", np.zeros_like(most), most, most > 0)


def _new(seen: HourlyAggregates, params: DriftParams) -> ComparedSeries:
    """Keys with many rows in a day and none before, once there are weeks to have come in; confirmed an hour later."""
    day = added_up(seen.n, _DAY)
    before = _earlier(np.cumsum(seen.n, axis=0), _DAY)
    is_late = np.arange(len(day))[:, None] >= params.min_weeks * WEEK_HOURS
    return _named("new", day, np.zeros_like(day), (day >= params.new_count) & (before == 0) & is_late)


def _named(kind: str, value: Floats, was: Floats, is_out: Bools) -> ComparedSeries:
    return ComparedSeries(kind, value, was, np.full(value.shape, np.nan), is_out, is_out & _earlier(is_out, 1))


def _earlier(values: NDArray[Any], hours: int) -> NDArray[Any]:
    """What stood so many hours before; zeros where nothing did."""
    moved = np.zeros_like(values)
    moved[hours:] = values[:-hours]
    return moved


def _plain(values: Floats, kind: SeriesKind) -> Floats:
    """Values back in their own unit."""
    if kind.measure == "count":
        return (values / 2) ** 2 - 3 / 8
    return np.sin(values) ** 2 if kind.measure == "share" else values
