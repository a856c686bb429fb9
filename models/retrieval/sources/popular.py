"""The most read everywhere, with each of several half-lives."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field

from models.retrieval.sources import Source

if TYPE_CHECKING:
    from frontpage.features.grouping import Ints
    from models.inputs import ScoringInputs
    from models.topk import TopK

#: From a burst of minutes to what has lasted for days.
_HALF_LIVES_HOURS = (0.1, 0.5, 2.0, 12.0, 72.0)


class Popular(Source):
    """Decayed reads of everybody; serves every reader, so it is never switched off."""

    order = 50
    n: int = Field(40, ge=10, description="of each of several half-lives")

    def lists(self, inputs: ScoringInputs, reader_rows: Ints) -> Iterator[TopK]:
        """A list for each half-life."""
        for hours in _HALF_LIVES_HOURS:
            yield inputs.first_unseen(reader_rows, inputs.popular_order(hours), self.n)
