"""Candidates ranked by a model's trees."""

from __future__ import annotations

from dataclasses import dataclass

from frontpage.features.grouping import Floats
from models.inputs import ScoringInputs
from models.ranking.ranker import Matrix, predict
from models.ranking.scores import Scores
from models.retrieval.candidates import Candidates
from models.training.artefact import Model


@dataclass(frozen=True, slots=True)
class LearnedRank:
    """A model's ranker: the trees that are served, or with `is_validation` those that never saw a held-out cutoff."""

    model: Model
    n_threads: int = 1
    is_validation: bool = False

    def __call__(self, now: ScoringInputs, pairs: Candidates) -> Scores:
        """Scores of candidates, by features as of the moment."""
        return self.of_features(pairs, now.features(pairs.reader, pairs.article))

    def of_features(self, pairs: Candidates, features: Matrix) -> Scores:
        """Scores of candidates whose features [pair, column] are there already; ties go by article."""
        matrix = self.model.seen(features)
        margin = self.margin(matrix)
        return Scores(margin, pairs.article, self.model.calibration.chance(margin), matrix)

    def margin(self, matrix: Matrix) -> Floats:
        """Sum of the trees for each row, of the columns that the ranker learned from."""
        trees = self.model.validation_ranker if self.is_validation else self.model.ranker
        return predict(trees, matrix, self.n_threads)

    def for_lists(self) -> LearnedRank:
        """The same with nothing of the model but what ranking asks for."""
        return LearnedRank(self.model.for_lists(), self.n_threads)
