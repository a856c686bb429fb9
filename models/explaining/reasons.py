"""The parts that explain a list: exact SHAP values put into words, or counts."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
import pyarrow as pa

from frontpage.features.entities import Pairs
from models.explaining.counts import reasons_of_counts
from models.explaining.explain import Explained, Explainer, explain, reasons_of
from models.inputs import ScoringInputs
from models.ranking.popularity import ArticleRank

if TYPE_CHECKING:
    from models.pipeline import ScoredTopK


@dataclass(frozen=True, slots=True)
class ShapReasons:
    """The true phrases of the groups of features that raised the score most."""

    trees: Explainer
    feature_names: tuple[str, ...]

    def __call__(self, now: ScoringInputs, chosen: ScoredTopK) -> pa.Array:
        """JSON text for each pick; trees must have seen them."""
        assert chosen.matrix is not None
        return self.said(now, chosen, explain(self.trees, chosen.matrix, self.feature_names))

    @staticmethod
    def said(now: ScoringInputs, chosen: ScoredTopK, explained: Explained) -> pa.Array:
        """The same of picks that are explained already."""
        assert chosen.matrix is not None
        pairs = Pairs(chosen.pairs.reader, chosen.pairs.article)
        return reasons_of(explained, chosen.matrix, now.entities, pairs)


@dataclass(frozen=True, slots=True)
class CountReasons:
    """How much an article is read of late by everybody, and whether it is new."""

    rank: ArticleRank

    def __call__(self, now: ScoringInputs, chosen: ScoredTopK) -> pa.Array:
        """JSON text for each pick, the same for each list that an article stands in."""
        used, at = np.unique(chosen.top_k.article, return_inverse=True)
        said = reasons_of_counts(now.context, used, self.rank.counts(now), self.rank.half_life_hours)
        return pa.array(said, pa.string()).take(pa.array(at))
