"""Interleaved lists of an experiment's readers, out of the lists that its two variants are served with."""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from frontpage.core import columns as c
from frontpage.core.assignment import bucket
from frontpage.core.experiments.experiment import Experiment
from frontpage.core.lists import LIST_LENGTH
from frontpage.features.grouping import Ints
from frontpage.features.interactions import microseconds
from frontpage.store.connect import Connection
from frontpage.store.lists import kept_lists, mixed_runs, runs
from frontpage.store.lists.runs import Published
from models.reranking.team_draft import interleaved


def publish(connection: Connection, experiment: Experiment) -> Published | None:
    """Make the interleaved lists current; None where one of the variants has none. Under the lock of its lists."""
    served = [runs.current(connection, arm.variant) for arm in experiment.arms]
    first, second = served
    if first is None or second is None:
        return None
    lists = [kept_lists.lists_of(connection, run[c.RUN_ID]) for run in (first, second)]
    as_of = max(first["as_of"], second["as_of"])
    salt = microseconds(as_of) ^ int(bucket(experiment.salt, 0) * 2**53)
    rows = _mixed(lists[0], lists[1], experiment, salt)
    mixed_runs.build(connection, experiment.variant, (first, second), rows)
    return runs.publish(connection, runs.newest_attempt(connection, as_of, experiment.variant, "passed"))


def _mixed(first: pa.Table, second: pa.Table, experiment: Experiment, salt: int) -> pa.Table:
    """reader_key, rank, team, team_rank of the experiment's readers who have both lists."""
    keys = np.intersect1d(first[c.READER_KEY].to_numpy(), second[c.READER_KEY].to_numpy())
    keys = keys[np.fromiter((experiment.arm_of(key) is not None for key in keys.tolist()), bool, len(keys))]
    names: dict[str, int] = {}
    made = interleaved(_codes(first, keys, names), _codes(second, keys, names), keys, salt, LIST_LENGTH)
    row, place = np.nonzero(made.article >= 0)
    return pa.table({
        c.READER_KEY: keys[row], c.RANK: (place + 1).astype(np.int16), "team": made.team[row, place].astype(np.int16),
        "team_rank": made.rank[row, place].astype(np.int16),
    })  # fmt: skip


def _codes(rows: pa.Table, keys: Ints, names: dict[str, int]) -> Ints:
    """The lists of some readers, ascending, as codes of articles [reader, place]; `names` grows with new articles."""
    listed = rows[c.ARTICLE_ID].unify_dictionaries().combine_chunks()
    code = np.array([names.setdefault(name, len(names)) for name in listed.dictionary.to_pylist()], dtype=np.int64)
    reader = rows[c.READER_KEY].to_numpy()
    row = np.minimum(np.searchsorted(keys, reader), max(len(keys) - 1, 0))
    known = keys[row] == reader if len(keys) else np.zeros(len(reader), dtype=bool)
    found = np.full((len(keys), LIST_LENGTH), -1, dtype=np.int64)
    found[row[known], rows[c.RANK].to_numpy()[known] - 1] = code[listed.indices.to_numpy()][known]
    return found
