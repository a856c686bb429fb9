"""The parts that retrieve candidates: by sources, or every live article in an order that is the same for everybody."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from frontpage.features.grouping import Ints
from models.inputs import ScoringInputs
from models.ranking.popularity import ArticleRank
from models.reranking.rerank import SHORTLIST
from models.retrieval.candidates import CODES, Candidates, candidates
from models.retrieval.sources import Source


@dataclass(frozen=True, slots=True)
class FromSources:
    """What some sources propose, fused."""

    sources: Mapping[str, Source]

    @property
    def asks_readers(self) -> bool:
        """Sources ask for features of readers."""
        return True

    def __call__(self, now: ScoringInputs, reader_rows: Ints) -> tuple[Candidates, None]:
        """All pairs, in no tiers."""
        return candidates(now, self.sources, reader_rows), None


@dataclass(frozen=True, slots=True)
class FromOrder:
    """The first unread articles of an order; behind what sources propose, where there are any."""

    rank: ArticleRank
    sources: Mapping[str, Source]

    @property
    def asks_readers(self) -> bool:
        """Only sources ask for features of readers."""
        return bool(self.sources)

    def __call__(self, now: ScoringInputs, reader_rows: Ints) -> tuple[Candidates, Ints | None]:
        """As many pairs of each reader as the list rules choose from; what sources propose is of a higher tier."""
        first = now.first_unseen(reader_rows, self.rank.order(now), SHORTLIST)
        live = Candidates(first.reader, first.article, np.full(len(first.reader), CODES[self.rank.source]))
        if not self.sources:
            return live, None
        found = candidates(now, self.sources, reader_rows)
        others = live.at(np.flatnonzero(~np.isin(_keys(now, live), _keys(now, found))))
        both = Candidates(*(np.concatenate([getattr(found, n), getattr(others, n)]) for n in Candidates.__slots__))
        order = np.argsort(both.reader, kind="stable")
        return both.at(order), (order < len(found)).astype(np.int64)


def _keys(now: ScoringInputs, pairs: Candidates) -> Ints:
    return pairs.reader * max(len(now.context.live), 1) + pairs.article
