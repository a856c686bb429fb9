"""What is found at one hour: in the series, in served quality, in ages, and between stored and recomputed states."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import numpy as np

from frontpage.core.clock import HOUR
from frontpage.core.sections.watching import DriftParams
from frontpage.lifecycle.drift.adwin import last_change
from frontpage.lifecycle.drift.detection import HourlyAggregates, out_of_bounds
from frontpage.lifecycle.drift.kinds import KINDS, QUALITY

_DAY = 24
_SAID = {"new": "is new", "vanished": "vanished", "change": "fell", "stale": "is stale", "skew": "differs"}


@dataclass(frozen=True, slots=True)
class Finding:
    """What differs: value and expected in the measure's own unit (rows of a window, share, mean, hours)."""

    series: str
    key: str
    kind: str
    value: float
    expected: float
    z: float | None
    is_confirmed: bool

    @property
    def label(self) -> str:
        """What is the same for as long as the same thing is found: `articles.publisher Post vanished`."""
        return f"{self.series} {self.key} {_SAID.get(self.kind, 'shifted')}"

    def __str__(self) -> str:
        """`articles.publisher Post vanished (0 against 41)`"""
        return f"{self.label} ({self.value:.4g} against {self.expected:.4g})"


def aggregates_of(rows: Iterable[Mapping[str, Any]], since: datetime, until: datetime) -> dict[str, HourlyAggregates]:
    """Rows of `drift_aggregate` as arrays by series; the hours (since, until], an hour without a row is zero."""
    n_hours = round((until - since) / HOUR)
    by_series: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows:
        by_series.setdefault(row["series"], []).append(row)
    return {series: _arrays(found, since, n_hours) for series, found in by_series.items()}


def _arrays(rows: Sequence[Mapping[str, Any]], since: datetime, n_hours: int) -> HourlyAggregates:
    keys = sorted({row["key"] for row in rows})
    column = {key: number for number, key in enumerate(keys)}
    at = np.array([round((row["hour"] - since) / HOUR) - 1 for row in rows])
    of = np.array([column[row["key"]] for row in rows])
    n, total = (np.zeros((n_hours, len(keys))) for _ in range(2))
    n[at, of] = [row["n"] for row in rows]
    total[at, of] = [row["total"] for row in rows]
    return HourlyAggregates(keys, n, total)


def in_series(seen: Mapping[str, HourlyAggregates], params: DriftParams) -> Iterator[Finding]:
    """Of every series that is compared with past weeks; what two windows of one series find is told once."""
    told: set[str] = set()
    for kind in KINDS:
        if kind.series not in seen:
            continue
        for key, way, column in out_of_bounds(kind, seen[kind.series], params):
            value, was, z = (float(each[-1, column]) for each in (way.value, way.expected, way.z))
            is_confirmed = bool(way.is_confirmed[-1, column])
            found = Finding(kind.series, key, way.kind, value, was, z if np.isfinite(z) else None, is_confirmed)
            if is_confirmed or found.label not in told:
                told.add(found.label)
                yield found


def in_quality(seen: Mapping[str, HourlyAggregates], params: DriftParams) -> Iterator[Finding]:
    """Series of served quality whose mean has fallen within the last day; confirmed if an hour before said so too."""
    for series in QUALITY:
        for column, key in enumerate(seen[series].keys if series in seen else ()):
            values = _without_hours(seen[series], column)
            now, before = (_recent_fall(known, params) for known in (values, values[:-1]))
            if now is not None:
                yield Finding(series, key, "change", now[1], now[0], None, before is not None)


def _without_hours(seen: HourlyAggregates, column: int) -> np.ndarray:
    """Means of the hours that have any, less what is usual at their hour of the day, plus the mean of all."""
    n, total = seen.n[:, column], seen.total[:, column]
    hours = np.flatnonzero(n)
    values = total[hours] / n[hours]
    usual = {hour: values[hours % _DAY == hour].mean() for hour in np.unique(hours % _DAY)}
    rest: np.ndarray = values - np.array([usual[hour] for hour in hours % _DAY])
    return rest + values.mean() if len(values) else rest


def _recent_fall(values: np.ndarray, params: DriftParams) -> tuple[float, float] | None:
    change = last_change(values, params.quality_confidence)
    if change is None or change.at < len(values) - _DAY or change.after >= change.before:
        return None
    return change.before, change.after


def in_ages(ages: Mapping[str, float], params: DriftParams) -> Iterator[Finding]:
    """What has grown too old; confirmed if it was too old an hour ago."""
    limits = {"model": params.max_model_age_days * _DAY, "lists": params.max_list_age_hours}
    for thing, hours in ages.items():
        limit = limits.get(thing, params.max_source_age_hours)
        if hours > limit:
            yield Finding("age", thing, "stale", hours, limit, None, hours - 1 > limit)


def in_states(n: int, n_differ: int, params: DriftParams) -> Iterator[Finding]:
    """Stored states of readers that are not what their reads say: serving and training would see different features."""
    if n and n_differ / n > params.max_skew:
        yield Finding("states", "reader", "skew", n_differ / n, 0.0, None, is_confirmed=True)
