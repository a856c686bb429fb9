"""Candidates: a few articles for each reader from each of several sources, fused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from frontpage.core.params import Params
from frontpage.features.grouping import Ints
from models import compiled
from models.inputs import ScoringInputs
from models.parts import configured, registered
from models.retrieval.sources import Source
from models.topk import TopK

#: By name, as served in `candidate_source`; the order breaks ties between sources.
SOURCES = registered("models.retrieval.sources", Source)
SOURCE_NAMES = tuple(SOURCES)
#: Source of a place that was drawn by lot.
EXPLORED = "explored"
#: Source of a place that editors gave.
PINNED = "pinned"
#: Every `candidate_source` of a reader's own list -> its code; sources first.
CODES = {name: code for code, name in enumerate(dict.fromkeys((*SOURCE_NAMES, "popular", "newest", EXPLORED, PINNED)))}


@dataclass(frozen=True, slots=True)
class Candidates:
    """Pairs to be ranked [reader row, live row], ordered so; `source` is the code (CODES) of who ranked each best."""

    reader: Ints
    article: Ints
    source: Ints

    def __len__(self) -> int:
        return len(self.reader)

    def at(self, rows: Ints) -> Candidates:
        """The pairs of some rows, in that order."""
        return Candidates(self.reader[rows], self.article[rows], self.source[rows])


def sources_of(params: Params) -> dict[str, Source]:
    """Every source with its parameters, in the order of SOURCES.

    Raises BadInputError for one that is not there and for a number that cannot be.
    """
    return configured(params.candidates, SOURCES, "candidates")


def candidates(inputs: ScoringInputs, sources: Mapping[str, Source], reader_rows: Ints) -> Candidates:
    """The sources fused; a pair that several of them found keeps the one that ranked it best."""
    top_k = {SOURCE_NAMES.index(name): source(inputs, reader_rows) for name, source in sources.items()}
    source = np.repeat(np.array([*top_k], dtype=np.int64), [len(found.reader) for found in top_k.values()])
    found = TopK.concatenate([*top_k.values()])
    rows = np.unique(reader_rows)
    place = np.searchsorted(rows, found.reader)
    reader, article, best = compiled.fused(
        place, found.rank, found.article, source, len(rows), len(inputs.context.live)
    )
    return Candidates(rows[reader], article, best)
