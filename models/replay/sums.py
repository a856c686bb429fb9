"""Sums over the lists of a replay, in all and in groups, and the same in many resamples of its readers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from frontpage.features.grouping import Floats, Ints
from models.evaluation.evaluator import MEASURES
from models.replay.bootstrap import interval, ratio, resampled, sums_by_group, sums_by_reader
from models.replay.groups import NDCG, Grouping, Winners
from models.replay.replayed import OURS, Replayed

DWELL_NDCG = MEASURES[3]
_DECIMALS = 6

Row = dict[str, Any]
#: Name -> value of each list. A figure is the sum of one column over the sum of another.
Columns = Mapping[str, NDArray[Any]]


@dataclass(frozen=True, slots=True)
class Sums:
    """Sums of columns over the lists of some readers, and in each resample of the readers those of some columns."""

    n_readers: int
    total: Mapping[str, float]
    drawn: Mapping[str, Floats]

    def value(self, above: str, below: str) -> float | None:
        """One sum over the other; None where there is nothing below."""
        return rounded(self.total[above] / self.total[below]) if self.total[below] > 0 else None

    def with_interval(self, name: str, above: str, below: str) -> Row:
        """`name` and `name_ci95`, which a single reader cannot have."""
        ends = ends_of(ratio(self.drawn[above], self.drawn[below])) if self.n_readers > 1 else None
        return {name: self.value(above, below), f"{name}_ci95": ends}


def columns_of(found: Replayed, best: Winners) -> Columns:
    """Of each list: every policy's measures, what they are divided by, and what no policy could know."""
    timed = (found.n_timed > 0).astype(np.float32)
    measured = {
        key_of(name, measure): values * timed if measure == DWELL_NDCG else values
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


def summed(
    found: Replayed, columns: Columns, ways: Mapping[str, Grouping], best: Winners, seed: int
) -> tuple[Sums, dict[str, list[Sums]]]:
    """The sums over all lists, and by way and group."""
    readers, inverse = np.unique(found.reader, return_inverse=True)
    reader, names = inverse.astype(np.int64), list(columns)
    tables: dict[str, Any] = {"all": sums_by_reader(reader, list(columns.values()))}
    few = {name: columns[name] for name in (key_of(OURS), key_of(best.best_rule), "daily", "lists")}
    for way, grouping in ways.items():
        tables[way] = sums_by_group(reader, grouping.group, len(grouping.names), list(few.values()))
    drawn = resampled(tables, seed)
    everything = Sums(
        len(readers),
        dict(zip(names, tables["all"].sum(axis=1).tolist(), strict=True)),
        dict(zip(names, drawn["all"], strict=True)),
    )
    return everything, {
        way: _by_group(grouping, reader, columns, list(few), drawn[way]) for way, grouping in ways.items()
    }


def _by_group(grouping: Grouping, reader: Ints, columns: Columns, few: Sequence[str], drawn: Floats) -> list[Sums]:
    n_groups = len(grouping.names)
    pairs = np.unique(grouping.group * (int(reader.max()) + 1) + reader)
    n_readers = np.bincount(pairs // (int(reader.max()) + 1), minlength=n_groups)
    totals = {name: grouping.sums(values) for name, values in columns.items()}
    by_group = drawn.reshape(n_groups, len(few), -1)
    return [
        Sums(
            int(n_readers[group]),
            {name: float(sums[group]) for name, sums in totals.items()},
            dict(zip(few, by_group[group], strict=True)),
        )
        for group in range(n_groups)
    ]


def key_of(policy: str, measure: str = NDCG) -> str:
    """Name of a policy's column."""
    return f"{policy} {measure}"


def ends_of(values: Floats) -> list[float] | None:
    """The interval of resampled values, rounded."""
    ends = interval(values)
    return None if ends is None else [rounded(end) for end in ends]


def rounded(value: float) -> float:
    """As it is written: six decimals, no minus zero."""
    return round(float(value), _DECIMALS) + 0.0
