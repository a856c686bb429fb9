"""Orders of articles that are the same for everybody, and what is left of them for each reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from core.lists import LIST_LENGTH, SCORE_DECIMALS
from features.grouping import Floats, Ints
from models import compiled
from models.moment import Moment


@dataclass(frozen=True, slots=True)
class Picks:
    """Chosen pairs, ordered by (reader row, rank); rows index a moment's `readers` and `live`."""

    reader: Ints
    rank: Ints
    article: Ints

    @classmethod
    def empty(cls) -> Self:
        """No picks."""
        return cls.concatenate([])

    @classmethod
    def concatenate(cls, picks: Sequence[Picks]) -> Self:
        """One after the other."""
        nothing = np.zeros(0, dtype=np.int64)
        return cls(
            np.concatenate([nothing, *(pick.reader for pick in picks)]),
            np.concatenate([nothing, *(pick.rank for pick in picks)]),
            np.concatenate([nothing, *(pick.article for pick in picks)]),
        )


def popular_order(moment: Moment, score: Floats) -> Ints:
    """Rows of the live articles, best first: by rounded score, then newest, then article id."""
    newest_first = -moment.ledger.published[moment.live]
    return np.lexsort((np.arange(len(score)), newest_first, -np.round(score, SCORE_DECIMALS)))


def first_unseen(moment: Moment, reader_rows: Ints, order: Ints, n: int = LIST_LENGTH) -> Picks:
    """The first `n` articles of `order` that each reader has not read; fewer only where fewer are left."""
    starts, articles = moment.seen_of(reader_rows)
    reader, rank, article = compiled.first_unseen(order, starts, articles, len(moment.live), n)
    return Picks(reader_rows[reader], rank, article)
