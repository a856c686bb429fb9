"""A moment with everything the candidate sources and the ranker compare: features, factors, vectors, co-occurrence."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from frontpage.core.params import Params
from frontpage.core.schema.states import HALF_LIVES_HOURS
from frontpage.features.entities import Entities, Pairs, entities_of
from frontpage.features.grouping import Floats, Ints
from frontpage.features.memo import Memo
from frontpage.features.pairs import Matrix, features_of
from frontpage.features.reader_states import ReaderRows, fallback_rows
from frontpage.features.states import States, states_at
from models import compiled
from models.context import ScoringContext
from models.retrieval.als import Factors
from models.retrieval.co_occurrence import CoOccurrence, co_occurrence_of
from models.retrieval.nearest import N_LAST, inner_products, nearest, profiles
from models.retrieval.vector_index import VectorIndex, vector_index
from models.topk import TopK, first_unseen, popular_order

if TYPE_CHECKING:
    from models.training.artefact import Model

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class ScoringInputs:
    """One moment's tables, by live row and reader row; `entities` has the same rows.

    reader_factors, reader_profiles and last_profiles (of the very last reads) [reader row]; article_factors and
    article_vectors [live row]. memo: what is worked out once from the articles' tables.
    """

    context: ScoringContext
    entities: Entities
    reader_factors: Vectors
    article_factors: Vectors
    reader_profiles: Vectors
    last_profiles: Vectors
    article_vectors: Vectors
    co_occurrence: CoOccurrence
    memo: Memo = field(default_factory=Memo, repr=False, compare=False)

    def of_readers(self, rows: Ints, states: ReaderRows) -> ScoringInputs:
        """The view for some of its reader rows, ascending, with their `states`; tables of articles are shared."""
        return replace(
            self,
            context=self.context.of_readers(rows),
            entities=self.entities.of_readers(states),
            reader_factors=self.reader_factors[rows],
            reader_profiles=self.reader_profiles[rows],
            last_profiles=self.last_profiles[rows],
            co_occurrence=self.co_occurrence.of_readers(rows),
        )

    def of_fallbacks(self) -> ScoringInputs:
        """The view of those who stand for somebody unknown: the same articles, and readers without a read."""
        at = self.context
        rows = np.arange(len(at.dataset.fallbacks), dtype=np.int64)
        return replace(
            self,
            context=replace(at, readers=rows, seen=at.seen[:0]),
            entities=self.entities.of_readers(fallback_rows(at.dataset, at.as_of)),
            reader_factors=_nothing(len(rows), self.reader_factors.shape[1]),
            reader_profiles=_nothing(len(rows), self.reader_profiles.shape[1]),
            last_profiles=_nothing(len(rows), self.last_profiles.shape[1]),
            co_occurrence=self.co_occurrence.of_nobody(len(rows)),
        )

    def popularity(self, half_life_hours: float) -> Floats:
        """Decayed reads of each live article; the half-life is one of HALF_LIVES_HOURS."""
        reads: Floats = self.entities.article_reads[:, HALF_LIVES_HOURS.index(half_life_hours)]
        return reads

    def audience_popularity(self, audience: int, half_life_hours: float) -> Floats:
        """Decayed reads of each live article by one audience."""
        rows = np.arange(len(self.context.live))
        at = HALF_LIVES_HOURS.index(half_life_hours)
        return self.entities.reads_of_audience(rows, np.full(len(rows), audience), at)

    def popular_order(self, half_life_hours: float) -> Ints:
        """Live rows, most read first."""
        return self.memo.kept(
            ("popular", half_life_hours), lambda: popular_order(self.context, self.popularity(half_life_hours))
        )

    def audience_order(self, audience: int, half_life_hours: float) -> Ints:
        """Live rows that an audience has read, most read by it first."""

        def made() -> Ints:
            score = self.audience_popularity(audience, half_life_hours)
            order = popular_order(self.context, score)
            return order[score[order] > 0]

        return self.memo.kept(("audience", audience, half_life_hours), made)

    def newest_order(self) -> Ints:
        """Live rows, newest first; equal ages by article id."""
        published = self.context.dataset.published[self.context.live]
        return self.memo.kept("newest", lambda: np.lexsort((np.arange(len(published)), -published)))

    def of_category(self, name: str, order: Ints, code: int) -> Ints:
        """The live rows of an order that are of a category, in that order; worked out once for each `name` and code."""

        def made() -> Ints:
            of_rows: Ints = self.memo.kept("category", lambda: self.context.dataset.category[self.context.live])
            return order[of_rows[order] == code]

        return self.memo.kept((name, code), made)

    def factor_index(self) -> VectorIndex:
        """The articles that ALS knows."""
        return self.memo.kept("factors", lambda: vector_index(self.article_factors))

    def first_unseen(self, reader_rows: Ints, order: Ints, n: int) -> TopK:
        """The first `n` articles of `order` (live rows) that each reader has not read; fewer where fewer are left."""
        return first_unseen(self.context, reader_rows, order, n)

    def nearest_by_factors(self, reader_rows: Ints, n: int) -> TopK:
        """The `n` unread articles with the largest positive inner product of ALS factors; none without factors."""
        return nearest(self.context, self.reader_factors, self.factor_index(), reader_rows, n)

    def by_co_occurrence(self, reader_rows: Ints, n: int) -> TopK:
        """The `n` unread articles most read by those who read the same; none for a reader without reads."""
        scores, seen = self.co_occurrence.scores(reader_rows), self.context.seen_of(reader_rows)
        reader, rank, article = compiled.best_stored(scores.indptr, scores.indices, scores.data, *seen, n)
        return TopK(reader_rows[reader], rank, article)

    def features(self, reader_rows: Ints, live_rows: Ints) -> Matrix:
        """What the ranker sees of pairs of this view, all of it computed here and now."""
        return features_of(self.entities, Pairs(reader_rows, live_rows), self.more_features(reader_rows, live_rows))

    def more_features(self, reader_rows: Ints, live_rows: Ints) -> Mapping[str, Floats]:
        """The features that belong to a model version or to a pair, in the order of EXTRA_NAMES."""
        als_score = inner_products(self.reader_factors, self.article_factors, reader_rows, live_rows)
        content = inner_products(self.reader_profiles, self.article_vectors, reader_rows, live_rows)
        last = inner_products(self.last_profiles, self.article_vectors, reader_rows, live_rows)
        return {
            "als_score": als_score.astype(np.float64),
            **self.co_occurrence.features(reader_rows, live_rows),
            "content_score": content.astype(np.float64),
            "content_score_last": last.astype(np.float64),
        }


def scoring_inputs(
    context: ScoringContext, params: Params, factors: Factors, vectors: Vectors, states: States | None = None
) -> ScoringInputs:
    """The view of a moment; `factors` are those of its readers and live articles, `vectors` of the whole dataset.

    states: those of the moment's readers and live articles, in their order; computed where not given. Those of readers
    may be left out: then only its views `of_readers` are whole.
    """
    if states is None:
        states = states_at(context.dataset, context.as_of, params.data, articles=context.live, readers=context.readers)
    return ScoringInputs(
        context=context,
        entities=entities_of(states),
        reader_factors=factors.reader,
        article_factors=factors.article,
        reader_profiles=profiles(context, vectors, params.content.half_life_days),
        last_profiles=profiles(context, vectors, params.content.half_life_days, N_LAST),
        article_vectors=np.ascontiguousarray(vectors[context.live]),
        co_occurrence=co_occurrence_of(context, params.co_occurrence),
    )


def model_inputs(
    model: Model, context: ScoringContext, params: Params, states: States | None = None, vectors: Vectors | None = None
) -> ScoringInputs:
    """The view of a model brought to a moment: factors folded in, new articles' vectors, features as of now.

    vectors: of the dataset's articles; computed from their texts where not given. states: as `scoring_inputs` has them.
    """
    found = model.vectors_for(context.dataset) if vectors is None else vectors
    return scoring_inputs(context, params, model.factors_at(context, params.threads), found, states)


def article_inputs(context: ScoringContext, params: Params, vectors: Vectors) -> ScoringInputs:
    """The view of a moment for lists that hang on nothing of a reader but what they have read: articles alone.

    vectors: of the whole dataset's articles, without a column where there are none.
    """
    nobody = np.zeros(0, dtype=np.int64)
    states = states_at(context.dataset, context.as_of, params.data, articles=context.live, readers=nobody)
    n_readers, n_live = len(context.readers), len(context.live)
    return ScoringInputs(
        context=context,
        entities=entities_of(states),
        reader_factors=_nothing(n_readers, 0),
        article_factors=_nothing(n_live, 0),
        reader_profiles=_nothing(n_readers, vectors.shape[1]),
        last_profiles=_nothing(n_readers, vectors.shape[1]),
        article_vectors=np.ascontiguousarray(vectors[context.live]),
        co_occurrence=CoOccurrence.nothing(n_readers, n_live),
    )


def _nothing(n_rows: int, n_columns: int) -> Vectors:
    return np.zeros((n_rows, n_columns), dtype=np.float32)
