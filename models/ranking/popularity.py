"""Orders of articles that are the same for every reader: the most read, each read fading, and the newest."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from frontpage.core import columns as c
from frontpage.core.lists import SCORE_DECIMALS
from frontpage.features.grouping import Floats, Ints
from frontpage.features.names import position
from models.inputs import ScoringInputs
from models.ranking.scores import Scores
from models.retrieval.candidates import Candidates
from models.topk import popular_order


@dataclass(frozen=True, slots=True)
class ArticleRank:
    """Decayed counts with one half-life (one of HALF_LIVES_HOURS), or without one (None) the time of publication."""

    half_life_hours: float | None

    @property
    def source(self) -> str:
        """What is served in `candidate_source` where every live article is a candidate."""
        return "newest" if self.half_life_hours is None else "popular"

    def counts(self, now: ScoringInputs) -> Floats:
        """Score of each live article; zeros where publication alone counts."""
        return np.zeros(len(now.context.live)) if self.half_life_hours is None else now.popularity(self.half_life_hours)

    def order(self, now: ScoringInputs) -> Ints:
        """Live rows, best first: by rounded score, then newest, then article id."""
        return now.newest_order() if self.half_life_hours is None else now.popular_order(self.half_life_hours)

    def __call__(self, now: ScoringInputs, pairs: Candidates) -> Scores:
        """Scores of candidates; ties go by the order of all live articles."""
        order, place = self.order(now), np.zeros(len(now.context.live), dtype=np.int64)
        place[order] = np.arange(len(order))
        return scores_of(self.counts(now)[pairs.article], place[pairs.article])

    def for_lists(self) -> ArticleRank:
        """Itself: there is nothing else to it."""
        return self

    def counts_of_scope(self, now: ScoringInputs, scope: tuple[str, str]) -> Floats:
        """Score of each live article in the list of a scope (a region's own reads); -1 for what is not of the scope."""
        dataset, overall = now.context.dataset, self.counts(now)
        if scope[0] == c.REGION and self.half_life_hours is not None:
            audience = position(dataset.names.audiences, f"{c.REGION}={scope[1]}")
            there = now.audience_popularity(audience, self.half_life_hours)
            return np.where(there > 0, there, -1.0)
        if scope[0] == c.CATEGORY:
            code = position(dataset.names.categories, scope[1])
            return np.where(dataset.category[now.context.live] == code, overall, -1.0)
        return overall

    def first_of_scope(self, now: ScoringInputs, scope: tuple[str, str], n: int) -> tuple[Ints, Floats]:
        """The `n` best live rows of a scope, then the `n` best of all others, and their counts; those below 0 in
        `counts_of_scope` are the others.
        """
        local, overall = self.counts_of_scope(now, scope), self.counts(now)
        inside, outside = popular_order(now.context, local), popular_order(now.context, overall)
        rows = np.concatenate([inside[local[inside] >= 0][:n], outside[local[outside] < 0][:n]])
        return rows, local[rows]


def scores_of(counts: Floats, tie: Ints) -> Scores:
    """Scores of counts: as they are, and as worth to a list on a logarithmic scale, as trees have it."""
    return Scores(np.log1p(np.round(counts, SCORE_DECIMALS)), tie, counts)
