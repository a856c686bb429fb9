"""Lists of a replay in groups: by day, weekday, month, region and reader segment; and which rule was best where."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import numpy as np

from frontpage.core import columns as c
from frontpage.features.grouping import Floats, Ints
from models.evaluation.baselines import BASELINE_NAMES
from models.evaluation.evaluator import MEASURES
from models.replay.replayed import Replayed
from models.segments import SEGMENTS, segment_of

NDCG = MEASURES[0]
WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
#: Regions beyond these, by lists, are one group.
_MOST_REGIONS = 30
OTHER_REGIONS, NO_REGION = "other regions", "no region"
#: A longer period is shown by months, too.
_LONG = timedelta(days=31)


@dataclass(frozen=True, slots=True)
class Grouping:
    """The group of each list, and the groups' names in order."""

    names: tuple[str, ...]
    group: Ints

    def sums(self, values: object) -> Floats:
        """Sum of the values of each group's lists."""
        weights = np.asarray(values, dtype=np.float64)
        return np.bincount(self.group, weights=weights, minlength=len(self.names)).astype(np.float64)


@dataclass(frozen=True, slots=True)
class Winners:
    """Chosen in hindsight: the baseline that was best over all lists, and the best one of each day."""

    best_rule: str
    of_day: dict[str, str]
    daily_ndcg: Floats


def groupings(found: Replayed) -> dict[str, Grouping]:
    """Every grouping of a replay; days are those of the cutoff, in UTC, regions those known at the cutoff."""
    weekday = np.array([cutoff.weekday() for cutoff in found.cutoffs], dtype=np.int64)[found.cutoff]
    is_long = found.cadence.end - found.cadence.start > _LONG
    return {
        "days": _by_tick(found, "%Y-%m-%d"),
        "weekdays": Grouping(WEEKDAYS, weekday),
        **({"months": _by_tick(found, "%Y-%m")} if is_long else {}),
        "regions": _regions(found),
        "segments": _segments(found),
    }


def winners(found: Replayed) -> Winners:
    """The best baseline over all lists and of each day, by nDCG@10; of equal ones the first."""
    names, days = [name for name in BASELINE_NAMES if name in found.measures], _by_tick(found, "%Y-%m-%d")
    sums = np.stack([days.sums(found.measures[name][NDCG]) for name in names])
    best_of_day = np.argmax(sums, axis=0)
    daily = np.zeros(len(found.cutoff))
    for place in np.unique(best_of_day):
        lists = best_of_day[days.group] == place
        daily[lists] = found.measures[names[place]][NDCG][lists]
    of_day = {day: names[place] for day, place in zip(days.names, best_of_day, strict=True)}
    return Winners(names[int(np.argmax(sums.sum(axis=1)))], of_day, daily)


def _segments(found: Replayed) -> Grouping:
    """By the reads known of the reader; those without any by whether they picked interests."""
    return Grouping(SEGMENTS, segment_of(found.n_known, found.has_interests))


def _by_tick(found: Replayed, pattern: str) -> Grouping:
    names, group = np.unique([cutoff.strftime(pattern) for cutoff in found.cutoffs], return_inverse=True)
    return Grouping(tuple(names.tolist()), group.astype(np.int64)[found.cutoff])


def _regions(found: Replayed) -> Grouping:
    """The regions with most lists, in that order, then all others, then readers of whom none is known."""
    codes, group, n_lists = np.unique(found.region, return_inverse=True, return_counts=True)
    order = np.argsort(-n_lists, kind="stable")
    known = order[codes[order] >= 0]
    place = np.full(len(codes), min(len(known), _MOST_REGIONS), dtype=np.int64)
    place[known[:_MOST_REGIONS]] = np.arange(len(known[:_MOST_REGIONS]))
    place[codes < 0] = min(len(known), _MOST_REGIONS) + 1
    names = [str(found.regions[codes[row]]).removeprefix(f"{c.REGION}=") for row in known[:_MOST_REGIONS]]
    return Grouping((*names, OTHER_REGIONS, NO_REGION), place[group.astype(np.int64)])
