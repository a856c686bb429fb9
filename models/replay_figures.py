"""The figures of a replay: every policy's metrics with intervals, by day, weekday, region and segment, and the ratios.

docs/reference/replay.md defines each key. Plain numbers and text throughout; what cannot be known is None.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.clock import iso
from features.grouping import Floats, Ints
from models.bootstrap import interval, ratio, resampled, sums_by_group, sums_by_reader
from models.judge import MEASURES
from models.replay import OURS, Lists, Replayed, Training
from models.replay_groups import NDCG, Grouping, Winners, groupings, winners
from models.replay_variants import Change

DWELL_NDCG = MEASURES[3]
_DECIMALS = 6
#: What is said of a policy's lists: key -> attribute of `Lists`.
_SAID = {
    "coverage": "coverage",
    "mean_age_hours": "mean_age_hours",
    "publishers_per_list": "publishers",
    "categories_per_list": "categories",
    "similarity_within_list": "similarity",
    "overlap_with_last_list": "overlap",
}

Row = dict[str, Any]
#: Name -> value of each list. A figure is the sum of one column over the sum of another.
Columns = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums of columns over some lists, and in each resample of the readers those of some columns."""

    total: Mapping[str, float]
    drawn: Mapping[str, Floats]

    def value(self, above: str, below: str) -> float | None:
        """One sum over the other; None where there is nothing below."""
        return _rounded(self.total[above] / self.total[below]) if self.total[below] > 0 else None

    def with_interval(self, name: str, above: str, below: str) -> Row:
        """`name` and `name_ci95`."""
        return {
            name: self.value(above, below),
            f"{name}_ci95": _ends(ratio(self.drawn[above], self.drawn[below])),
        }


def figures(found: Replayed, asked: Mapping[str, Change] | None = None, seed: int = 0) -> Row:
    """Everything that is said of a replay, ready for JSON; `asked`: the variants whose cost is wanted."""
    best, ways = winners(found), groupings(found)
    columns = _columns(found, best)
    everything, groups = _summed(found, columns, ways, best, seed)
    n_readers = len(np.unique(found.reader))
    return {
        "cadence": _cadence(found),
        "lists": {"n_lists": len(found.tick), "n_readers": n_readers, "n_answers": int(found.n_answers.sum())},
        **_ratios(everything, best),
        "best_rule": best.best_rule,
        "ceiling": _ceiling(everything),
        "policies": {name: _policy(everything, name, best, found.lists[name]) for name in found.measures},
        **{way: _groups(ways[way], groups[way], found, best) for way in ways},
        **({"costs": {name: _cost(everything, change) for name, change in asked.items()}} if asked else {}),
        "trainings": [_training(one) for one in found.trainings],
    }


def _columns(found: Replayed, best: Winners) -> Columns:
    """Of each list: every policy's measures, what they are divided by, and what no policy could know."""
    timed = (found.n_timed > 0).astype(np.float32)
    measured = {
        _key(name, measure): values * timed if measure == DWELL_NDCG else values
        for name, measures in found.measures.items()
        for measure, values in measures.items()
    }
    return {
        **measured,
        "daily": best.daily_ndcg,
        "lists": np.ones(len(timed)),
        "timed": timed,
        "answers": found.n_answers,
        "existing": found.n_existing,
        "listable": found.n_listable,
        "ceiling": found.ceiling,
        "chance": found.chance,
    }


def _summed(
    found: Replayed, columns: Columns, ways: Mapping[str, Grouping], best: Winners, seed: int
) -> tuple[Sums, dict[str, list[Sums]]]:
    """The sums over all lists, and by way and group."""
    reader: Ints = np.unique(found.reader, return_inverse=True)[1].astype(np.int64)
    names = list(columns)
    tables: dict[str, Any] = {"all": sums_by_reader(reader, list(columns.values()))}
    few = [_key(OURS), _key(best.best_rule), "daily", "lists"]
    for way, grouping in ways.items():
        tables[way] = sums_by_group(reader, grouping.group, len(grouping.names), [columns[name] for name in few])
    drawn = resampled(tables, seed)
    everything = Sums(
        dict(zip(names, tables["all"].sum(axis=1).tolist(), strict=True)),
        dict(zip(names, drawn["all"], strict=True)),
    )
    return everything, {way: _sums_of(grouping, columns, few, drawn[way]) for way, grouping in ways.items()}


def _sums_of(grouping: Grouping, columns: Columns, few: Sequence[str], drawn: Floats) -> list[Sums]:
    totals = {name: grouping.sums(values) for name, values in columns.items()}
    by_group = drawn.reshape(len(grouping.names), len(few), -1)
    return [
        Sums({name: float(sums[group]) for name, sums in totals.items()}, dict(zip(few, by_group[group], strict=True)))
        for group in range(len(grouping.names))
    ]


def _key(policy: str, measure: str = NDCG) -> str:
    return f"{policy} {measure}"


def _cadence(found: Replayed) -> Row:
    hour = timedelta(hours=1)
    return {
        "from": iso(found.cadence.start),
        "to": iso(found.cadence.end),
        "refresh_hours": found.cadence.refresh / hour,
        "retrain_hours": found.cadence.retrain / hour,
        "n_ticks": len(found.ticks),
    }


def _ratios(sums: Sums, best: Winners) -> Row:
    """Our pooled nDCG@10 over that of the best rule, and over that of each day's best."""
    to_rule = sums.with_interval("ratio", _key(OURS), _key(best.best_rule))
    return {
        "ratio_to_best_rule": to_rule["ratio"],
        "ci95": to_rule["ratio_ci95"],
        **sums.with_interval("ratio_to_daily_hindsight", _key(OURS), "daily"),
        **sums.with_interval("daily_hindsight_ndcg_at_10", "daily", "lists"),
    }


def _ceiling(sums: Sums) -> Row:
    return {
        "share_existing": sums.value("existing", "answers"),
        "share_listable": sums.value("listable", "answers"),
        "ceiling_ndcg_at_10": sums.value("ceiling", "lists"),
        "chance_ndcg_at_10": sums.value("chance", "lists"),
    }


def _policy(sums: Sums, name: str, best: Winners, lists: Sequence[Lists]) -> Row:
    """Measures with intervals, the ratio to the best rule, and what the lists are like."""
    row: Row = {}
    for measure in MEASURES:
        row |= sums.with_interval(measure, _key(name, measure), _below(measure))
    return row | sums.with_interval("ratio_to_best_rule", _key(name), _key(best.best_rule)) | _said(lists)


def _below(measure: str) -> str:
    """Reading time is judged over the lists that were answered by a read whose time is known."""
    return "timed" if measure == DWELL_NDCG else "lists"


def _said(lists: Sequence[Lists]) -> Row:
    """Means over ticks, each weighing by its lists."""
    weight = np.array([one.n_lists for one in lists], dtype=np.float64)
    row: Row = {}
    for key, name in _SAID.items():
        values = np.array([getattr(one, name) for one in lists])
        known = np.isfinite(values)
        row[key] = _rounded(np.average(values[known], weights=weight[known])) if known.any() else None
    return row


def _groups(grouping: Grouping, sums: Sequence[Sums], found: Replayed, best: Winners) -> Row:
    """A row for each group that has lists."""
    rows: Row = {}
    for place, name in enumerate(grouping.names):
        if sums[place].total["lists"]:
            n_readers = len(np.unique(found.reader[grouping.group == place]))
            rows[name] = {"n_readers": n_readers, **_group(sums[place], found.measures, best)}
            if name in best.of_day:
                rows[name]["best_of_day"] = best.of_day[name]
    return rows


def _group(sums: Sums, policies: Mapping[str, Any], best: Winners) -> Row:
    """Our measures, the best rule and each day's best over some lists, the ratios, the ceiling, every policy's nDCG."""
    ours, rule = _key(OURS), _key(best.best_rule)
    return {
        "n_lists": int(sums.total["lists"]),
        "n_answers": int(sums.total["answers"]),
        **{measure: sums.value(_key(OURS, measure), _below(measure)) for measure in MEASURES},
        **sums.with_interval(NDCG, ours, "lists"),
        **sums.with_interval("best_rule_ndcg_at_10", rule, "lists"),
        **sums.with_interval("daily_hindsight_ndcg_at_10", "daily", "lists"),
        **sums.with_interval("ratio_to_best_rule", ours, rule),
        **sums.with_interval("ratio_to_daily_hindsight", ours, "daily"),
        **_ceiling(sums),
        "policies": {name: sums.value(_key(name), "lists") for name in policies},
    }


def _cost(sums: Sums, change: Change) -> Row:
    """What a list rule costs: nDCG@10 without it less nDCG@10 with it, reader by reader."""
    name, sign = _key(change.name), -1.0 if change.is_on else 1.0
    cost = sign * (sums.total[name] - sums.total[_key(OURS)])
    drawn = sign * (sums.drawn[name] - sums.drawn[_key(OURS)])
    return {
        "rule": change.rule,
        "switched": "on" if change.is_on else "off",
        "value": change.value,
        NDCG: sums.value(name, "lists"),
        "cost": _rounded(cost / sums.total["lists"]),
        "cost_ci95": _ends(ratio(drawn, sums.drawn["lists"])),
        "relative_cost": _rounded(cost / sums.total[_key(OURS)]) if sums.total[_key(OURS)] else None,
        "relative_cost_ci95": _ends(ratio(drawn, sums.drawn[_key(OURS)])),
    }


def _training(one: Training) -> Row:
    return {"as_of": iso(one.as_of), "version": one.version or None, "serves": one.serves, "gate": list(one.reasons)}


def _ends(values: Floats) -> list[float] | None:
    ends = interval(values)
    return None if ends is None else [_rounded(end) for end in ends]


def _rounded(value: float) -> float:
    return round(float(value), _DECIMALS) + 0.0  # no minus zero
