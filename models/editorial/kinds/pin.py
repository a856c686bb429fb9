"""An article at a set place, for everybody or for readers of a region or with an interest, until a moment."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar, Literal

import numpy as np
from pydantic import AwareDatetime, Field

from frontpage.core.lists import LIST_LENGTH
from models.editorial.match import Match
from models.editorial.rule import EditorialRule
from models.reranking.rules import Bound

if TYPE_CHECKING:
    from frontpage.features.grouping import Floats
    from models.reranking.listed import Listed


class PinRule(EditorialRule):
    """Readers who have read it already do not get it again; the others' lists keep their order around it."""

    moves: ClassVar[bool] = True

    kind: Literal["pin"]
    article: str = Field(min_length=1)
    place: int = Field(ge=1, le=LIST_LENGTH)
    region: str | None = Field(None, description="readers of this region only, and its fallback list")
    interest: str | None = Field(None, description="readers who picked this category only, and its fallback list")
    until: AwareDatetime

    def matches(self) -> dict[str, Match]:
        """The article."""
        return {"": Match(article=(self.article,))}

    def measure(self, lists: Listed, members: Any) -> Floats:
        """How far from its place it stands, where a list has it because of a pin; in a shorter list the last place."""
        is_it = members.of("")[lists.rows] & (lists.rows >= 0) & members.is_pinned
        place = np.argmax(is_it, axis=1) + 1
        wanted = np.minimum(self.place, (lists.rows >= 0).sum(axis=1))
        return np.where(is_it.any(axis=1), np.abs(place - wanted).astype(np.float64), np.nan)

    def bound(self) -> Bound:
        """At its place."""
        return Bound(at_most=0)
