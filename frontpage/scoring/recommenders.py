"""What makes the lists of a block of readers, with nothing that only its making needed."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from frontpage.features.feature_store.bulk import ReaderLookup
from frontpage.features.grouping import Ints
from models.inputs import ScoringInputs
from models.pipeline import ListPipeline


@dataclass(frozen=True, slots=True)
class Recommender:
    """A pipeline at a moment. It works on one core, and several threads may call it, each with its own lookup.

    asks_readers: whether the pipeline knows more of a reader than what they have read; the moment was prepared without
    their states then, and those of a block are fetched with it.
    """

    pipeline: ListPipeline
    now: ScoringInputs
    asks_readers: bool

    @classmethod
    def of(cls, pipeline: ListPipeline, now: ScoringInputs, *, asks_readers: bool) -> Recommender:
        """Of a pipeline, without the reads and the parts of its model that brought it to its moment."""
        return cls(pipeline.for_lists(), replace(now, context=now.context.without_reads()), asks_readers)

    def __call__(self, lookup: ReaderLookup | None, rows: Ints) -> pa.Table:
        """Ten explained recommendations for each reader row [reader, rank], in the columns of `recommendation`.

        lookup: what is known of readers; needed only where the pipeline asks for it.
        """
        if not self.asks_readers:
            return self.pipeline.lists(self.now, rows)
        assert lookup is not None
        at = self.now.context
        dataset = at.dataset
        states = lookup(dataset.reader_keys[at.readers[rows]], at.as_of, dataset.names)
        return self.pipeline.lists(self.now.of_readers(rows, states), np.arange(len(rows), dtype=np.int64))
