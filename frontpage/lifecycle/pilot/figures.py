"""What a pilot has done: treatment against control, with intervals and in plain words. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from frontpage.core.sections.pilot import PilotParams
from frontpage.lifecycle.experiments.sequence import Estimate, Ratio, of_ratios

TREATMENT, CONTROL = "treatment", "control"
_DAYS_A_WEEK = 7.0
_DAYS_A_MONTH = 30.4


@dataclass(frozen=True, slots=True)
class PilotOutcome:
    """One measure of both arms: values, the interval of their difference, and what may be said of it."""

    name: str
    unit: str
    treatment: Ratio
    control: Ratio
    change: Estimate
    says: str


@dataclass(frozen=True, slots=True)
class Cost:
    """What making and keeping lists took, a day on average, and what that costs for 1,000 readers a day."""

    cpu_hours: float
    gigabytes: float
    per_1000_readers: float


@dataclass(frozen=True, slots=True)
class Work:
    """What was spent in a period: seconds of cores for lists and training, bytes kept, readers with a list, days."""

    core_seconds: float
    n_bytes: float
    n_readers: float
    n_days: float


def outcomes(readers: pd.DataFrame, n_days: float, params: PilotParams) -> list[PilotOutcome]:
    """Every measure of the readers of both arms [reader: arm, seconds, n_days, n_lists, n_reads, ...]."""
    weeks = max(n_days, 1.0) / _DAYS_A_WEEK
    return [_outcome(readers, measure, n_days, weeks, params) for measure in _MEASURES]


def cost(work: Work, params: PilotParams) -> Cost:
    """A day's work and its price; storage is priced as kept for a month."""
    days = max(work.n_days, 1e-9)
    cpu_hours, gigabytes = work.core_seconds / 3600 / days, work.n_bytes / 1e9 / days
    price = cpu_hours * params.cpu_hour_price + gigabytes * params.gb_month_price / _DAYS_A_MONTH
    return Cost(cpu_hours, gigabytes, 1000 * price / max(work.n_readers, 1.0))


def table(found: list[PilotOutcome], costs: Cost) -> pd.DataFrame:
    """Everything as rows: measure, unit, treatment, control, difference, low, high, readers of each, words."""
    rows: list[Mapping[str, object]] = [
        {
            "measure": each.name, "unit": each.unit, "treatment": each.treatment.value, "control": each.control.value,
            "difference": each.change.value, "low": each.change.low, "high": each.change.high,
            "n_treatment": each.treatment.n, "n_control": each.control.n, "says": each.says,
        }
        for each in found
    ]  # fmt: skip
    return pd.DataFrame([*rows, *_cost_rows(costs)])


def _cost_rows(costs: Cost) -> Iterator[Mapping[str, object]]:
    yield {"measure": "CPU", "unit": "core hours a day", "treatment": costs.cpu_hours}
    yield {"measure": "storage", "unit": "GB a day", "treatment": costs.gigabytes}
    yield {"measure": "cost", "unit": "per 1,000 readers a day", "treatment": costs.per_1000_readers}


@dataclass(frozen=True, slots=True)
class _Measure:
    """upper over lower, both columns; by: what the ratio is divided by. good: +1 where more is better, else -1."""

    name: str
    unit: str
    upper: str
    lower: str
    by: str = ""
    good: int = 1


_MEASURES = (
    _Measure("reading time", "seconds per reader and day", "seconds", "one", "days"),
    _Measure("returning days", "days with a read per reader and week", "n_days", "one", "weeks"),
    _Measure("reads per list", "reads per list that was served", "n_reads", "n_lists"),
    _Measure("trial to paid", "share of readers in trial who began to pay", "paid", "in_trial"),
    _Measure("cancelled", "share of paying readers who cancelled", "cancelled", "paying", good=-1),
)


def _outcome(
    readers: pd.DataFrame, measure: _Measure, n_days: float, n_weeks: float, params: PilotParams
) -> PilotOutcome:
    scale = {"": 1.0, "days": max(n_days, 1e-9), "weeks": n_weeks}[measure.by]
    one, other = (_ratio(readers[readers["arm"] == arm], measure, scale) for arm in (TREATMENT, CONTROL))
    if not _is_known(one) or not _is_known(other):
        nothing = Estimate(float("nan"), float("nan"), float("nan"), 0)
        says = f"No word on {measure.name} yet: nobody of one of the two groups can be counted."
        return PilotOutcome(measure.name, measure.unit, one, other, nothing, says)
    change = of_ratios(one, other, 1 - params.confidence, max(min(one.n, other.n), 2))
    return PilotOutcome(measure.name, measure.unit, one, other, change, _words(measure, other, change))


def _ratio(readers: pd.DataFrame, measure: _Measure, scale: float) -> Ratio:
    """Of the readers who count: those with anything in the lower column."""
    lower = np.ones(len(readers)) if measure.lower == "one" else readers[measure.lower].to_numpy(dtype=np.float64)
    counts = lower > 0
    upper = readers[measure.upper].to_numpy(dtype=np.float64)
    return Ratio.of(upper[counts] / scale, lower[counts])


def _is_known(ratio: Ratio) -> bool:
    return ratio.n > 1


def _words(measure: _Measure, control: Ratio, change: Estimate) -> str:
    """The verdict in one sentence."""
    if change.low == change.high == 0:
        return f"No word on {measure.name} yet: there is no difference at all between the groups."
    if change.low <= 0 <= change.high:
        return f"Whether {measure.name} differs cannot be told yet: {_between(control, change)}."
    better = (change.value > 0) == (measure.good > 0)
    return (
        f"{measure.name.capitalize()} is {'better' if better else 'worse'} with our lists: {_between(control, change)}."
    )


def _between(control: Ratio, change: Estimate) -> str:
    if control.value == 0:
        return f"between {change.low:+.3g} and {change.high:+.3g}"
    low, high = max(change.low / control.value, -1.0), change.high / control.value
    return f"between {low:+.1%} and {high:+.1%} against the control group"
