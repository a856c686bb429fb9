"""What a list was worth: everything its reader read next for the first time, whether it could be listed or not."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from frontpage.core import metrics
from frontpage.features.grouping import Floats, Ints, rows_in, rows_of, sorted_distinct
from frontpage.features.interactions import InteractionDataset, microseconds
from models.context import ScoringContext
from models.topk import TopK

#: Longest reading time that still adds to the gain: beyond it, a forgotten tab.
_MAX_DWELL_SECONDS = 600.0
#: Of each list [reader row]; dwell_ndcg weighs each read by its reading time over the mean one.
MEASURES = ("ndcg_at_10", "hit_rate_at_10", "recall_at_10", "dwell_ndcg_at_10")


@dataclass(frozen=True, slots=True)
class GroundTruth:
    """Articles that were read for the first time within the window [reader, article], by dataset position, ascending.

    read_time is of the first read, in microseconds.
    `grade` is 1, or 2 where the read was at least as long as the median read known at the cutoff; `dwell_seconds` is
    NaN where it was not measured.
    """

    reader: Ints
    article: Ints
    read_time: Ints
    grade: Ints
    dwell_seconds: Floats

    def of(self, readers: Ints) -> GroundTruth:
        """Those of the given readers (dataset positions) only."""
        kept = np.isin(self.reader, readers)
        return GroundTruth(
            self.reader[kept], self.article[kept], self.read_time[kept], self.grade[kept], self.dwell_seconds[kept]
        )


def ground_truth(dataset: InteractionDataset, as_of: datetime, window: timedelta) -> GroundTruth:
    """What was read for the first time within the window after `as_of`, by whomever.

    Also what could not be listed then, being too old or not out yet: a list that could not know it still missed it.
    """
    now = microseconds(as_of)
    first, last = window_rows(dataset, now, window)
    rows = first + np.flatnonzero(dataset.read_article[first:last] >= 0)
    key = dataset.pairs(dataset.read_reader[rows], dataset.read_article[rows])
    fresh = ~np.isin(key, _read_before(dataset, now, np.unique(dataset.read_reader[rows])))
    rows, key = rows[fresh], key[fresh]
    _, first_row, inverse = np.unique(key, return_index=True, return_inverse=True)
    dwell = np.full(len(first_row), -1.0)
    np.maximum.at(dwell, inverse, np.nan_to_num(dataset.read_dwell[rows], nan=-1.0))
    grade = 1 + (dwell >= _usual_dwell(dataset, now)).astype(np.int64)
    timed = np.where(dwell >= 0, dwell, np.nan)
    first_read = rows[first_row]
    return GroundTruth(
        dataset.read_reader[first_read], dataset.read_article[first_read], dataset.read_time[first_read], grade, timed
    )


def window_rows(dataset: InteractionDataset, now: int, window: timedelta) -> tuple[int, int]:
    """First and last (exclusive) row of the dataset's reads that happened within the window after `now`."""
    end = now + window // timedelta(microseconds=1)
    first, last = np.searchsorted(dataset.read_time, [now, end], side="right")
    return int(first), int(last)


@dataclass(frozen=True, slots=True)
class Evaluator:
    """A moment's ground truth in the shapes of frontpage.core.metrics, made once for all lists of that moment.

    By reader row: n_relevant, what was read next; n_existing, how much of it was out and known at the moment;
    n_listable, how much of that could stand in a list (not expired, not retracted); n_timed, how much has a reading
    time. usual_seconds: the mean reading time, 1 where none is known.
    """

    context: ScoringContext
    n_relevant: Ints
    n_existing: Ints
    n_listable: Ints
    n_timed: Ints
    ideal: Floats
    dwell_ideal: Floats
    usual_seconds: float
    _keys: Ints
    _dwell: Floats

    @classmethod
    def of(cls, at: ScoringContext, read_next: GroundTruth) -> Evaluator:
        """The evaluator of lists made at a moment."""
        n_readers, n_live = len(at.readers), max(len(at.live), 1)
        reader = rows_of(read_next.reader, at.readers, len(at.dataset.reader_keys))
        live = rows_of(read_next.article, at.live, len(at.dataset.article_ids))
        n_relevant = np.bincount(reader, minlength=n_readers)
        dwell = np.minimum(read_next.dwell_seconds, _MAX_DWELL_SECONDS)
        usual = float(np.nanmean(dwell)) if np.isfinite(dwell).any() else 1.0
        worth = np.where(np.isfinite(dwell), dwell, usual) / max(usual, 1e-9)
        listable = live >= 0
        exists = (at.dataset.published <= at.now) & (at.dataset.first_seen <= at.now)
        keys = reader[listable] * n_live + live[listable]
        order = np.argsort(keys)
        return cls(
            context=at,
            n_relevant=n_relevant,
            n_existing=np.bincount(reader[exists[read_next.article]], minlength=n_readers),
            n_listable=np.bincount(reader[listable], minlength=n_readers),
            n_timed=np.bincount(reader[np.isfinite(read_next.dwell_seconds)], minlength=n_readers),
            ideal=metrics.ideal_dcg(np.ones(len(reader)), n_relevant),
            dwell_ideal=metrics.ideal_dcg(worth, n_relevant),
            usual_seconds=usual,
            _keys=keys[order],
            _dwell=worth[listable][order],
        )

    def relevance(self, top_k: TopK) -> tuple[NDArray[np.bool_], Floats]:
        """Whether each pick was read next, and its worth in reading time."""
        wanted = top_k.reader * max(len(self.context.live), 1) + top_k.article
        row = rows_in(self._keys, wanted)
        return row >= 0, np.append(self._dwell, 0.0)[row]

    def measures(self, top_k: TopK) -> dict[str, Floats]:
        """MEASURES of each reader's list; the top-k are ordered by reader row. 0 where nothing was read or listed."""
        relevant, worth = self.relevance(top_k)
        sizes = np.bincount(top_k.reader, minlength=len(self.context.readers))
        order = np.lexsort((top_k.rank, top_k.reader))
        relevant, worth, rank = relevant[order], worth[order], top_k.rank[order]
        return {
            "ndcg_at_10": metrics.ndcg(relevant.astype(np.float64), rank, sizes, self.ideal),
            "hit_rate_at_10": metrics.hit_rate(relevant, rank, sizes),
            "recall_at_10": metrics.recall(relevant, rank, sizes, self.n_relevant),
            "dwell_ndcg_at_10": metrics.ndcg(worth, rank, sizes, self.dwell_ideal),
        }

    def seconds(self, top_k: TopK) -> Floats:
        """Reading time of those picks of each reader's list that were read next; the mean one where it is not known."""
        relevant, worth = self.relevance(top_k)
        found = np.where(relevant, worth, 0.0) * self.usual_seconds
        return np.bincount(top_k.reader, found, minlength=len(self.context.readers)).astype(np.float64)

    def ceiling(self) -> Floats:
        """nDCG@10 of a list that holds, first, everything read next that could be listed [reader row]."""
        best = metrics.ideal_dcg(np.ones(int(self.n_listable.sum())), self.n_listable)
        return np.divide(best, self.ideal, out=np.zeros_like(best), where=self.ideal > 0)

    def oracle(self) -> TopK:
        """That list: what a policy that knew the future would serve."""
        n_live = max(len(self.context.live), 1)
        reader, article = self._keys // n_live, self._keys % n_live
        starts = np.cumsum(self.n_listable) - self.n_listable
        rank = np.arange(len(reader)) - starts[reader] + 1
        kept = rank <= metrics.K
        return TopK(reader[kept], rank[kept], article[kept])

    def by_chance(self) -> Floats:
        """Expected nDCG@10 of ten drawn evenly among each reader's unread live articles."""
        n_live = len(self.context.live)
        n_seen = np.bincount(self.context.seen // max(n_live, 1), minlength=len(self.context.readers))
        n_unread = np.maximum(n_live - n_seen, 1)
        discounts = np.cumsum(1.0 / np.log2(np.arange(2, metrics.K + 2)))
        filled = discounts[np.minimum(n_unread, metrics.K) - 1]
        expected = filled * self.n_listable / n_unread
        return np.divide(expected, self.ideal, out=np.zeros_like(expected), where=self.ideal > 0)


def _read_before(dataset: InteractionDataset, now: int, readers: Ints) -> Ints:
    """Keys of what these readers had read by then."""
    theirs = np.zeros(len(dataset.reader_keys), dtype=bool)
    theirs[readers] = True
    last = int(np.searchsorted(dataset.read_time, now, side="right"))
    rows = np.flatnonzero(theirs[dataset.read_reader[:last]] & (dataset.read_known[:last] <= now))
    return sorted_distinct(dataset.pairs(dataset.read_reader[rows], dataset.read_article[rows]))


def _usual_dwell(dataset: InteractionDataset, now: int) -> float:
    """The median reading time known by then; infinite where none was measured."""
    last = int(np.searchsorted(dataset.read_time, now, side="right"))
    dwell = dataset.read_dwell[:last][(dataset.read_known[:last] <= now) & np.isfinite(dataset.read_dwell[:last])]
    return float(np.median(dwell)) if len(dwell) else np.inf
