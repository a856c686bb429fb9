"""Candidates: a few articles for each reader from each of several sources, fused.

Every source has the same contract: for the given reader rows it returns unread live articles, best first, at most
its `n` for each reader (and list, where it has several); a reader or article it knows nothing of is left out; no
randomness.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from core.params import CandidateParams
from features.grouping import Ints
from features.ledger import AUDIENCE_KINDS
from models import compiled
from models.popularity import Picks, first_unseen
from models.retrieval.nearest import nearest
from models.view import View

#: (view, reader rows, how many for each) -> picks.
Source = Callable[[View, Ints, int], Picks]

#: Half-lives of the lists that `popular` gives: from a burst of minutes to what has lasted for days.
_POPULAR_HOURS = (0.1, 0.5, 2.0, 12.0, 72.0)
#: Of the popular lists of an audience, an interest.
_LOCAL_HOURS = 6.0


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs to be ranked [reader row, live row], ordered so; `source` is the code in SOURCES that ranked it best."""

    reader: Ints
    article: Ints
    source: Ints

    def __len__(self) -> int:
        return len(self.reader)

    def at(self, rows: Ints) -> Candidates:
        """The pairs of some rows, in that order."""
        return Candidates(self.reader[rows], self.article[rows], self.source[rows])


def popular(view: View, reader_rows: Ints, n: int) -> Picks:
    """The most read everywhere, with each of several half-lives."""
    orders = [view.popular_order(hours) for hours in _POPULAR_HOURS]
    return Picks.concatenate([first_unseen(view.moment, reader_rows, order, n) for order in orders])


def audience(view: View, reader_rows: Ints, n: int) -> Picks:
    """The most read in the reader's region, on their device, from their kind of referrer."""
    picks = []
    for kind in range(len(AUDIENCE_KINDS)):
        home = view.entities.states.readers.audiences[reader_rows, kind]
        for code in np.unique(home[home >= 0]):
            order = view.audience_order(int(code), _LOCAL_HOURS)
            picks.append(first_unseen(view.moment, reader_rows[home == code], order, n))
    return Picks.concatenate(picks)


def read_together(view: View, reader_rows: Ints, n: int) -> Picks:
    """The most read by those who read what the reader has read."""
    scores, seen = view.together.scores(reader_rows), view.moment.seen_of(reader_rows)
    reader, rank, article = compiled.best_stored(scores.indptr, scores.indices, scores.data, *seen, n)
    return Picks(reader_rows[reader], rank, article)


def similar_readers(view: View, reader_rows: Ints, n: int) -> Picks:
    """The nearest by ALS factors."""
    return nearest(view.moment, view.reader_factors, view.factor_shelf(), reader_rows, n)


def newest(view: View, reader_rows: Ints, n: int) -> Picks:
    """The newest everywhere; equal ages by article id."""
    return first_unseen(view.moment, reader_rows, view.newest_order(), n)


def interests(view: View, reader_rows: Ints, n: int) -> Picks:
    """The most read of each category the reader picked at sign-up."""
    category = view.moment.ledger.category[view.moment.live]
    picked = view.entities.states.readers.interests[reader_rows]
    order = view.popular_order(_LOCAL_HOURS)
    picks = []
    for code in np.unique(picked[picked >= 0]):
        asking = reader_rows[(picked == code).any(axis=1)]
        picks.append(first_unseen(view.moment, asking, order[category[order] == code], n))
    return Picks.concatenate(picks)


#: Name (as served in `candidate_source`) -> source; the order breaks ties between sources.
SOURCES: dict[str, Source] = {
    "read_together": read_together,
    "similar_readers": similar_readers,
    "audience": audience,
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
    rows = np.unique(reader_rows)
    place = np.searchsorted(rows, found.reader)
    reader, article, best = compiled.fused(place, found.rank, found.article, source, len(rows), len(view.moment.live))
    return Candidates(rows[reader], article, best)
