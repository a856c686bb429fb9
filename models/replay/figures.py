"""The figures of a replay: every policy's metrics with intervals, by day, weekday, region and segment, and the ratios.

docs/reference/replay.md defines each key. Plain numbers and text throughout; what cannot be known is None.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

import numpy as np

from frontpage.core.clock import iso
from models.evaluation.evaluator import MEASURES
from models.replay.bootstrap import ratio
from models.replay.groups import NDCG, Grouping, Winners, groupings, winners
from models.replay.lists import Lists
from models.replay.replayed import OURS, Replayed, ReplayedTraining
from models.replay.sums import DWELL_NDCG, Row, Sums, columns_of, ends_of, key_of, rounded, summed
from models.replay.variants import Change

#: What is said of a policy's lists: key -> attribute of `Lists`.
_SAID = {
    "coverage": "coverage",
    "mean_age_hours": "mean_age_hours",
    "publishers_per_list": "publishers",
    "categories_per_list": "categories",
    "similarity_within_list": "similarity",
    "overlap_with_last_list": "overlap",
}


def figures(found: Replayed, asked: Mapping[str, Change] | None = None, seed: int = 0) -> Row:
    """Everything that is said of a replay, ready for JSON; `asked`: the variants whose cost is wanted."""
    best, ways = winners(found), groupings(found)
    everything, groups = summed(found, columns_of(found, best), ways, best, seed)
    counts = {"n_lists": len(found.cutoff), "n_readers": everything.n_readers, "n_answers": int(found.n_answers.sum())}
    return {
        "cadence": _cadence(found),
        "lists": counts,
        **_ratios(everything, best),
        "best_rule": best.best_rule,
        "ceiling": _ceiling(everything),
        "policies": {name: _policy(everything, name, best, found.lists[name]) for name in found.measures},
        **{way: _groups(ways[way], groups[way], found, best) for way in ways},
        **({"costs": {name: _cost(everything, change, found.due) for name, change in asked.items()}} if asked else {}),
        "trainings": [_training(one) for one in found.trainings],
    }


def _cadence(found: Replayed) -> Row:
    hour = timedelta(hours=1)
    return {
        "from": iso(found.cadence.start),
        "to": iso(found.cadence.end),
        "refresh_hours": found.cadence.refresh / hour,
        "retrain_hours": found.cadence.retrain / hour,
        "n_cutoffs": len(found.cutoffs),
    }


def _ratios(sums: Sums, best: Winners) -> Row:
    """Our pooled nDCG@10 over that of the best rule, the same weighted by reading time, and over each day's best."""
    to_rule = sums.with_interval("ratio", key_of(OURS), key_of(best.best_rule))
    return {
        "ratio_to_best_rule": to_rule["ratio"],
        "ci95": to_rule["ratio_ci95"],
        **sums.with_interval("ratio_by_reading_time", key_of(OURS, DWELL_NDCG), key_of(best.best_rule, DWELL_NDCG)),
        **sums.with_interval("ratio_to_daily_hindsight", key_of(OURS), "daily"),
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
        row |= sums.with_interval(measure, key_of(name, measure), _below(measure))
    return row | sums.with_interval("ratio_to_best_rule", key_of(name), key_of(best.best_rule)) | _said(lists)


def _below(measure: str) -> str:
    """Reading time is judged over the lists that were answered by a read whose time is known."""
    return "timed" if measure == DWELL_NDCG else "lists"


def _said(lists: Sequence[Lists]) -> Row:
    """Means over cutoffs, each weighing by its lists."""
    weight = np.array([one.n_lists for one in lists], dtype=np.float64)
    row: Row = {}
    for key, name in _SAID.items():
        values = np.array([getattr(one, name) for one in lists])
        known = np.isfinite(values)
        row[key] = rounded(np.average(values[known], weights=weight[known])) if known.any() else None
    return row


def _groups(grouping: Grouping, sums: Sequence[Sums], found: Replayed, best: Winners) -> Row:
    """A row for each group that has lists."""
    rows: Row = {}
    for place, name in enumerate(grouping.names):
        if sums[place].total["lists"]:
            rows[name] = _group(sums[place], found.measures, best)
            if name in best.of_day:
                rows[name]["best_of_day"] = best.of_day[name]
    return rows


def _group(sums: Sums, policies: Mapping[str, Any], best: Winners) -> Row:
    """Our measures, the best rule and each day's best over some lists, the ratios, the ceiling, every policy's nDCG."""
    ours, rule = key_of(OURS), key_of(best.best_rule)
    return {
        "n_lists": int(sums.total["lists"]),
        "n_readers": sums.n_readers,
        "n_answers": int(sums.total["answers"]),
        **{measure: sums.value(key_of(OURS, measure), _below(measure)) for measure in MEASURES},
        **sums.with_interval(NDCG, ours, "lists"),
        **sums.with_interval("best_rule_ndcg_at_10", rule, "lists"),
        **sums.with_interval("daily_hindsight_ndcg_at_10", "daily", "lists"),
        **sums.with_interval("ratio_to_best_rule", ours, rule),
        **sums.with_interval("ratio_to_daily_hindsight", ours, "daily"),
        **_ceiling(sums),
        "policies": {name: sums.value(key_of(name), "lists") for name in policies},
    }


def _cost(sums: Sums, change: Change, due: Mapping[str, float]) -> Row:
    """What a list rule costs: nDCG@10 without it less nDCG@10 with it, reader by reader.

    due: by variant that keeps lists, the share of readers who were due.
    """
    name, sign = key_of(change.name), -1.0 if change.is_on else 1.0
    cost = sign * (sums.total[name] - sums.total[key_of(OURS)])
    drawn = sign * (sums.drawn[name] - sums.drawn[key_of(OURS)])
    return {
        "rule": change.rule,
        "switched": "on" if change.is_on else "off",
        "value": change.value,
        **({"share_due": rounded(due[change.name])} if change.name in due else {}),
        NDCG: sums.value(name, "lists"),
        "cost": rounded(cost / sums.total["lists"]),
        "cost_ci95": ends_of(ratio(drawn, sums.drawn["lists"])),
        "relative_cost": rounded(cost / sums.total[key_of(OURS)]) if sums.total[key_of(OURS)] else None,
        "relative_cost_ci95": ends_of(ratio(drawn, sums.drawn[key_of(OURS)])),
    }


def _training(one: ReplayedTraining) -> Row:
    return {"as_of": iso(one.as_of), "version": one.version or None, "serves": one.serves, "gate": list(one.reasons)}
