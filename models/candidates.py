"""Candidates: a few articles for each reader from each of several sources, fused.

Every source has the same contract: for the given reader rows it returns unread live articles, best first, at most
its `n` for each reader; a reader or article it knows nothing of is left out; no randomness.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.params import CandidateParams
from models.ledger import Ints
from models.nearest import nearest
from models.popularity import Picks, first_unseen, popular_order
from models.view import View

#: (view, reader rows, how many for each) -> picks.
Source = Callable[[View, Ints, int], Picks]


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs to be ranked [reader row, live row], ordered so; `source` is the code in SOURCES that ranked it best."""

    reader: Ints
    article: Ints
    source: Ints

    def __len__(self) -> int:
        return len(self.reader)


def popular(view: View, reader_rows: Ints, n: int) -> Picks:
    """The most read everywhere."""
    return first_unseen(view.moment, reader_rows, popular_order(view.moment, view.popularity), n)


def regional(view: View, reader_rows: Ints, n: int) -> Picks:
    """The most read in the reader's region; nothing for a reader without one."""
    region = view.moment.ledger.reader_region[view.moment.readers[reader_rows]]
    picks = []
    for code in np.unique(region[region >= 0]):
        order = popular_order(view.moment, view.regional[code])
        read_there = order[view.regional[code][order] > 0]
        picks.append(first_unseen(view.moment, reader_rows[region == code], read_there, n))
    return Picks.concatenate(picks)


def similar_readers(view: View, reader_rows: Ints, n: int) -> Picks:
    """The nearest by ALS factors."""
    return nearest(view.moment, view.reader_factors, view.article_factors, reader_rows, n)


def similar_content(view: View, reader_rows: Ints, n: int) -> Picks:
    """The nearest in content to the reader's recent reads."""
    return nearest(view.moment, view.reader_profiles, view.article_vectors, reader_rows, n)


def newest(view: View, reader_rows: Ints, n: int) -> Picks:
    """The newest everywhere; equal ages by article id."""
    published = view.moment.ledger.published[view.moment.live]
    order = np.lexsort((np.arange(len(published)), -published))
    return first_unseen(view.moment, reader_rows, order, n)


def interests(view: View, reader_rows: Ints, n: int) -> Picks:
    """The most read of each category the reader picked at sign-up."""
    category = view.moment.ledger.category[view.moment.live]
    order = popular_order(view.moment, view.popularity)
    picks = []
    for code in np.unique(view.interests[view.interests >= 0]):
        asking = reader_rows[(view.interests[reader_rows] == code).any(axis=1)]
        picks.append(first_unseen(view.moment, asking, order[category[order] == code], n))
    return Picks.concatenate(picks)


#: Name (as served in `candidate_source`) -> source; the order breaks ties between sources.
SOURCES: dict[str, Source] = {
    "similar_readers": similar_readers,
    "similar_content": similar_content,
    "regional": regional,
    "interests": interests,
    "popular": popular,
    "newest": newest,
}
SOURCE_NAMES = tuple(SOURCES)


def candidates(view: View, params: CandidateParams, reader_rows: Ints) -> Candidates:
    """All sources fused; a pair that several sources found keeps the one that ranked it best."""
    wanted = params.model_dump()
    picks = [
        source(view, reader_rows, wanted[name]) if wanted[name] else Picks.empty() for name, source in SOURCES.items()
    ]
    source = np.repeat(np.arange(len(picks)), [len(found.reader) for found in picks])
    found = Picks.concatenate(picks)
    key = found.reader * max(len(view.moment.live), 1) + found.article
    order = np.lexsort((source, found.rank, key))
    first = order[np.flatnonzero(np.diff(key[order], prepend=-1))]
    return Candidates(found.reader[first], found.article[first], source[first])
