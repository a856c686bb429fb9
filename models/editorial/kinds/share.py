"""At least so many fresh articles in a list, or articles of the reader's region, if there are as many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from frontpage.core.lists import LIST_LENGTH
from models.editorial.match import Match
from models.editorial.rule import EditorialRule
from models.reranking.rules import Bound, Running

if TYPE_CHECKING:
    from frontpage.features.grouping import Floats, Ints
    from models.editorial.at_work import Members
    from models.reranking.listed import Listed, Mask


class ShareRule(EditorialRule):
    """A demand on the last places: they are kept for such articles until there are enough of them."""

    kind: Literal["share"]
    least: int = Field(ge=1, le=LIST_LENGTH, description="places of ten")
    fresh_hours: float | None = Field(None, gt=0, description="articles not older than this")
    local: dict[str, Match] | None = Field(None, description="by region: what is local there")

    @model_validator(mode="after")
    def _is_one_of_two(self) -> Self:
        if (self.fresh_hours is None) == (self.local is None):
            raise ValueError("say fresh_hours or local, one of the two")
        return self

    def matches(self) -> dict[str, Match]:
        """What is local, by region."""
        return dict(self.local or {})

    def running(self, members: Members) -> Running:
        """Such articles only, once as many places are left as they are to have."""
        is_such = members.listed.age_hours <= self.fresh_hours if self.fresh_hours else members.local_of(self.matches())
        return _Kept(is_such, self.least, np.zeros(len(is_such), dtype=np.int64))

    def measure(self, lists: Listed, _members: Any) -> Floats | None:
        """How many are fresh, in whole lists without a waived place; what is local hangs on the reader's region."""
        if self.fresh_hours is None:
            return None
        is_whole = lists.is_judged[:, :LIST_LENGTH].all(axis=1) & (lists.rows.shape[1] == LIST_LENGTH)
        n_fresh = (lists.age_hours <= self.fresh_hours).sum(axis=1).astype(np.float64)
        return np.where(is_whole, n_fresh, np.nan)

    def bound(self) -> Bound:
        """At least so many."""
        return Bound(at_least=self.least)


@dataclass(slots=True)
class _Kept(Running):
    is_such: Mask
    least: int
    n_there: Ints

    def allows(self, rank: int) -> Mask:
        must_be = self.least - self.n_there >= LIST_LENGTH - rank
        has_any = self.is_such.any(axis=1)
        return self.is_such | ~(must_be & has_any)[:, None]

    def add(self, chosen: Ints) -> None:
        self.n_there += self.is_such[np.arange(len(chosen)), chosen]
