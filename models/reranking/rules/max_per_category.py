"""At most so many articles of one category in a list."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pydantic import Field

from models.reranking.caps import Cap, largest_count
from models.reranking.rules import Bound, ListRule, Running

if TYPE_CHECKING:
    from frontpage.features.grouping import Floats
    from models.reranking.listed import Listed


class MaxPerCategory(ListRule):
    """A cap; articles without a category are never too many."""

    off, trial = 0, 4
    reason = "one category fills the page"
    most: int = Field(0, ge=0, description="0: no limit")

    def running(self, shortlists: Listed) -> Running:
        """Counts of each category."""
        return Cap.of(shortlists.category, self.most)

    def measure(self, lists: Listed) -> Floats:
        """The largest number of places of one category."""
        return largest_count(lists.category, lists.is_judged)

    def bound(self) -> Bound:
        """At most so many."""
        return Bound(at_most=self.most)
