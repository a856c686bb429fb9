"""The most read by those who read what the reader has read."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field

from models.retrieval.sources import Source

if TYPE_CHECKING:
    from frontpage.features.grouping import Ints
    from models.inputs import ScoringInputs
    from models.topk import TopK


class ReadTogether(Source):
    """User-kNN over co-occurrence (`models/retrieval/co_occurrence.py`); nothing for a reader without reads."""

    order = 10
    n: int = Field(30, ge=0, description="by those who read what the reader has read")

    def lists(self, inputs: ScoringInputs, reader_rows: Ints) -> Iterator[TopK]:
        """One list, by co-occurrence score."""
        yield inputs.by_co_occurrence(reader_rows, self.n)
