"""A pipeline put together from a variant's parts, with the model they need."""

from __future__ import annotations

from dataclasses import replace

from frontpage.core.params import Params
from models.choice import RANKER_FOR_ALL, Choice
from models.explaining.explain import explainer
from models.explaining.reasons import CountReasons, ShapReasons
from models.fallbacks import CountedFallbacks, RankedFallbacks
from models.pipeline import ListPipeline
from models.ranking.learned import LearnedRank
from models.ranking.popularity import ArticleRank
from models.reranking.rerank import SHORTLIST, reranker
from models.retrieval.candidates import sources_of
from models.retrieval.picked import NewestOfInterests
from models.retrieval.retrieve import FromOrder, FromSources
from models.retrieval.sources import Source
from models.segments import SEGMENTS
from models.training.artefact import Model
from models.variants import ALL_SOURCES, CHAMPION, LIVE, PICKED, POPULARITY, Variant, variants_of


def pipeline_of(
    params: Params, name: str, model: Model | None = None, choice: Choice = RANKER_FOR_ALL, *, n_threads: int = 1
) -> ListPipeline:
    """The pipeline of a variant; a name that is no variant is a model version's, whose parts are the champion's.

    Without a model, `popularity` takes the place of lists that need one. choice: what the evaluation of the model
    found to be better than its ranker, in all or in a segment of readers.
    """
    variants = variants_of(params)
    variant = variants.get(name, variants[CHAMPION])
    return assembled(params, variant, variants[POPULARITY], model, choice, n_threads=n_threads)


def assembled(
    params: Params, variant: Variant, popularity: Variant, model: Model | None, choice: Choice, *, n_threads: int = 1
) -> ListPipeline:
    """The pipeline of a variant. popularity: the variant that takes its place where a count is served instead."""

    def made(hours: float | None) -> ListPipeline:
        if hours is None and model is not None:
            return ranked(params, variant, LearnedRank(model, n_threads))
        return counted(params, popularity, popularity.half_life_hours if hours is None else hours)

    if not variant.needs_model:
        return counted(params, variant, variant.half_life_hours)
    if model is None:
        return made(None)
    exceptions = {SEGMENTS.index(name): made(hours) for name, hours in choice.exceptions().items() if name in SEGMENTS}
    return replace(made(choice.half_life_hours), of_segment=exceptions)


def ranked(params: Params, variant: Variant, rank: LearnedRank) -> ListPipeline:
    """Lists by a model's ranker."""
    sources, trees = sources_in_use(params, variant), explainer(rank.model.ranker)
    return ListPipeline(
        retrieve=FromSources(sources),
        rank=rank,
        rerank=reranker(params, variant.rerank),
        explain=ShapReasons(trees, rank.model.feature_names),
        fallback=RankedFallbacks(rank, sources, trees),
    )


def counted(params: Params, variant: Variant, half_life_hours: float | None) -> ListPipeline:
    """Lists by an order that is the same for everybody."""
    rank = ArticleRank(half_life_hours)
    return ListPipeline(
        retrieve=FromOrder(rank, sources_in_use(params, variant)),
        rank=rank,
        rerank=reranker(params, variant.rerank),
        explain=CountReasons(rank),
        fallback=CountedFallbacks(rank),
    )


def sources_in_use(params: Params, variant: Variant) -> dict[str, Source]:
    """The sources that a variant retrieves from, in their order."""
    if variant.retrieve == LIVE:
        return {}
    if variant.retrieve == PICKED:
        return {"interests": NewestOfInterests(n=SHORTLIST)}
    sources = sources_of(params)
    return sources if variant.retrieve == ALL_SOURCES else {n: s for n, s in sources.items() if n in variant.retrieve}
