"""What an experiment shows: at each day so far, how the arms compare, with intervals that hold at every look."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontpage.core import columns as c
from frontpage.core.experiments.experiment import Experiment
from frontpage.lifecycle.experiments import ratio
from frontpage.lifecycle.experiments.cuped import adjusted
from frontpage.lifecycle.experiments.sequence import Estimate, Floats, of_difference, of_lift, of_mean

_DAY = timedelta(days=1)
#: What an interleaving measures of a reader: from -1, all reads of the control's articles, to 1, all of the other's.
PREFERENCE = "preference"


@dataclass(frozen=True, slots=True)
class Comparison:
    """An arm against the control by one metric, day by day; None while there are too few readers.

    lift: relative, None where a mean is 0. means: of the control and of the arm, as measured.
    """

    arm: str
    metric: str
    differences: Sequence[Estimate | None]
    lifts: Sequence[Estimate | None]
    means: tuple[float, float]

    @property
    def latest(self) -> Estimate | None:
        """What may be said now."""
        return self.differences[-1] if self.differences else None


@dataclass(frozen=True, slots=True)
class Analysis:
    """An experiment at a moment. days: the ends of its days so far, the last one now.

    n_exposed: readers by arm who were shown a list; n_complete: of these, whose horizon has passed. crossed: keys of
    readers who were shown lists of two arms, and are left out. ratio_p: the lowest p-value so far of the shares.
    """

    experiment: Experiment
    days: Sequence[datetime]
    comparisons: Sequence[Comparison]
    n_exposed: Mapping[str, int]
    n_complete: Mapping[str, int]
    crossed: Sequence[int]
    ratio_p: float
    notes: Sequence[str] = field(default_factory=tuple)

    @property
    def is_balanced(self) -> bool:
        """Whether the arms have the readers they were to have."""
        return self.ratio_p >= ratio.LEVEL


def analyse(experiment: Experiment, readers: pd.DataFrame, as_of: datetime, min_readers: int) -> Analysis:
    """An A/B or A/A test. readers: as `store.judging.experiments.readers`, in the order of first lists."""
    mine = _assigned(experiment, readers)
    placed, crossed = _uncrossed(experiment, mine)
    days = _days(experiment, as_of)
    names = [arm.name for arm in experiment.arms]
    arm = _codes(placed, names)
    looks = _Looks(arm, _complete_at(experiment, placed), _instants(days), min_readers)
    level = experiment.level / ((len(names) - 1) * len(experiment.metrics))
    before = placed["reads_before"].to_numpy(np.float64)
    comparisons = [
        looks.compare(
            code, name, metric, placed[metric].to_numpy(np.float64), before, level, experiment.planned_readers
        )
        for metric in experiment.metrics
        for code, name in enumerate(names)
        if code > 0
    ]
    return Analysis(
        experiment, days, comparisons, _counts(names, arm), _counts(names, arm[looks.is_complete]), crossed,
        _ratio_p(experiment, _codes(mine, names), _first_at(mine), looks.days),
    )  # fmt: skip


def analyse_interleaving(
    experiment: Experiment, readers: pd.DataFrame, credited: pd.DataFrame, as_of: datetime, min_readers: int
) -> Analysis:
    """An interleaving: every reader sees articles of both arms and decides between them by reading.

    credited: as `store.judging.experiments.credits_of`.
    """
    placed, crossed = _uncrossed(experiment, _assigned(experiment, readers))
    control, other = experiment.arms
    reads = credited.pivot_table(index=c.READER_KEY, columns="variant", values="reads", fill_value=0)
    reads = (
        reads.reindex(columns=[control.variant, other.variant], fill_value=0).reindex(placed[c.READER_KEY]).fillna(0)
    )
    values, decided = preferences(*(reads[arm.variant].to_numpy(np.float64) for arm in experiment.arms))
    days = _days(experiment, as_of)
    complete_at = _complete_at(experiment, placed)
    estimates: list[Estimate | None] = []
    for day in _instants(days):
        known = values[decided & (complete_at <= day)]
        enough = len(known) >= min_readers
        estimates.append(of_mean(known, experiment.level, experiment.planned_readers) if enough else None)
    means = tuple(float(reads[arm.variant].mean()) if len(reads) else 0.0 for arm in experiment.arms)
    shown = Comparison(other.name, PREFERENCE, estimates, [None] * len(days), (means[0], means[1]))
    n_decided = int(decided.sum())
    return Analysis(experiment, days, [shown], {"both": len(placed)}, {"both": n_decided}, crossed, 1.0)


def preferences(control: Floats, other: Floats) -> tuple[Floats, NDArray[np.bool_]]:
    """How each reader decided, from -1 to 1, and whether they read anything at all."""
    total = control + other
    return (other - control) / np.maximum(total, 1.0), total > 0


@dataclass(frozen=True, slots=True)
class _Looks:
    """Readers in the order of their first lists: code of the arm, when their horizon has passed; and the looks."""

    arm: NDArray[np.int64]
    complete_at: NDArray[np.datetime64]
    days: Sequence[np.datetime64]
    min_readers: int

    @property
    def is_complete(self) -> NDArray[np.bool_]:
        """Whose horizon has passed at the last look."""
        done: NDArray[np.bool_] = self.complete_at <= self.days[-1]
        return done

    def compare(
        self, code: int, name: str, metric: str, values: Floats, before: Floats, level: float, planned: float
    ) -> Comparison:
        """An arm against the control at each look, of the readers whose horizon had passed."""
        differences: list[Estimate | None] = []
        lifts: list[Estimate | None] = []
        for day in self.days:
            known = (self.complete_at <= day) & np.isin(self.arm, (0, code))
            is_treated = self.arm[known] == code
            if min(is_treated.sum(), (~is_treated).sum()) < self.min_readers:
                differences.append(None)
                lifts.append(None)
                continue
            smooth = adjusted(values[known], before[known])
            groups = smooth[is_treated], smooth[~is_treated]
            differences.append(of_difference(*groups, level, planned))
            lifts.append(of_lift(*groups, level, planned))
        done = self.is_complete
        means = (_mean(values[done & (self.arm == 0)]), _mean(values[done & (self.arm == code)]))
        return Comparison(name, metric, differences, lifts, means)


def _assigned(experiment: Experiment, readers: pd.DataFrame) -> pd.DataFrame:
    """The experiment's own readers, with the name of their arm."""
    arms = [experiment.arm_of(key) for key in readers[c.READER_KEY].tolist()]
    names = pd.Series([None if arm is None else arm.name for arm in arms], index=readers.index, dtype=object)
    return readers.assign(arm=names)[names.notna()]


def _codes(readers: pd.DataFrame, names: Sequence[str]) -> NDArray[np.int64]:
    codes: NDArray[np.int64] = pd.Index(names).get_indexer(pd.Index(readers["arm"])).astype(np.int64)
    return codes


def _first_at(readers: pd.DataFrame) -> NDArray[np.datetime64]:
    first: NDArray[np.datetime64] = pd.to_datetime(readers["first_at"], utc=True).dt.tz_localize(None).to_numpy()
    return first.astype("datetime64[us]")


def _complete_at(experiment: Experiment, readers: pd.DataFrame) -> NDArray[np.datetime64]:
    """When the horizon of each reader has passed."""
    end: NDArray[np.datetime64] = _first_at(readers) + np.timedelta64(round(experiment.horizon_hours * 3600), "s")
    return end


def _instants(days: Sequence[datetime]) -> list[np.datetime64]:
    return [np.datetime64(day.astimezone(UTC).replace(tzinfo=None), "us") for day in days]


def _uncrossed(experiment: Experiment, mine: pd.DataFrame) -> tuple[pd.DataFrame, list[int]]:
    """Its readers but for those who were shown lists of two arms; keys of these."""
    foreign = _foreign(experiment)
    is_crossed = np.array(
        [not foreign[name].isdisjoint(shown) for name, shown in zip(mine["arm"], mine["variants"], strict=True)], bool
    )
    return mine[~is_crossed], mine.loc[is_crossed, c.READER_KEY].tolist()


def _foreign(experiment: Experiment) -> dict[str, set[str]]:
    """For each arm the variants that its readers must not have been shown."""
    if experiment.kind == "interleaving":
        everything = {arm.variant for arm in experiment.arms}
        return {arm.name: everything for arm in experiment.arms}
    variants = {arm.variant for arm in experiment.arms}
    return {arm.name: variants - {arm.variant} for arm in experiment.arms}


def _days(experiment: Experiment, as_of: datetime) -> list[datetime]:
    """The end of each whole day since the start, and now."""
    whole = max(int((as_of - experiment.started_at) / _DAY), 0)
    days = [experiment.started_at + n * _DAY for n in range(1, whole + 1)]
    return days if days and days[-1] == as_of else [*days, as_of]


def _ratio_p(
    experiment: Experiment, arm: NDArray[np.int64], first_at: NDArray[np.datetime64], days: Sequence[np.datetime64]
) -> float:
    n_arms = len(experiment.arms)
    counts = np.array([np.bincount(arm[first_at <= day], minlength=n_arms) for day in days], dtype=np.int64)
    return float(ratio.p_values(counts, np.array([each.share for each in experiment.arms]))[-1])


def _counts(names: Sequence[str], arm: NDArray[np.int64]) -> dict[str, int]:
    return dict(zip(names, np.bincount(arm, minlength=len(names)).tolist(), strict=True))


def _mean(values: Floats) -> float:
    return float(values.mean()) if len(values) else 0.0
