"""Orders of articles that are the same for everybody, and what is left of them for each reader."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Self

import numpy as np

from core.lists import LIST_LENGTH, SCORE_DECIMALS
from features.grouping import Floats, Ints
from models.moment import Moment

#: Rows of a seen-mask computed at once; bounds memory, not results.
_CELLS = 4_000_000


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
    """The first `n` articles of `order` that each reader has not read; fewer only where fewer are left.

    Most readers are served from the head of the order; the rest look at all of it.
    """
    head = order[: n * 5]
    picks = [_pick(moment, rows, head, n) for rows in _blocks(reader_rows, len(head))]
    found = Picks.concatenate(picks)
    if len(head) == len(order):
        return found
    counts = np.bincount(found.reader, minlength=len(moment.readers))
    short = reader_rows[counts[reader_rows] < n]
    kept = np.isin(found.reader, short, invert=True)
    redone = [_pick(moment, rows, order, n) for rows in _blocks(short, len(order))]
    return _sorted(Picks.concatenate([Picks(found.reader[kept], found.rank[kept], found.article[kept]), *redone]))


def _pick(moment: Moment, reader_rows: Ints, order: Ints, n: int) -> Picks:
    unseen = ~moment.is_seen(reader_rows[:, None], order[None, :])
    rank = np.cumsum(unseen, axis=1, dtype=np.int64)
    row, column = np.nonzero(unseen & (rank <= n))
    return Picks(reader_rows[row], rank[row, column], order[column])


def _blocks(reader_rows: Ints, width: int) -> Iterator[Ints]:
    size = max(1, _CELLS // max(1, width))
    return (reader_rows[start : start + size] for start in range(0, len(reader_rows), size))


def _sorted(picks: Picks) -> Picks:
    by = np.lexsort((picks.rank, picks.reader))
    return Picks(picks.reader[by], picks.rank[by], picks.article[by])
