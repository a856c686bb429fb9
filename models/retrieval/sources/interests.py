"""The most read of each category that the reader picked at sign-up."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np
from pydantic import Field

from models.retrieval.sources import Source

if TYPE_CHECKING:
    from frontpage.features.grouping import Ints
    from models.inputs import ScoringInputs
    from models.topk import TopK

_HALF_LIFE_HOURS = 6.0


class Interests(Source):
    """Decayed reads within the picked categories; nothing for a reader who picked none."""

    order = 40
    n: int = Field(5, ge=0, description="of each category picked at sign-up")

    def lists(self, inputs: ScoringInputs, reader_rows: Ints) -> Iterator[TopK]:
        """A list for each category."""
        picked = inputs.entities.states.readers.interests[reader_rows]
        order = inputs.popular_order(_HALF_LIFE_HOURS)
        for code in np.unique(picked[picked >= 0]):
            asking = reader_rows[(picked == code).any(axis=1)]
            yield inputs.first_unseen(asking, inputs.of_category("interests", order, int(code)), self.n)
