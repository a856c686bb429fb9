"""Batch scoring: every active reader's ten at one moment, in blocks, each recommendation with its reasons."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from core import columns as c
from core.lists import LIST_LENGTH, SCORE_DECIMALS
from core.params import Params
from features.entities import Entities, Pairs
from features.grouping import Floats, Ints
from features.states import ReaderRows, States
from models.artefact import Model
from models.explain import Explainer, explain, explainer, reasons_of
from models.fallback import in_scope, stand_in_frame
from models.lists import list_table
from models.moment import Moment
from models.popularity import Picks
from models.ranker import Matrix, predict
from models.retrieval.candidates import SOURCE_NAMES, Candidates, candidates
from models.retrieval.content import Vectors
from models.selection import chosen
from models.view import View, of_stand_ins, view

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

    picks: Picks
    score: Floats
    source: Ints
    propensity: Floats
    pairs: Pairs
    matrix: Matrix


@dataclass(frozen=True, slots=True)
class Ranking:
    """A model ready to rank one moment."""

    model: Model
    now: View
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
        """Rows of the lists as they are written; `reasons` align with the picks."""
        source = _SOURCES.take(pa.array(ranked.source))
        lists = list_table(self.now.moment, ranked.picks, ranked.score, source, reasons)
        return lists.append_column(c.PROPENSITY, pa.array(ranked.propensity))

    def candidates(self, rows: Ints) -> Candidates:
        """What is to be ranked for the reader rows."""
        return candidates(self.now, self.params.candidates, rows)

    def rank(self, rows: Ints) -> Ranked:
        """Candidates of the reader rows ranked, and the ten of each that the list's rules let stand."""
        params, found = self.params, self.candidates(rows)
        matrix = self.model.seen(self.now.features(found.reader, found.article))
        margin = predict(self.model.ranker, matrix, n_threads=1)
        best = chosen(self.now, found, margin, params)
        return Ranked(
            picks=best.picks,
            score=self.model.calibration.chance(margin[best.pair]),
            source=np.where(best.is_drawn, len(SOURCE_NAMES), found.source[best.pair]),
            propensity=best.propensity,
            pairs=Pairs(found.reader[best.pair], found.article[best.pair]),
            matrix=matrix[best.pair],
        )


def ranking(
    model: Model, moment: Moment, params: Params, states: States | None = None, vectors: Vectors | None = None
) -> Ranking:
    """The model brought to a moment: factors folded in, new articles' vectors, features as of now.

    states: of the moment's live articles and readers, in their order; computed from the ledger where not given. Those
    of readers may be left out: then only its rankings `of_readers` have them.
    vectors: of the ledger's articles; computed from their texts where not given.
    """
    factors = model.factors_at(moment, params.threads)
    now = view(moment, params, factors, model.vectors_for(moment.ledger) if vectors is None else vectors, states)
    return Ranking(model=model, now=now, params=params, trees=explainer(model.ranker))


def stand_in_lists(of_readers: Ranking) -> pd.DataFrame:
    """A ranking's lists for nobody in particular, for each region and each interest [scope, scope_value, rank].

    In an interest's list the articles of its category come first.
    """
    model, params = of_readers.model, of_readers.params
    now = of_stand_ins(of_readers.now)
    book = now.moment.ledger
    rows = np.arange(len(book.stand_ins), dtype=np.int64)
    wide = params.candidates.model_copy(update={"interests": LIST_LENGTH})
    found = candidates(now, wide, rows)
    matrix = model.seen(now.features(found.reader, found.article))
    margin = predict(model.ranker, matrix, params.threads)
    frames = []
    for row, scope in enumerate(book.stand_ins):
        mine = np.flatnonzero(found.reader == row)
        local = in_scope(now.moment.ledger, scope, now.moment.live[found.article[mine]])
        order = np.lexsort((found.article[mine], -np.round(margin[mine], SCORE_DECIMALS), ~local))[:LIST_LENGTH]
        ten = mine[order]
        explained = explain(of_readers.trees, matrix[ten], model.feature_names)
        reasons = reasons_of(explained, matrix[ten], now.entities, Pairs(found.reader[ten], found.article[ten]))
        scores = np.round(model.calibration.chance(margin[ten]), SCORE_DECIMALS)
        said: NDArray[np.object_] = reasons.to_numpy(zero_copy_only=False)
        frames.append(stand_in_frame(now.moment, scope, found.article[ten], scores, (local[order], said)))
    return pd.concat(frames, ignore_index=True)
