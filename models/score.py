"""Batch scoring: every active reader's ten at one moment, in blocks, each recommendation with its reasons."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from tqdm import tqdm

from core import columns as c
from core.lists import LIST_LENGTH, SCORE_DECIMALS
from core.params import Params
from features.entities import Entities, Pairs
from features.grouping import Floats, Ints
from features.states import States
from models.artefact import Model
from models.candidates import SOURCE_NAMES, candidates
from models.explain import explain, explainer, reasons_of
from models.fallback import in_scope, stand_in_frame
from models.lists import list_frame
from models.moment import Moment
from models.moment import moment as moment_of
from models.popularity import Picks
from models.ranker import Matrix, predict
from models.selection import chosen
from models.view import View, view

#: Readers whose candidates are in memory at once.
BLOCK_READERS = 2_000
#: Source of a place that was drawn by lot.
EXPLORED = "explored"

#: Lists [reader, rank] for some reader rows of a moment.
Lister = Callable[[Ints], pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Ranked:
    """The ten of each reader, ordered by (reader row, rank), with what the ranker saw of them.

    score: the calibrated chance that the reader reads it; propensity: with which it was given its place.
    """

    picks: Picks
    score: Floats
    source: NDArray[np.object_]
    propensity: Floats
    pairs: Pairs
    matrix: Matrix


@dataclass(frozen=True, slots=True)
class Ranking:
    """A model ready to rank one moment."""

    model: Model
    now: View
    params: Params
    trees: Any

    @property
    def entities(self) -> Entities:
        """Rows are the moment's live articles and readers."""
        return self.now.entities

    def lists(self, rows: Ints) -> pd.DataFrame:
        """Ten explained recommendations for each reader row, fewer only where fewer unread live articles are left."""
        ranked = self.rank(rows)
        explained = explain(self.trees, ranked.matrix, self.model.feature_names)
        return self.frame(ranked, reasons_of(explained, ranked.matrix, self.entities, ranked.pairs))

    def frame(self, ranked: Ranked, reasons: NDArray[np.object_]) -> pd.DataFrame:
        """Rows of the lists as they are written; `reasons` align with the picks."""
        frame = list_frame(self.now.moment, ranked.picks, ranked.score, ranked.source, reasons)
        return frame.assign(**{c.PROPENSITY: ranked.propensity})

    def rank(self, rows: Ints) -> Ranked:
        """Candidates of the reader rows ranked, and the ten of each that the list's rules let stand."""
        params = self.params
        found = candidates(self.now, params.candidates, rows)
        matrix = self.now.features(found.reader, found.article)
        margin = predict(self.model.ranker, matrix, params.threads)
        best = chosen(self.now, found, margin, params)
        names: NDArray[np.object_] = np.array(SOURCE_NAMES, dtype=object)
        return Ranked(
            picks=best.picks,
            score=self.model.calibration.chance(margin[best.pair]),
            source=np.where(best.is_drawn, EXPLORED, names[found.source[best.pair]]),
            propensity=best.propensity,
            pairs=Pairs(found.reader[best.pair], found.article[best.pair]),
            matrix=matrix[best.pair],
        )


def ranking(model: Model, moment: Moment, params: Params, states: States | None = None) -> Ranking:
    """The model brought to a moment: factors folded in, new articles' vectors, features as of now.

    states: of the moment's live articles and readers, in their order; computed from the ledger where not given.
    """
    factors = model.factors_at(moment, params.threads)
    now = view(moment, params, factors, model.vectors_for(moment.ledger), states)
    return Ranking(model=model, now=now, params=params, trees=explainer(model.ranker))


def stand_in_lists(model: Model, moment: Moment, params: Params) -> pd.DataFrame:
    """The model's lists for nobody in particular, for each region and each interest [scope, scope_value, rank].

    In an interest's list the articles of its category come first.
    """
    book = moment.ledger
    rows = np.arange(len(book.stand_ins), dtype=np.int64)
    wide = params.candidates.model_copy(update={"interests": LIST_LENGTH})
    theirs = ranking(model, moment_of(book, moment.as_of, params, readers=rows), params)
    now = theirs.now
    found = candidates(now, wide, rows)
    matrix = now.features(found.reader, found.article)
    margin = predict(model.ranker, matrix, params.threads)
    frames = []
    for row, scope in enumerate(book.stand_ins):
        mine = np.flatnonzero(found.reader == row)
        local = in_scope(now.moment.ledger, scope, now.moment.live[found.article[mine]])
        order = np.lexsort((found.article[mine], -np.round(margin[mine], SCORE_DECIMALS), ~local))[:LIST_LENGTH]
        ten = mine[order]
        explained = explain(theirs.trees, matrix[ten], model.feature_names)
        reasons = reasons_of(explained, matrix[ten], now.entities, Pairs(found.reader[ten], found.article[ten]))
        scores = np.round(model.calibration.chance(margin[ten]), SCORE_DECIMALS)
        frames.append(stand_in_frame(now.moment, scope, found.article[ten], scores, (local[order], reasons)))
    return pd.concat(frames, ignore_index=True)


def score_blocks(n_readers: int, lister: Lister) -> Iterator[pd.DataFrame]:
    """Lists of all readers of a moment, a block at a time, in ascending order of reader key."""
    rows = np.arange(n_readers, dtype=np.int64)
    for start in tqdm(range(0, n_readers, BLOCK_READERS), desc="score", unit="block", disable=None):
        yield lister(rows[start : start + BLOCK_READERS])
