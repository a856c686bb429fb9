"""Batch scoring: every active reader's ten at one moment, in blocks, each recommendation with its reasons."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from frontpage.core import columns as c
from frontpage.core.lists import LIST_LENGTH, SCORE_DECIMALS
from frontpage.core.params import Params
from frontpage.features.entities import Entities, Pairs
from frontpage.features.grouping import Floats, Ints
from frontpage.features.reader_states import ReaderRows
from frontpage.features.states import States
from models.context import ScoringContext
from models.explaining.explain import Explainer, explain, explainer, reasons_of
from models.explaining.rows import list_table
from models.inputs import ScoringInputs, of_fallbacks, scoring_inputs
from models.ranking.popularity import fallback_frame, in_scope
from models.ranking.ranker import Matrix, predict
from models.reranking.rerank import rerank
from models.retrieval.candidates import SOURCE_NAMES, Candidates, candidates
from models.retrieval.content import Vectors
from models.topk import TopK
from models.training.artefact import Model

#: Readers whose candidates are in memory at once.
BLOCK_READERS = 2_000
#: Source of a place that was drawn by lot.
EXPLORED = "explored"
_SOURCES = pa.array([*SOURCE_NAMES, EXPLORED])


@dataclass(frozen=True, slots=True)
class Ranked:
    """The ten of each reader, ordered by (reader row, rank), with what the ranker saw of them.

    score: the calibrated chance that the reader reads it; propensity: with which it was given its place. source: code
    in SOURCES, or the next one where the place was drawn by lot.
    """

    top_k: TopK
    score: Floats
    source: Ints
    propensity: Floats
    pairs: Pairs
    matrix: Matrix


@dataclass(frozen=True, slots=True)
class Ranking:
    """A model ready to rank one moment."""

    model: Model
    now: ScoringInputs
    params: Params
    trees: Explainer

    @property
    def entities(self) -> Entities:
        """Rows are the moment's live articles and readers."""
        return self.now.entities

    def of_readers(self, rows: Ints, states: ReaderRows) -> Ranking:
        """The same for some of the reader rows, ascending, whose `states` these are."""
        return replace(self, now=self.now.of_readers(rows, states))

    def lists(self, rows: Ints) -> pa.Table:
        """Ten explained recommendations for each reader row, fewer only where fewer unread live articles are left."""
        ranked = self.rank(rows)
        explained = explain(self.trees, ranked.matrix, self.model.feature_names)
        return self.table(ranked, reasons_of(explained, ranked.matrix, self.entities, ranked.pairs))

    def table(self, ranked: Ranked, reasons: pa.StringArray) -> pa.Table:
        """Rows of the lists as they are written; `reasons` align with the top-k."""
        source = _SOURCES.take(pa.array(ranked.source))
        lists = list_table(self.now.context, ranked.top_k, ranked.score, source, reasons)
        return lists.append_column(c.PROPENSITY, pa.array(ranked.propensity))

    def candidates(self, rows: Ints) -> Candidates:
        """What is to be ranked for the reader rows."""
        return candidates(self.now, self.params.candidates, rows)

    def rank(self, rows: Ints) -> Ranked:
        """Candidates of the reader rows ranked, and the ten of each that the list's rules let stand."""
        params, found = self.params, self.candidates(rows)
        matrix = self.model.seen(self.now.features(found.reader, found.article))
        margin = predict(self.model.ranker, matrix, n_threads=1)
        best = rerank(self.now, found, margin, params)
        return Ranked(
            top_k=best.top_k,
            score=self.model.calibration.chance(margin[best.pair]),
            source=np.where(best.is_drawn, len(SOURCE_NAMES), found.source[best.pair]),
            propensity=best.propensity,
            pairs=Pairs(found.reader[best.pair], found.article[best.pair]),
            matrix=matrix[best.pair],
        )


def ranking(
    model: Model, context: ScoringContext, params: Params, states: States | None = None, vectors: Vectors | None = None
) -> Ranking:
    """The model brought to a moment: factors folded in, new articles' vectors, features as of now.

    states: of the moment's live articles and readers, in their order; computed from the dataset where not given. Those
    of readers may be left out: then only its rankings `of_readers` have them.
    vectors: of the dataset's articles; computed from their texts where not given.
    """
    factors = model.factors_at(context, params.threads)
    now = scoring_inputs(
        context, params, factors, model.vectors_for(context.dataset) if vectors is None else vectors, states
    )
    return Ranking(model=model, now=now, params=params, trees=explainer(model.ranker))


def fallback_lists(of_readers: Ranking) -> pd.DataFrame:
    """A ranking's lists for nobody in particular, for each region and each interest [scope, scope_value, rank].

    In an interest's list the articles of its category come first.
    """
    model, params = of_readers.model, of_readers.params
    now = of_fallbacks(of_readers.now)
    dataset = now.context.dataset
    rows = np.arange(len(dataset.fallbacks), dtype=np.int64)
    wide = params.candidates.model_copy(update={"interests": LIST_LENGTH})
    found = candidates(now, wide, rows)
    matrix = model.seen(now.features(found.reader, found.article))
    margin = predict(model.ranker, matrix, params.threads)
    frames = []
    for row, scope in enumerate(dataset.fallbacks):
        mine = np.flatnonzero(found.reader == row)
        local = in_scope(now.context.dataset, scope, now.context.live[found.article[mine]])
        order = np.lexsort((found.article[mine], -np.round(margin[mine], SCORE_DECIMALS), ~local))[:LIST_LENGTH]
        ten = mine[order]
        explained = explain(of_readers.trees, matrix[ten], model.feature_names)
        reasons = reasons_of(explained, matrix[ten], now.entities, Pairs(found.reader[ten], found.article[ten]))
        scores = np.round(model.calibration.chance(margin[ten]), SCORE_DECIMALS)
        said: NDArray[np.object_] = reasons.to_numpy(zero_copy_only=False)
        frames.append(fallback_frame(now.context, scope, found.article[ten], scores, (local[order], said)))
    return pd.concat(frames, ignore_index=True)
