"""At most so many places of a list for some articles: of a publisher, a category, or paid for by a sponsor."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Literal

import numpy as np
from pydantic import Field

from frontpage.core.lists import LIST_LENGTH
from models.editorial.rule import MatchingRule
from models.reranking.caps import Cap as LabelCap
from models.reranking.rules import Bound

if TYPE_CHECKING:
    from frontpage.features.grouping import Floats
    from models.editorial.at_work import Members
    from models.reranking.listed import Listed


class CapRule(MatchingRule):
    """All that match together; where nothing else is left the cap is waived, as list rules are."""

    kind: Literal["cap"]
    most: int = Field(ge=0, lt=LIST_LENGTH, description="places of ten")
    sponsor: str = Field("", description="who pays for what matches, if somebody does")

    def running(self, members: Members) -> LabelCap:
        """Counts of what matches."""
        return LabelCap.of(np.where(members.of(""), 0, -1), self.most)

    def measure(self, lists: Listed, members: Any) -> Floats:
        """How many judged places have what matches."""
        n_there: Floats = (members.of("")[lists.rows] & lists.is_judged).sum(axis=1).astype(np.float64)
        return n_there

    def bound(self) -> Bound:
        """At most so many."""
        return Bound(at_most=self.most)
