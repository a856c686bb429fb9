"""The newest everywhere; equal ages by article id."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from pydantic import Field

from models.retrieval.sources import Source

if TYPE_CHECKING:
    from frontpage.features.grouping import Ints
    from models.inputs import ScoringInputs
    from models.topk import TopK


class Newest(Source):
    """By publication time alone."""

    order = 60
    n: int = Field(15, ge=0, description="whatever has been read of them")

    def lists(self, inputs: ScoringInputs, reader_rows: Ints) -> Iterator[TopK]:
        """One list, newest first."""
        yield inputs.first_unseen(reader_rows, inputs.newest_order(), self.n)
