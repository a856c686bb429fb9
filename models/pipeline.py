"""The one way in which a list is made: retrieve, rank, rerank, explain.

Ranked lists, lists by popularity and fallback lists are made here, in batch scoring, evaluation and replay alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Protocol

import numpy as np
import pandas as pd
import pyarrow as pa

from frontpage.core import columns as c
from frontpage.core.params import Params
from frontpage.features.grouping import Floats, Ints
from models.editorial.at_work import with_pinned
from models.explaining.rows import list_table
from models.fallbacks import ROW, FallbackLists
from models.inputs import ScoringInputs
from models.ranking.ranker import Matrix
from models.ranking.scores import Scores
from models.reranking.listed import Mask
from models.reranking.rerank import Ranked, Reranked, Reranker
from models.retrieval.candidates import CODES, EXPLORED, Candidates
from models.segments import segments_of
from models.topk import TopK

#: Readers whose candidates are in memory at once.
BLOCK_READERS = 2_000
_SOURCES = pa.array([*CODES])


class Retrieve(Protocol):
    """Candidates of some reader rows, and the tier of each (see `Ranked`), if any."""

    @property
    def asks_readers(self) -> bool:
        """Whether they hang on more of a reader than what they have read."""
        ...

    def __call__(self, now: ScoringInputs, reader_rows: Ints) -> tuple[Candidates, Ints | None]:
        """Pairs to be ranked, ordered by reader row."""
        ...


class Rank(Protocol):
    """Scores of candidates."""

    def __call__(self, now: ScoringInputs, pairs: Candidates) -> Scores:
        """One entry for each pair."""
        ...

    def for_lists(self) -> Rank:
        """The same with nothing but what ranking asks for."""
        ...


class Explain(Protocol):
    """Reasons of recommendations."""

    def __call__(self, now: ScoringInputs, chosen: ScoredTopK) -> pa.Array:
        """JSON text for each pick."""
        ...


@dataclass(frozen=True, slots=True)
class ScoredTopK:
    """The ten of each reader, ordered by (reader row, rank), with what the ranker saw of them; all else [pick].

    pairs: reader row, live row and source code of each pick. score: the chance that the reader reads it, or a count.
    propensity: with which it was given its place. is_waived: whether the list rules were waived for its place.
    """

    top_k: TopK
    pairs: Candidates
    score: Floats
    propensity: Floats
    is_drawn: Mask
    is_waived: Mask
    matrix: Matrix | None

    @classmethod
    def of(cls, pairs: Candidates, scores: Scores, made: Reranked) -> ScoredTopK:
        """What was chosen of scored pairs."""
        matrix = None if scores.matrix is None else scores.matrix[made.pair]
        return cls(
            made.top_k,
            pairs.at(made.pair),
            scores.score[made.pair],
            made.propensity,
            made.is_drawn,
            made.is_waived,
            matrix,
        )

    @property
    def source(self) -> pa.Array:
        """What is served in `candidate_source`."""
        return _SOURCES.take(pa.array(np.where(self.is_drawn, CODES[EXPLORED], self.pairs.source)))


@dataclass(frozen=True, slots=True)
class ListPipeline:
    """The four parts, and how fallback lists are made with them.

    of_segment: code of a segment of readers -> the pipeline that makes its lists in this one's place.
    """

    retrieve: Retrieve
    rank: Rank
    rerank: Reranker
    explain: Explain
    fallback: FallbackLists | None
    of_segment: Mapping[int, ListPipeline] = field(default_factory=dict)

    @property
    def asks_readers(self) -> bool:
        """Whether the lists hang on more of a reader than what they have read."""
        return self.retrieve.asks_readers or bool(self.of_segment)

    def for_lists(self) -> ListPipeline:
        """The same with nothing of a model but what making lists asks for; it is sent to workers."""
        others = {code: part.for_lists() for code, part in self.of_segment.items()}
        rank = self.rank.for_lists()
        return replace(self, rank=rank, fallback=None, of_segment=others)

    def scored_top_k(self, now: ScoringInputs, reader_rows: Ints) -> ScoredTopK:
        """The ten of each reader row by this pipeline's own parts, whatever the reader's segment."""
        pairs, tier = self.candidates_of(now, reader_rows)
        return self.of_scores(now, pairs, self.rank(now, pairs), tier)

    def part_of(self, now: ScoringInputs, reader_row: int) -> ListPipeline:
        """The pipeline that makes the list of a reader row: that of its segment."""
        return self._parts(now, np.array([reader_row], dtype=np.int64))[0][0]

    def candidates_of(self, now: ScoringInputs, reader_rows: Ints) -> tuple[Candidates, Ints | None]:
        """What is retrieved, and what editors pinned."""
        pairs, tier = self.retrieve(now, reader_rows)
        both, before = with_pinned(now, pairs, reader_rows)
        return both, None if tier is None else np.where(before >= 0, tier[before], 0)

    def of_scores(self, now: ScoringInputs, pairs: Candidates, scores: Scores, tier: Ints | None = None) -> ScoredTopK:
        """The same from candidates that are scored already."""
        return ScoredTopK.of(pairs, scores, self.rerank(now, Ranked(pairs, scores.margin, scores.tie, tier)))

    def top_k(self, now: ScoringInputs, reader_rows: Ints) -> TopK:
        """The ten of each reader row (ascending), by the pipeline of its segment; ordered by (reader row, rank)."""
        return self.top_k_under(now, reader_rows, {"": None})[""]

    def top_k_under(
        self, now: ScoringInputs, reader_rows: Ints, reranked_by: Mapping[str, Params | None]
    ) -> dict[str, TopK]:
        """The same under each of several sets of parameters of the rules and the lot (None: its own), by name."""
        made: dict[str, list[TopK]] = {name: [] for name in reranked_by}
        for part, rows in self._parts(now, reader_rows):
            pairs, tier = part.candidates_of(now, rows)
            scores = part.rank(now, pairs)
            for name, params in reranked_by.items():
                again = part if params is None else replace(part, rerank=part.rerank.under(params))
                made[name].append(again.of_scores(now, pairs, scores, tier).top_k)
        return {name: TopK.concatenate(parts).in_order() for name, parts in made.items()}

    def lists(self, now: ScoringInputs, reader_rows: Ints) -> pa.Table:
        """Ten explained recommendations for each reader row, fewer only where fewer unread live articles are left.

        Columns are those of `recommendation`.
        """
        tables = [part.table(now, part.scored_top_k(now, rows)) for part, rows in self._parts(now, reader_rows)]
        return pa.concat_tables(tables)

    def table(self, now: ScoringInputs, chosen: ScoredTopK, reasons: pa.Array | None = None) -> pa.Table:
        """Rows of the lists as they are written; `reasons` where they are there already."""
        reasons = self.explain(now, chosen) if reasons is None else reasons
        lists = list_table(now.context, chosen.top_k, chosen.score, chosen.source, reasons)
        lists = lists.append_column(c.PROPENSITY, pa.array(chosen.propensity))
        return lists.append_column(c.IS_WAIVED, pa.array(chosen.is_waived))

    def fallbacks(self, now: ScoringInputs) -> pd.DataFrame:
        """Lists for nobody in particular, for each region and each interest [scope, scope_value, rank].

        In an interest's list the articles of its category come first. Each is made as for a reader of its segment.
        """
        nobody = now.of_fallbacks()
        rows = np.arange(len(nobody.context.dataset.fallbacks), dtype=np.int64)
        frames = []
        for part, mine in self._parts(nobody, rows):
            assert part.fallback is not None, "a pipeline that was sent to workers makes readers' lists only"
            frames.append(part.fallback(nobody, mine, part.rerank))
        made = pd.concat(frames)
        return made.sort_values([ROW, c.RANK], ignore_index=True).drop(columns=ROW)

    def _parts(self, now: ScoringInputs, reader_rows: Ints) -> list[tuple[ListPipeline, Ints]]:
        """Which pipeline makes whose lists; at least one, for nobody where there are no readers."""
        if not self.of_segment:
            return [(self, reader_rows)]
        segment = segments_of(now.entities.states.readers)[reader_rows]
        others = [(part, reader_rows[segment == code]) for code, part in self.of_segment.items()]
        parts = [(self, reader_rows[~np.isin(segment, [*self.of_segment])]), *others]
        return [(part, rows) for part, rows in parts if len(rows)] or parts[:1]
