"""Candidates: a few articles for each reader from each of several sources, fused.

Every source has the same contract: for the given reader rows it returns unread live articles, best first, at most
its `n` for each reader (and list, where it has several); a reader or article it knows nothing of is left out; no
randomness.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from frontpage.core.params import CandidateParams
from frontpage.features.grouping import Ints
from frontpage.features.names import AUDIENCE_KINDS
from models import compiled
from models.inputs import ScoringInputs
from models.retrieval.nearest import nearest
from models.topk import TopK, first_unseen

#: (view, reader rows, how many for each) -> top-k.
Source = Callable[[ScoringInputs, Ints, int], TopK]

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


def popular(inputs: ScoringInputs, reader_rows: Ints, n: int) -> TopK:
    """The most read everywhere, with each of several half-lives."""
    orders = [inputs.popular_order(hours) for hours in _POPULAR_HOURS]
    return TopK.concatenate([first_unseen(inputs.context, reader_rows, order, n) for order in orders])


def audience(inputs: ScoringInputs, reader_rows: Ints, n: int) -> TopK:
    """The most read in the reader's region, on their device, from their kind of referrer."""
    top_k = []
    for kind in range(len(AUDIENCE_KINDS)):
        home = inputs.entities.states.readers.audiences[reader_rows, kind]
        for code in np.unique(home[home >= 0]):
            order = inputs.audience_order(int(code), _LOCAL_HOURS)
            top_k.append(first_unseen(inputs.context, reader_rows[home == code], order, n))
    return TopK.concatenate(top_k)


def read_together(inputs: ScoringInputs, reader_rows: Ints, n: int) -> TopK:
    """The most read by those who read what the reader has read."""
    scores, seen = inputs.co_occurrence.scores(reader_rows), inputs.context.seen_of(reader_rows)
    reader, rank, article = compiled.best_stored(scores.indptr, scores.indices, scores.data, *seen, n)
    return TopK(reader_rows[reader], rank, article)


def similar_readers(inputs: ScoringInputs, reader_rows: Ints, n: int) -> TopK:
    """The nearest by ALS factors."""
    return nearest(inputs.context, inputs.reader_factors, inputs.factor_index(), reader_rows, n)


def newest(inputs: ScoringInputs, reader_rows: Ints, n: int) -> TopK:
    """The newest everywhere; equal ages by article id."""
    return first_unseen(inputs.context, reader_rows, inputs.newest_order(), n)


def interests(inputs: ScoringInputs, reader_rows: Ints, n: int) -> TopK:
    """The most read of each category the reader picked at sign-up."""
    category = inputs.context.dataset.category[inputs.context.live]
    picked = inputs.entities.states.readers.interests[reader_rows]
    order = inputs.popular_order(_LOCAL_HOURS)
    top_k = []
    for code in np.unique(picked[picked >= 0]):
        asking = reader_rows[(picked == code).any(axis=1)]
        top_k.append(first_unseen(inputs.context, asking, order[category[order] == code], n))
    return TopK.concatenate(top_k)


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


def candidates(inputs: ScoringInputs, params: CandidateParams, reader_rows: Ints) -> Candidates:
    """All sources fused; a pair that several sources found keeps the one that ranked it best."""
    wanted = params.model_dump()
    top_k = [
        source(inputs, reader_rows, wanted[name]) if wanted[name] else TopK.empty() for name, source in SOURCES.items()
    ]
    source = np.repeat(np.arange(len(top_k)), [len(found.reader) for found in top_k])
    found = TopK.concatenate(top_k)
    rows = np.unique(reader_rows)
    place = np.searchsorted(rows, found.reader)
    reader, article, best = compiled.fused(
        place, found.rank, found.article, source, len(rows), len(inputs.context.live)
    )
    return Candidates(rows[reader], article, best)
