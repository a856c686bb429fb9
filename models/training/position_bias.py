"""Position bias: a reader looks at the top of a list more often than at its end, whatever stands there.

How much more is estimated from impressions (the position-based model: the chance to be read is that to be looked at
times that to be wanted), and a read low in a list counts for more in learning, by the inverse of it. Reads of what was
not shown in a list count once, and so does all the rest; without impressions nothing changes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import lightgbm as lgb
import numpy as np
import pandas as pd

from frontpage.core import columns as c
from frontpage.core.params import Params
from frontpage.core.sections.training import RankerParams
from frontpage.features.grouping import Floats, Ints, last_of, rows_in, sorted_distinct
from frontpage.features.interactions import InteractionDataset, microseconds, times
from models.ranking.ranker import Rows, tree_options
from models.training.cutoffs import Cutoff, plan, readers_of_cutoff

#: Where each pair of a cutoff was seen in a list [pair]: position from 1, or 0 where it was not.
Seen = Callable[[Cutoff], Ints]
#: When what was not read was read: later than anything.
_UNREAD = np.iinfo(np.int64).max
#: Positions that are told apart; those below the last one count as it.
N_POSITIONS = 20
#: Pairs, about, that are thought to stand at each position in turn.
_PLACED_PAIRS = 5_000
#: Reads in lists, below which nothing is estimated.
_FEW_READS = 50


def learned_windows(dataset: InteractionDataset, params: Params) -> pd.DataFrame:
    """When whose reads a training on the dataset learns from: `reader_key, since_us, until_us` (microseconds).

    One row per cutoff and reader; what `with_shown` asks for.
    """
    cutoffs = plan(dataset, params)
    parts = [
        pd.DataFrame(
            {
                c.READER_KEY: dataset.reader_keys[readers_of_cutoff(dataset, as_of, cutoffs.window, params)],
                c.SINCE_US: microseconds(as_of),
                c.UNTIL_US: microseconds(as_of + cutoffs.window),
            }
        )
        for as_of in cutoffs.all
    ]
    empty = pd.DataFrame({name: np.zeros(0, np.int64) for name in (c.READER_KEY, c.SINCE_US, c.UNTIL_US)})
    return pd.concat([empty, *parts], ignore_index=True)


def nowhere(cutoff: Cutoff) -> Ints:
    """No pair was seen in a list."""
    return np.zeros(len(cutoff.pairs), dtype=np.int64)


@dataclass(frozen=True, slots=True)
class Impressions:
    """What readers were shown in lists, by dataset positions, in order of time; times and `window` in microseconds."""

    dataset: InteractionDataset
    window: int
    pair: Ints
    time: Ints
    position: Ints

    @classmethod
    def of(cls, dataset: InteractionDataset, window: timedelta) -> Impressions:
        """Those of its history's `shown`, of readers and articles that the dataset knows.

        window: how long after a cutoff its answers may come.
        """
        shown, length = dataset.history.shown, window // timedelta(microseconds=1)
        if shown is None or shown.empty:
            nothing = np.zeros(0, dtype=np.int64)
            return cls(dataset, length, nothing, nothing, nothing)
        reader = rows_in(dataset.reader_keys, shown[c.READER_KEY].to_numpy(dtype=np.int64))
        article = np.asarray(dataset.article_ids.get_indexer(pd.Index(shown[c.ARTICLE_ID])), dtype=np.int64)
        time = times(shown[c.OCCURRED_AT])
        known = np.flatnonzero((reader >= 0) & (article >= 0))
        order = known[np.argsort(time[known], kind="stable")]
        pair = dataset.pairs(reader[order], article[order])
        return cls(dataset, length, pair, time[order], shown[c.POSITION].to_numpy(dtype=np.int64)[order])

    def seen(self, cutoff: Cutoff) -> Ints:
        """Where each pair was seen last within the cutoff's window, and not after it was read [pair]; 0 for nowhere."""
        at = cutoff.inputs.context
        wanted = self.dataset.pairs(at.readers[cutoff.pairs.reader], at.live[cutoff.pairs.article])
        first, last = np.searchsorted(self.time, [at.now, at.now + self.window], side="right")
        pair, time, position = self.pair[first:last], self.time[first:last], self.position[first:last]
        read = self.dataset.pairs(cutoff.ground_truth.reader, cutoff.ground_truth.article)  # ascending
        in_time = time <= np.append(cutoff.ground_truth.read_time, _UNREAD)[rows_in(read, pair)]
        pair, position = pair[in_time], position[in_time]
        shown = sorted_distinct(pair)
        newest = last_of(rows_in(shown, pair), position, len(shown), 0)
        return np.append(newest, 0)[rows_in(shown, wanted)]


def examination(rows: Rows, params: RankerParams, seed: int, n_threads: int) -> Floats:
    """How often each of N_POSITIONS positions is looked at, as a share of how often the top is.

    From the pairs that were seen in a list: trees say how likely each was read, from its features and its position
    together, so that neither is given what the other explains; then each pair is thought to stand everywhere in turn
    (partial dependence). What stands lower is never looked at more often. All ones where too few were read.
    """
    seen = np.flatnonzero(rows.position > 0)
    read = rows.grades[seen] > 0
    if read.sum() < _FEW_READS or read.all():
        return np.ones(N_POSITIONS)
    matrix = np.column_stack([rows.matrix[seen], np.minimum(rows.position[seen], N_POSITIONS)]).astype(np.float32)
    options = {
        "objective": "binary",
        "monotone_constraints": [0] * rows.matrix.shape[1] + [-1],
        **tree_options(params, seed, n_threads),
    }
    data = lgb.Dataset(matrix, read.astype(np.int64), weight=rows.weights[seen], params={"verbosity": -1})
    trees = lgb.train(options, data, num_boost_round=params.n_trees)
    some = matrix[:: max(1, len(matrix) // _PLACED_PAIRS)]
    chance = np.empty(N_POSITIONS)
    for position in range(1, N_POSITIONS + 1):
        some[:, -1] = position
        chance[position - 1] = np.mean(trees.predict(some, num_threads=n_threads))
    return chance / chance[0]


def sample_weights(rows: Rows, examined: Floats, limit: float) -> Floats:
    """What each pair counts in learning [pair]: 1 but for reads in a list, which count by 1 / `examined`.

    At most `limit` and at least its inverse: what hardly anybody looks at would else outweigh all the rest.
    """
    counts = np.append(1.0, np.clip(1 / examined, 1 / limit, limit))
    return np.where(rows.grades > 0, counts[np.minimum(rows.position, N_POSITIONS)], 1.0)
