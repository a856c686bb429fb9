"""One story stands once: no two articles of a list whose texts are closer than this."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from models.reranking.likeness import Likeness, largest_cosine
from models.reranking.rules import Bound, ListRule, Running

if TYPE_CHECKING:
    from frontpage.features.grouping import Floats, Ints
    from models.reranking.listed import Listed, Mask

#: Cosines of single precision differ in their last bits with the order of their sums.
_ROUNDING = 1e-4


class MaxSimilarity(ListRule):
    """A bound on the cosine of two articles' content vectors; articles without text are like nothing."""

    off, trial = 1.0, 0.92
    reason = "the same story twice on one page"
    compares_texts = True
    cosine: float = Field(0.92, gt=0, le=1, description="closer texts tell one story: one stands; 1: any")

    def running(self, shortlists: Listed) -> Running:
        """Candidates that are not close to anything above."""
        return _Apart(Likeness.of(shortlists), self.cosine)

    def measure(self, lists: Listed) -> Floats:
        """The largest cosine of two places."""
        return largest_cosine(lists)

    def bound(self) -> Bound:
        """At most the cosine, but for rounding."""
        return Bound(at_most=self.cosine + _ROUNDING)


class _Apart(Running):
    def __init__(self, likeness: Likeness, most: float) -> None:
        self._likeness, self._most = likeness, most

    def allows(self, _rank: int) -> Mask:
        return self._likeness.largest <= self._most

    def add(self, chosen: Ints) -> None:
        self._likeness.add(chosen)
