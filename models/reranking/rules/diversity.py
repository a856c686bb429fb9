"""MMR (Carbonell and Goldstein 1998): what is unlike what stands above is worth more."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from models.reranking.likeness import Likeness
from models.reranking.rules import ListRule, Running

if TYPE_CHECKING:
    from frontpage.features.grouping import Floats, Ints
    from models.reranking.listed import Listed


class Diversity(ListRule):
    """A weight, not a bound: it changes which candidate is best at a place, and forbids none."""

    off, trial = 0.0, 0.1
    compares_texts = True
    weight: float = Field(0.0, ge=0, lt=1, description="MMR: weight of unlikeness to what stands above; 0: none")

    def running(self, shortlists: Listed) -> Running:
        """Margins less likeness."""
        return _Unlike(Likeness.of(shortlists), self.weight)


class _Unlike(Running):
    def __init__(self, likeness: Likeness, weight: float) -> None:
        self._likeness, self._weight = likeness, weight

    def worth(self, margin: Floats) -> Floats:
        return (1.0 - self._weight) * margin - self._weight * self._likeness.largest

    def add(self, chosen: Ints) -> None:
        self._likeness.add(chosen)
