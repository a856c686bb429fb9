"""The nearest articles by ALS factors."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field

from models.retrieval.sources import Source

if TYPE_CHECKING:
    from frontpage.features.grouping import Ints
    from models.inputs import ScoringInputs
    from models.topk import TopK


class SimilarReaders(Source):
    """Matrix factorisation (`models/retrieval/als.py`); nothing for a reader without reads."""

    order = 20
    n: int = Field(20, ge=0, description="by ALS")

    def lists(self, inputs: ScoringInputs, reader_rows: Ints) -> Iterator[TopK]:
        """One list, by inner product."""
        yield inputs.nearest_by_factors(reader_rows, self.n)
