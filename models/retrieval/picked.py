"""The newest of each category that the reader picked at sign-up: what a product without a recommender shows."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import numpy as np

from models.retrieval.sources.interests import Interests

if TYPE_CHECKING:
    from frontpage.features.grouping import Ints
    from models.inputs import ScoringInputs
    from models.topk import TopK


class NewestOfInterests(Interests):
    """By publication time alone within the picked categories; nothing for a reader who picked none."""

    def lists(self, inputs: ScoringInputs, reader_rows: Ints) -> Iterator[TopK]:
        """A list for each category."""
        picked = inputs.entities.states.readers.interests[reader_rows]
        order = inputs.newest_order()
        for code in np.unique(picked[picked >= 0]):
            asking = reader_rows[(picked == code).any(axis=1)]
            yield inputs.first_unseen(asking, inputs.of_category("picked", order, int(code)), self.n)
