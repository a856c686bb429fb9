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
from models.nearest import nearest
from models.popularity import Picks, first_unseen, popular_order
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


def popular(view: View, reader_rows: Ints, n: int) -> Picks:
    """The most read everywhere, with each of several half-lives."""
    picks = []
    for hours in _POPULAR_HOURS:
        score = view.popularity(hours)
        order = popular_order(view.moment, score)
        picks.append(first_unseen(view.moment, reader_rows, order, n))
    return Picks.concatenate(picks)


def audience(view: View, reader_rows: Ints, n: int) -> Picks:
    """The most read in the reader's region, on their device, from their kind of referrer."""
    picks = []
    for kind in range(len(AUDIENCE_KINDS)):
        home = view.entities.states.readers.audiences[reader_rows, kind]
        for code in np.unique(home[home >= 0]):
            score = view.audience_popularity(int(code), _LOCAL_HOURS)
            order = popular_order(view.moment, score)
            picks.append(first_unseen(view.moment, reader_rows[home == code], order[score[order] > 0], n))
    return Picks.concatenate(picks)


def read_together(view: View, reader_rows: Ints, n: int) -> Picks:
    """The most read by those who read what the reader has read."""
    scores = view.together.scores[reader_rows]
    row = np.repeat(np.arange(len(reader_rows)), np.diff(scores.indptr))
    reader, article = reader_rows[row], scores.indices.astype(np.int64)
    kept = np.flatnonzero((scores.data > 0) & ~view.moment.is_seen(reader, article))
    # One sort instead of three: bits of positive floats are ordered as the floats are; equal ones stay by article.
    falling = np.uint32(0xFFFFFFFF) - scores.data[kept].astype(np.float32).view(np.uint32)
    order = kept[np.argsort((row[kept].astype(np.uint64) << np.uint64(32)) | falling, kind="stable")]
    starts = np.flatnonzero(np.diff(row[order], prepend=-1))
    rank = np.arange(len(order)) - np.repeat(starts, np.diff(np.append(starts, len(order)))) + 1
    best = order[rank <= n]
    return Picks(reader[best], rank[rank <= n], article[best])


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
    picked = view.entities.states.readers.interests
    order = popular_order(view.moment, view.popularity(_LOCAL_HOURS))
    picks = []
    for code in np.unique(picked[picked >= 0]):
        asking = reader_rows[(picked[reader_rows] == code).any(axis=1)]
        picks.append(first_unseen(view.moment, asking, order[category[order] == code], n))
    return Picks.concatenate(picks)


#: Name (as served in `candidate_source`) -> source; the order breaks ties between sources.
SOURCES: dict[str, Source] = {
    "read_together": read_together,
    "similar_readers": similar_readers,
    "similar_content": similar_content,
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
    key = found.reader * max(len(view.moment.live), 1) + found.article
    order = np.lexsort((source, found.rank, key))
    first = order[np.flatnonzero(np.diff(key[order], prepend=-1))]
    return Candidates(found.reader[first], found.article[first], source[first])
