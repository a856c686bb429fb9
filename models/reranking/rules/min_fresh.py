"""At least so many articles of the last day in a list, if there are as many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from frontpage.core.lists import LIST_LENGTH
from models.reranking.rules import Bound, ListRule, Running

if TYPE_CHECKING:
    from frontpage.features.grouping import Floats, Ints
    from models.reranking.listed import Listed, Mask

_FRESH_HOURS = 24.0


class MinFresh(ListRule):
    """A demand on the last places: they are kept free for fresh articles until there are enough of them."""

    off, trial = 0, 3
    reason = "a page of yesterday's news while there is newer"
    least: int = Field(0, ge=0, le=LIST_LENGTH, description="at least so many of the last day, if there are as many")

    def running(self, shortlists: Listed) -> Running:
        """Fresh ones only, once as many places are left as are to be fresh."""
        return _Fresh(shortlists.age_hours <= _FRESH_HOURS, self.least, np.zeros(len(shortlists.rows), dtype=np.int64))

    def measure(self, lists: Listed) -> Floats:
        """How many are fresh; NaN in a list that is not full, or has a place where the rules were waived."""
        n_fresh = (lists.age_hours <= _FRESH_HOURS).sum(axis=1).astype(np.float64)
        is_whole = lists.is_judged[:, :LIST_LENGTH].all(axis=1) & (lists.rows.shape[1] == LIST_LENGTH)
        return np.where(is_whole, n_fresh, np.nan)

    def bound(self) -> Bound:
        """At least so many."""
        return Bound(at_least=self.least)


@dataclass(slots=True)
class _Fresh(Running):
    is_fresh: Mask
    least: int
    n_fresh: Ints

    def allows(self, rank: int) -> Mask:
        must_be_fresh = self.least - self.n_fresh >= LIST_LENGTH - rank
        return self.is_fresh | ~must_be_fresh[:, None]

    def add(self, chosen: Ints) -> None:
        self.n_fresh += self.is_fresh[np.arange(len(chosen)), chosen]
