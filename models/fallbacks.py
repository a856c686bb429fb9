"""Fallback lists: for nobody in particular, for each region and each interest, for whoever has no list of their own."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontpage.core import columns as c
from frontpage.core.lists import LIST_LENGTH, SCORE_DECIMALS
from frontpage.features.entities import Pairs
from frontpage.features.grouping import Floats, Ints
from frontpage.features.names import position
from models.editorial.at_work import with_pinned
from models.explaining.counts import reasons_of_counts
from models.explaining.explain import Explainer, explain, reasons_of
from models.inputs import ScoringInputs
from models.ranking.learned import LearnedRank
from models.ranking.popularity import ArticleRank, scores_of
from models.reranking.listed import Mask
from models.reranking.rerank import SHORTLIST, Ranked, Reranked, Reranker
from models.retrieval.candidates import CODES, PINNED, Candidates, candidates
from models.retrieval.sources import Source

_SOURCES = {c.REGION: "regional", c.CATEGORY: "category"}
#: Column of a list's row among the dataset's fallbacks.
ROW = "row"


class FallbackLists(Protocol):
    """How the fallback lists of a pipeline are made."""

    def __call__(self, nobody: ScoringInputs, rows: Ints, rerank: Reranker) -> pd.DataFrame:
        """Lists of some of the dataset's fallbacks [ROW, rank], in the columns of `fallback_list`."""
        ...


@dataclass(frozen=True, slots=True)
class RankedFallbacks:
    """As the ranker would have it for a reader of whom no more than the scope is known."""

    rank: LearnedRank
    sources: Mapping[str, Source]
    trees: Explainer

    def __call__(self, nobody: ScoringInputs, rows: Ints, rerank: Reranker) -> pd.DataFrame:
        """The candidates of all sources, with enough of each interest for a list of it alone."""
        found, _ = with_pinned(nobody, candidates(nobody, self._wide(), rows), rows)
        scores, local = self.rank(nobody, found), in_scope(nobody, found)
        made = _without_lot(rerank)(nobody, Ranked(found, scores.margin, scores.tie, local.astype(np.int64)), None)
        assert scores.matrix is not None
        matrix, picked = scores.matrix[made.pair], found.at(made.pair)
        explained = explain(self.trees, matrix, self.rank.model.feature_names)
        reasons = reasons_of(explained, matrix, nobody.entities, Pairs(picked.reader, picked.article))
        said: NDArray[np.object_] = reasons.to_numpy(zero_copy_only=False)
        return fallback_frame(
            nobody, made, scores.score[made.pair], local[made.pair], said, picked.source == CODES[PINNED]
        )

    def _wide(self) -> dict[str, Source]:
        wide = dict(self.sources)
        if (interests := wide.get("interests")) is not None:
            wide["interests"] = interests.model_copy(update={"n": LIST_LENGTH})
        return wide


@dataclass(frozen=True, slots=True)
class CountedFallbacks:
    """The most read of each scope, completed by the most read of all."""

    rank: ArticleRank

    def __call__(self, nobody: ScoringInputs, rows: Ints, rerank: Reranker) -> pd.DataFrame:
        """Where a region or category has too few live articles with reads, the most read ones complete its list."""
        scopes = [nobody.context.dataset.fallbacks[row] for row in rows]
        firsts = [self.rank.first_of_scope(nobody, scope, SHORTLIST) for scope in scopes]
        n_articles = [len(articles) for articles, _ in firsts]
        article = np.concatenate([np.zeros(0, dtype=np.int64), *(articles for articles, _ in firsts)])
        counts = np.concatenate([np.zeros(0), *(counts for _, counts in firsts)])
        reader, overall = np.repeat(rows, n_articles), self.rank.counts(nobody)
        pairs = Candidates(reader, article, np.full(len(article), CODES[self.rank.source]))
        tie = np.concatenate([np.zeros(0, dtype=np.int64), *(np.arange(n) for n in n_articles)])
        pairs, before = with_pinned(nobody, pairs, rows)
        article, counts = pairs.article, np.where(before >= 0, np.append(counts, -1.0)[before], -1.0)
        tie, local = np.where(before >= 0, np.append(tie, 0)[before], 0), counts >= 0
        scores = scores_of(np.where(local, counts, overall[article]), tie)
        made = _without_lot(rerank)(nobody, Ranked(pairs, scores.margin, tie, local.astype(np.int64)), None)
        is_local, reasons = local[made.pair], np.full(len(made.pair), "", dtype=object)
        hours, context = self.rank.half_life_hours, nobody.context
        for row, (scope, value) in zip(rows, scopes, strict=True):
            mine = made.top_k.reader == row
            here, elsewhere = np.flatnonzero(mine & is_local), np.flatnonzero(mine & ~is_local)
            there = np.maximum(self.rank.counts_of_scope(nobody, (scope, value)), 0.0)
            reasons[here] = reasons_of_counts(context, made.top_k.article[here], there, hours, value)
            reasons[elsewhere] = reasons_of_counts(context, made.top_k.article[elsewhere], overall, hours)
        is_pinned = pairs.source[made.pair] == CODES[PINNED]
        return fallback_frame(nobody, made, scores.score[made.pair], is_local, reasons, is_pinned)


def in_scope(nobody: ScoringInputs, pairs: Candidates) -> Mask:
    """Whether each pair's article is of its fallback's scope; a region's and everybody's list may hold any."""
    dataset = nobody.context.dataset
    codes = [
        position(dataset.names.categories, value) if scope == c.CATEGORY else -1 for scope, value in dataset.fallbacks
    ]
    wanted = np.array(codes, dtype=np.int64)[pairs.reader]
    return (wanted < 0) | (dataset.category[nobody.context.live[pairs.article]] == wanted)


def fallback_frame(
    nobody: ScoringInputs,
    made: Reranked,
    score: Floats,
    is_local: Mask,
    reasons: NDArray[np.object_],
    is_pinned: Mask,
) -> pd.DataFrame:
    """Rows of fallback lists as they are written, all by pick; what is not of its scope says it is popular."""
    context, top_k = nobody.context, made.top_k
    scope, value = np.array([*context.dataset.fallbacks], dtype=object).reshape(-1, 2)[top_k.reader].T
    local_source = np.array([_SOURCES.get(name, "popular") for name in scope], dtype=object)
    return pd.DataFrame(
        {
            ROW: top_k.reader,
            "scope": scope,
            c.SCOPE_VALUE: value,
            c.RANK: top_k.rank.astype(np.int16),
            c.ARTICLE_ID: context.dataset.article_ids.to_numpy()[context.live[top_k.article]],
            c.SCORE: np.round(score, SCORE_DECIMALS) + 0.0,
            c.CANDIDATE_SOURCE: np.where(is_pinned, PINNED, np.where(is_local, local_source, "popular")),
            c.REASONS: reasons,
            c.IS_WAIVED: made.is_waived,
        }
    )


def _without_lot(rerank: Reranker) -> Reranker:
    """A list that many are served has no place drawn by lot."""
    return replace(rerank, exploration=None)
