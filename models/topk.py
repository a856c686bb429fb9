"""Orders of articles that are the same for everybody, and what is left of them for each reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from frontpage.core.lists import LIST_LENGTH, SCORE_DECIMALS
from frontpage.features.grouping import Floats, Ints
from models import compiled
from models.context import ScoringContext


@dataclass(frozen=True, slots=True)
class TopK:
    """Chosen pairs, ordered by (reader row, rank); rows index a moment's `readers` and `live`."""

    reader: Ints
    rank: Ints
    article: Ints

    @classmethod
    def empty(cls) -> Self:
        """No top-k."""
        return cls.concatenate([])

    @classmethod
    def concatenate(cls, top_k: Sequence[TopK]) -> Self:
        """One after the other."""
        nothing = np.zeros(0, dtype=np.int64)
        return cls(
            np.concatenate([nothing, *(one.reader for one in top_k)]),
            np.concatenate([nothing, *(one.rank for one in top_k)]),
            np.concatenate([nothing, *(one.article for one in top_k)]),
        )

    def in_order(self) -> Self:
        """The same, ordered by (reader row, rank).

        >>> top = TopK(np.array([1, 0]), np.array([1, 1]), np.array([8, 9])).in_order()
        >>> top.reader.tolist(), top.article.tolist()
        ([0, 1], [9, 8])
        """
        order = np.lexsort((self.rank, self.reader))
        return type(self)(self.reader[order], self.rank[order], self.article[order])


def popular_order(context: ScoringContext, score: Floats) -> Ints:
    """Rows of the live articles, best first: by rounded score, then newest, then article id."""
    newest_first = -context.dataset.published[context.live]
    return np.lexsort((np.arange(len(score)), newest_first, -np.round(score, SCORE_DECIMALS)))


def first_unseen(context: ScoringContext, reader_rows: Ints, order: Ints, n: int = LIST_LENGTH) -> TopK:
    """The first `n` articles of `order` that each reader has not read; fewer only where fewer are left."""
    starts, articles = context.seen_of(reader_rows)
    reader, rank, article = compiled.first_unseen(order, starts, articles, n)
    return TopK(reader_rows[reader], rank, article)
