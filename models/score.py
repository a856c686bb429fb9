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
from core.metrics import ranks_within
from core.params import Params
from features.activity import States
from features.entities import Entities, Pairs, entities_at, pairs_of_rows
from features.pairs import features_of
from models import als
from models.artefact import Model
from models.candidates import SOURCE_NAMES, candidates
from models.explain import explain, explainer, reasons_of
from models.fallback import popularity_lists
from models.ledger import Floats, Ints
from models.lists import list_frame
from models.moment import Moment
from models.popularity import Picks
from models.ranker import Matrix, predict
from models.ticks import model_features
from models.view import View, view

#: Readers whose candidates are in memory at once.
BLOCK_READERS = 2_000

#: Lists [reader, rank] for some reader rows of a moment.
Lister = Callable[[Moment, Params, Ints], pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Ranked:
    """The first ten of each reader's candidates, ordered by (reader row, rank), with what the ranker saw of them."""

    picks: Picks
    score: Floats
    source: Ints
    pairs: Pairs
    matrix: Matrix


@dataclass(frozen=True, slots=True)
class Ranking:
    """A model ready to rank one moment. reader_rows, article_rows: rows of `entities` by reader row and live row."""

    model: Model
    now: View
    entities: Entities
    reader_rows: Ints
    article_rows: Ints
    trees: Any

    def lists(self, _moment: Moment, params: Params, rows: Ints) -> pd.DataFrame:
        """Ten explained recommendations for each reader row, fewer only where fewer unread live articles are left."""
        ranked = self.rank(params, rows)
        explained = explain(self.trees, ranked.matrix, self.model.feature_names)
        return self.frame(ranked, reasons_of(explained, ranked.matrix, self.entities, ranked.pairs))

    def frame(self, ranked: Ranked, reasons: NDArray[np.object_]) -> pd.DataFrame:
        """Rows of the lists as they are written; `reasons` align with the picks."""
        names: NDArray[np.object_] = np.array(SOURCE_NAMES, dtype=object)
        return list_frame(self.now.moment, ranked.picks, ranked.score, names[ranked.source], reasons)

    def rank(self, params: Params, rows: Ints) -> Ranked:
        """Candidates of the reader rows scored; the best ten of each, equal rounded scores by article id."""
        found = candidates(self.now, params.candidates, rows)
        pairs = pairs_of_rows(self.entities, self.reader_rows[found.reader], self.article_rows[found.article])
        matrix = features_of(self.entities, pairs, model_features(self.now, found))
        score = np.round(predict(self.model.ranker, matrix, params.threads), SCORE_DECIMALS)
        sizes = np.bincount(found.reader, minlength=len(self.now.moment.readers))
        rank = ranks_within(score, sizes)  # candidates come by article id, which breaks ties
        best = np.flatnonzero(rank <= LIST_LENGTH)
        best = best[np.lexsort((rank[best], found.reader[best]))]
        picks = Picks(found.reader[best], rank[best], found.article[best])
        chosen = Pairs(pairs.readers[best], pairs.articles[best], pairs.regions[best])
        return Ranked(picks, score[best], found.source[best], chosen, matrix[best])


def ranking(model: Model, moment: Moment, states: States, params: Params) -> Ranking:
    """The model brought to a moment: factors folded in, new articles' vectors, features as of now.

    Raises KeyError where a reader to serve or a live article has no state.
    """
    book = moment.ledger
    confidence = als.interactions(book, moment.known, model.params.als.alpha)
    factors = als.fold_in(confidence, model.factors_for(book), model.params.als, params.threads)
    entities = entities_at(states, book.as_of)
    return Ranking(
        model=model,
        now=view(moment, params, factors, model.vectors_for(book)),
        entities=entities,
        reader_rows=_rows(entities.readers[c.READER_KEY], book.reader_keys[moment.readers]),
        article_rows=_rows(entities.articles[c.ARTICLE_ID], book.article_ids.to_numpy()[moment.live]),
        trees=explainer(model.ranker),
    )


def score_blocks(moment: Moment, params: Params, lister: Lister = popularity_lists) -> Iterator[pd.DataFrame]:
    """Lists of all readers of the moment, a block at a time, in ascending order of reader key."""
    rows = np.arange(len(moment.readers), dtype=np.int64)
    starts = range(0, len(rows), BLOCK_READERS)
    for start in tqdm(starts, desc="score", unit="block", disable=None):
        yield lister(moment, params, rows[start : start + BLOCK_READERS])


def _rows(keys: pd.Series[Any], wanted: Any) -> Ints:
    rows = pd.Index(keys).get_indexer(pd.Index(wanted)).astype(np.int64)
    if (rows < 0).any():
        raise KeyError(f"{keys.name} {wanted[int(np.argmin(rows))]} has no state")
    return rows
