"""Co-occurrence: articles read by those who read what this reader has read (item-to-item, over live articles).

A reader's likeness to another is the sum over articles both have read of their inverse reader frequency squared,
divided by both readers' lengths: cosine over idf-weighted reads. The score of an article is the likeness of the readers
who read it, each read fading with `half_life_hours`; so a rare common read says more than a headline everybody saw.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix, diags

from frontpage.core.sections.training import CoOccurrenceParams
from frontpage.features.grouping import Floats, Ints, rows_of
from frontpage.features.interactions import HOUR_MICROSECONDS
from frontpage.features.memo import Memo
from models import compiled
from models.context import ScoringContext

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class CoOccurrence:
    """The scores of a moment's readers as a product that is worked out for a block of them at a time.

    reads [reader row, article]: of the readers, weighted. readers_of [article, column]: how alike those are who read an
    article, summed over what else they read; columns: its live rows, ascending.
    likeness [reader row]: summed over all other readers. popularity [live row]: faded reads a reader, the score of a
    reader like everybody.
    """

    reads: csr_matrix
    readers_of: csr_matrix
    columns: Ints
    likeness: Floats
    popularity: Floats
    memo: Memo = field(default_factory=Memo, repr=False, compare=False)

    @classmethod
    def nothing(cls, n_readers: int, n_live: int) -> CoOccurrence:
        """Where nobody has read anything."""
        empty, columns = np.zeros(n_live), np.zeros(0, dtype=np.int64)
        reads = csr_matrix((n_readers, 0), dtype=np.float32)
        return cls(reads, csr_matrix((0, 0), dtype=np.float32), columns, np.zeros(n_readers), empty)

    def scores(self, reader_rows: Ints) -> csr_matrix:
        """Scores of some readers [place in `reader_rows`, live row], sparse, with sorted columns.

        Candidates and features of a block both ask for them, so those that were asked for last are kept.
        """
        last = self.memo.get("scores")
        if last is None or not np.array_equal(last[0], reader_rows):
            scores = _at_live(self.reads[reader_rows] @ self.readers_of, self.columns, len(self.popularity))
            self.memo["scores"] = last = (reader_rows, scores)
        return last[1]

    def of_readers(self, reader_rows: Ints) -> CoOccurrence:
        """The same for some of the reader rows."""
        return CoOccurrence(
            self.reads[reader_rows], self.readers_of, self.columns, self.likeness[reader_rows], self.popularity
        )

    def of_nobody(self, n_readers: int) -> CoOccurrence:
        """The same for readers who have read nothing."""
        reads = csr_matrix((n_readers, self.reads.shape[1]), dtype=self.reads.dtype)
        return CoOccurrence(reads, self.readers_of, self.columns, np.zeros(n_readers), self.popularity)

    def features(self, reader_rows: Ints, live_rows: Ints) -> dict[str, Floats]:
        """Score of each pair, and the log of how much more it is than popularity alone would give."""
        rows, place = np.unique(reader_rows, return_inverse=True)
        stored = self.scores(rows)
        score = compiled.stored_values(stored.indptr, stored.indices, stored.data, place, live_rows)
        usual, like = self.popularity[live_rows], self.likeness[reader_rows]
        lift = (score + usual) / np.maximum((like + 1.0) * usual, 1e-12)
        return {
            "together_score": score,
            "together_lift": np.where(usual > 0, np.log(np.maximum(lift, 1e-6)), 0.0),
        }


def co_occurrence_of(context: ScoringContext, params: CoOccurrenceParams) -> CoOccurrence:
    """The scores of the moment's readers; zeros for a reader or article without reads."""
    reads = _known(context, params)
    shape = (len(context.dataset.reader_keys), len(context.dataset.article_ids))
    matrix = csr_matrix((np.ones(len(reads.reader), np.float32), (reads.reader, reads.article)), shape=shape)
    n_readers = max(int((np.diff(matrix.indptr) > 0).sum()), 1)  # readers yet to come must not change a weight
    weight = np.log((n_readers + 1.0) / (np.asarray(matrix.sum(axis=0)).ravel() + 1.0)) ** 2
    length = np.sqrt(matrix @ weight) + 1.0
    unit = diags((1.0 / length).astype(np.float32)) @ matrix
    mine = unit[context.readers]
    by_article = (diags(weight.astype(np.float32)) @ unit.T).tocsr()
    likeness = mine @ np.asarray(by_article.sum(axis=1)).ravel() - mine.multiply(mine) @ weight
    faded, columns = _faded(context, reads, params)
    usual, n_live = np.asarray(faded.sum(axis=0)).ravel() / n_readers, len(context.live)
    readers_of = (by_article @ faded).tocsr()
    return CoOccurrence(mine, readers_of, columns, np.maximum(likeness, 0.0), _spread(usual, columns, n_live))


@dataclass(frozen=True, slots=True)
class _Reads:
    """The newest read of each reader and article: positions, hours ago, and live row (-1: not live)."""

    reader: Ints
    article: Ints
    hours: Floats
    live: Ints


def _known(context: ScoringContext, params: CoOccurrenceParams) -> _Reads:
    dataset, known = context.dataset, context.known[-params.max_reads :]
    known = known[dataset.read_article[known] >= 0]
    width = len(dataset.article_ids)
    keys, newest = np.unique(
        (dataset.read_reader[known] * width + dataset.read_article[known])[::-1], return_index=True
    )
    hours = ((context.now - dataset.read_time[known]) / HOUR_MICROSECONDS)[::-1][newest]
    article = keys % max(width, 1)
    return _Reads(keys // max(width, 1), article, hours, rows_of(article, context.live, width))


def _faded(context: ScoringContext, reads: _Reads, params: CoOccurrenceParams) -> tuple[csr_matrix, Ints]:
    """Faded reads [reader, column] of the most read live articles, and the live row of each column."""
    faded, n_live = np.exp2(-reads.hours / params.half_life_hours), len(context.live)
    columns = _most_read(reads.live, faded, n_live, params.max_articles)
    column = rows_of(reads.live, columns, n_live)
    there = column >= 0
    shape = (len(context.dataset.reader_keys), len(columns))
    values = faded[there].astype(np.float32)
    return csr_matrix((values, (reads.reader[there], column[there])), shape=shape), columns


def _most_read(live: Ints, faded: Floats, n_live: int, n: int) -> Ints:
    """The `n` most read live rows, ascending."""
    reads = np.bincount(live[live >= 0], weights=faded[live >= 0], minlength=n_live)
    order = np.lexsort((np.arange(n_live), -reads))[:n]
    return np.sort(order[reads[order] > 0])


def _at_live(scores: csr_matrix, columns: Ints, n_live: int) -> csr_matrix:
    scores = scores.tocsr()
    made = csr_matrix((scores.data, columns[scores.indices], scores.indptr), shape=(scores.shape[0], n_live))
    made.sort_indices()
    return made


def _spread(values: Floats, columns: Ints, n_live: int) -> Floats:
    spread = np.zeros(n_live)
    spread[columns] = values
    return spread
