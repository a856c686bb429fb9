"""Policies: ways to make everybody's ten at a moment. The rules among them are what the ranker has to beat."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from core.lists import LIST_LENGTH
from core.params import HALF_LIVES_HOURS
from features.grouping import Floats, Ints, rows_of
from features.ledger import DAY_MICROSECONDS, Ledger
from models.popularity import Picks, first_unseen, popular_order
from models.retrieval.candidates import read_together, similar_readers
from models.view import View

#: (view, reader rows) -> at most ten unread live articles for each reader, best first.
Policy = Callable[[View, Ints], Picks]

#: Articles drawn for each reader where there are many: enough to find ten that are unread and differ.
_DRAWS = 64


def decayed(half_life_hours: float) -> Policy:
    """The most read, each read fading with this half-life (one of HALF_LIVES_HOURS)."""

    def lists(now: View, reader_rows: Ints) -> Picks:
        return _first(now, reader_rows, now.popularity(half_life_hours))

    return lists


def last_day(now: View, reader_rows: Ints) -> Picks:
    """The most read in the last 24 hours."""
    at = now.moment
    book = at.ledger
    recent = at.known[book.read_time[at.known] > at.now - DAY_MICROSECONDS]
    row = rows_of(book.read_article[recent], at.live, len(book.article_ids))
    return _first(now, reader_rows, _sums(book, recent, row, len(at.live)))


def latest(now: View, reader_rows: Ints) -> Picks:
    """The newest."""
    return _first(now, reader_rows, np.zeros(len(now.moment.live)))


def als_alone(now: View, reader_rows: Ints) -> Picks:
    """The nearest by ALS factors; fewer than ten, or none, for a reader it knows too little of."""
    return similar_readers(now, reader_rows, LIST_LENGTH)


def together_alone(now: View, reader_rows: Ints) -> Picks:
    """The most read by those who read what the reader has read; none for a reader without reads."""
    return read_together(now, reader_rows, LIST_LENGTH)


def at_random(seed: int) -> Policy:
    """Ten drawn evenly among the unread live articles, by seed, moment and reader."""

    def lists(now: View, reader_rows: Ints) -> Picks:
        at, n_live = now.moment, len(now.moment.live)
        random = np.random.default_rng([seed, at.now])
        if n_live <= _DRAWS * 8:
            drawn = np.argsort(random.random((len(reader_rows), n_live)), axis=1)
        else:
            drawn = random.integers(0, n_live, (len(reader_rows), _DRAWS))
        kept = _is_first(drawn) & ~at.is_seen(reader_rows[:, None], drawn)
        rank = np.cumsum(kept, axis=1, dtype=np.int64)
        row, place = np.nonzero(kept & (rank <= LIST_LENGTH))
        return Picks(reader_rows[row], rank[row, place], drawn[row, place])

    return lists


def _is_first(drawn: Ints) -> NDArray[np.bool_]:
    """Whether each entry is the first of its value in its row."""
    order = np.argsort(drawn, axis=1, kind="stable")
    ascending = np.take_along_axis(drawn, order, axis=1)
    first = np.ones(drawn.shape, dtype=bool)
    first[:, 1:] = ascending[:, 1:] != ascending[:, :-1]
    result = np.empty_like(first)
    np.put_along_axis(result, order, first, axis=1)
    return result


def rules() -> dict[str, Policy]:
    """Every rule a newsroom could pick up, by name."""
    by_half_life = {rule_name(hours): decayed(hours) for hours in HALF_LIVES_HOURS}
    return {**by_half_life, "clicks_24h": last_day, "latest": latest}


def baselines(seed: int) -> dict[str, Policy]:
    """Every single method to compare with, by name: the rules, ALS alone, co-reading alone, chance."""
    return {**rules(), "als": als_alone, "together": together_alone, "random": at_random(seed)}


def rule_name(half_life_hours: float) -> str:
    """Name of a decayed count, e.g. `decayed_0.5h`."""
    return f"decayed_{half_life_hours:g}h"


def _first(now: View, reader_rows: Ints, score: Floats) -> Picks:
    return first_unseen(now.moment, reader_rows, popular_order(now.moment, score), LIST_LENGTH)


def _sums(book: Ledger, reads: Ints, row: Ints, n_live: int) -> Floats:
    kept = row >= 0
    return np.bincount(row[kept], weights=book.read_weight[reads][kept], minlength=n_live).astype(np.float64)
