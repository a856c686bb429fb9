"""The most read in the reader's region, on their device, from their kind of referrer."""

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


class Audience(Source):
    """Decayed reads of the reader's own audiences; nothing where none of these is known."""

    order = 30
    n: int = Field(15, ge=0, description="of the reader's region, device and referrer each")

    def lists(self, inputs: ScoringInputs, reader_rows: Ints) -> Iterator[TopK]:
        """A list for each kind of audience."""
        for home in inputs.entities.states.readers.audiences[reader_rows].T:
            for code in np.unique(home[home >= 0]):
                order = inputs.audience_order(int(code), _HALF_LIFE_HOURS)
                yield inputs.first_unseen(reader_rows[home == code], order, self.n)
