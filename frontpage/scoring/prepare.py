"""What a run is made with: whose lists are due, what makes them, and the fallback lists."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.features.feature_store.cutoffs import require_cutoff
from frontpage.features.interactions import interaction_dataset, without_reads_table
from frontpage.features.states import States, states_at
from frontpage.lifecycle import registry
from frontpage.lifecycle.rollout.audience import audience_of
from frontpage.lifecycle.rollout.recipe import params_of
from frontpage.rules.applied import editorial_at
from frontpage.scoring.incremental import Plan, planned
from frontpage.scoring.recommenders import Recommender
from frontpage.store.connect import Connection
from frontpage.store.history import (
    articles_with_texts,
    load_already_read,
    load_excluded,
    load_history,
    load_impersonal,
)
from frontpage.store.lists import kept_lists
from frontpage.store.versions import ModelVersion
from frontpage.store.watching.drift import broken_features
from models.assembly import pipeline_of
from models.choice import Choice
from models.context import ScoringContext, scoring_context
from models.editorial.editorial import NOTHING, Editorial
from models.editorial.rule import EditorialRule
from models.inputs import ScoringInputs, article_inputs, scoring_inputs
from models.pipeline import ListPipeline
from models.retrieval.als import Factors
from models.retrieval.late_vectors import LateVectors
from models.training.artefact import Model
from models.variants import POPULARITY, variants_of

#: Key of `rec_run.details`: the version whose content vectors say how alike articles are.
VECTORS = "vectors"
#: And the version of the editorial rules.
RULES = "rules"
#: And features that are broken, because of which a rule made the lists in place of a model.
DEGRADED = "degraded"


@dataclass(frozen=True, slots=True)
class Maker:
    """What makes the lists of a variant. version: the model version that does, if any; name: as a run writes it down.

    params: those that its lists are made with. content: what says how alike articles are; None before there is a model.
    """

    params: Params
    pipeline: ListPipeline
    version: ModelVersion | None
    name: str
    model: Model | None
    content: LateVectors | None

    @property
    def asks_readers(self) -> bool:
        """Whether it knows more of a reader than what they have read."""
        return self.pipeline.asks_readers


@dataclass(frozen=True, slots=True)
class Prepared:
    """Ready to be run over blocks of the readers who are due; nothing else that was loaded stays in memory.

    name, snapshot_hash, details: what the run writes down of the maker.
    """

    plan: Plan
    recommender: Recommender
    fallbacks: pd.DataFrame
    name: str
    snapshot_hash: str | None
    details: dict[str, Any]


def maker_of(connection: Connection, settings: Settings, params: Params, as_of: datetime, variant: str) -> Maker:
    """What makes the lists of (as_of, variant).

    Raises what `registry.serving` and `registry.loaded` raise.
    """
    version = registry.serving(connection, as_of, variant, params)
    params = params_of(connection, version, params)
    content = registry.content_version(connection, as_of, version)
    model = registry.loaded(content, settings) if content else None
    choice = registry.choice_of(version) if version else Choice()
    pipeline = pipeline_of(params, variant, model if version else None, choice)
    name = version.version if version else _without_model(params, variant)
    vectors = LateVectors.of(model, settings.path("vectors")) if model else None
    return Maker(params, pipeline, version, name, model if version else None, vectors)


def _under(maker: str | None, editorial: Editorial) -> str | None:
    """What lists hang on, with the rules that choose among what may be listed; nothing new where there are none."""
    if maker is None or not editorial.digest:
        return maker
    return hashlib.sha256(f"{maker}\n{editorial.digest}".encode()).hexdigest()


def _without_model(params: Params, variant: str) -> str:
    entry = variants_of(params).get(variant)
    return "popularity" if entry is None or entry.needs_model else entry.rank


@dataclass(frozen=True, slots=True)
class Said:
    """Which editorial rules hold: those applied now, some `rules` in their place, or what a run of the past went by.

    version, asked_at: the rules of a run that was made at that time by the clock, and what was taken back by then.
    editorial: all of it, where it is known already.
    """

    rules: Sequence[EditorialRule] | None = None
    version: int | None = None
    asked_at: datetime | None = None
    editorial: Editorial | None = None

    def at(self, connection: Connection, params: Params, as_of: datetime) -> Editorial:
        """What they say at a moment."""
        if self.editorial is not None:
            return self.editorial
        return editorial_at(connection, params, as_of, version=self.version, rules=self.rules, asked_at=self.asked_at)


APPLIED = Said()


class ScoringContexts:
    """The scoring context of a run, loaded once for all variants that are made of the same data, side by side."""

    def __init__(self, connection: Connection, as_of: datetime, said: Said = APPLIED) -> None:
        self._connection, self._as_of, self._said = connection, as_of, said
        self._editorial: dict[float, Editorial] = {}
        self._loaded: dict[str, ScoringContext] = {}
        self._states: dict[str, States] = {}

    def __call__(self, params: Params) -> ScoringContext:
        """Everybody who is to be served, with what is known of articles but their texts."""
        key = _data_of(params)
        if key not in self._loaded:
            self._loaded[key] = everybody(self._connection, self._as_of, params, self.editorial(params))
        return self._loaded[key]

    def editorial(self, params: Params) -> Editorial:
        """What editors say at the moment."""
        days = params.lists.max_age_days
        if days not in self._editorial:
            self._editorial[days] = self._said.at(self._connection, params, self._as_of)
        return self._editorial[days]

    def states(self, params: Params) -> States:
        """States of the live articles and of all totals; those of readers are left out."""
        key, at = _data_of(params), self(params)
        if key not in self._states:
            require_cutoff(self._connection, self._as_of)
            nobody = at.readers[:0]
            self._states[key] = states_at(at.dataset, self._as_of, params.data, articles=at.live, readers=nobody)
        return self._states[key]


def _data_of(params: Params) -> str:
    """What a moment hangs on."""
    return f"{params.data.model_dump_json()} {params.lists.max_age_days} {params.lists.active_days}"


def prepared(
    connection: Connection, settings: Settings, params: Params, contexts: ScoringContexts, as_of: datetime, variant: str
) -> Prepared:
    """Everything of a run but the lists of readers.

    Raises what `maker_of` raises, and NothingPublishedError where the maker asks for features of readers and those of
    `as_of` were not written.
    """
    by, degraded = _able_maker(connection, settings, params, as_of, variant)
    editorial = contexts.editorial(by.params)
    made_by = _under(registry.maker(by.version, by.params), editorial)
    base = kept_lists.base_of(connection, as_of, variant, made_by)
    audience, at = audience_of(connection, params, variant), contexts(by.params)
    if not audience.is_everybody:
        at = at.of_readers(audience.rows(at.dataset.reader_keys[at.readers]))
    due, plan = planned(connection, at, base, by.params.lists)
    now = inputs_at(connection, due, by, contexts)
    vectors = {VECTORS: by.content.model.version if by.content else None, RULES: editorial.version}
    return Prepared(
        plan=plan,
        recommender=Recommender.of(by.pipeline, now, asks_readers=by.asks_readers),
        fallbacks=by.pipeline.fallbacks(now),
        name=by.name,
        snapshot_hash=by.version.snapshot_hash if by.version else None,
        details=plan.details(made_by) | vectors | degraded | audience.details_of(plan.n_readers),
    )


def _able_maker(
    connection: Connection, settings: Settings, params: Params, as_of: datetime, variant: str
) -> tuple[Maker, dict[str, Any]]:
    """What makes the lists: popularity in place of a model whose features are broken, and then their names as well."""
    is_by_model = registry.serving(connection, as_of, variant, params) is not None
    broken = broken_features(connection, as_of, params.drift.max_missing_rise) if is_by_model else []
    by = maker_of(connection, settings, params, as_of, POPULARITY if broken else variant)
    return by, {DEGRADED: broken} if broken else {}


def everybody(
    connection: Connection, as_of: datetime, params: Params, editorial: Editorial = NOTHING
) -> ScoringContext:
    """The moment with all readers to serve, without texts.

    Readers who want lists that are made of nothing about them are not among those to serve.
    """
    history = load_history(connection, as_of, params.data, with_text=False)
    unlisted = pd.concat([load(connection, as_of, params.max_age) for load in (load_already_read, load_excluded)])
    dataset = without_reads_table(interaction_dataset(history))
    context = scoring_context(dataset, as_of, params, already_read=unlisted, editorial=editorial)
    wants_none = np.isin(dataset.reader_keys[context.readers], load_impersonal(connection))
    return context.of_readers(np.flatnonzero(~wants_none)) if wants_none.any() else context


def inputs_at(connection: Connection, now: ScoringContext, by: Maker, contexts: ScoringContexts) -> ScoringInputs:
    """What the pipeline compares; the states of readers stay in Feast until their block's turn."""
    params = by.params
    vectors = _vectors(connection, now, by.content)
    if not by.asks_readers:
        return article_inputs(now, params, vectors)
    factors = _factors(now, params, by.model)
    return scoring_inputs(now, params, factors, vectors, contexts.states(params))


def _vectors(connection: Connection, now: ScoringContext, content: LateVectors | None) -> NDArray[np.float32]:
    """Of every article of the dataset; texts are loaded of those that vectors are still to be made of."""
    articles = now.dataset.history.articles
    if content is None:
        return np.zeros((len(now.dataset.article_ids), 0), dtype=np.float32)
    return content.of_articles(articles_with_texts(connection, articles, content.lacks(articles), now.as_of))


def _factors(now: ScoringContext, params: Params, model: Model | None) -> Factors:
    if model is None:
        return Factors.nothing(len(now.readers), len(now.live), params.als.factors)
    return model.factors_at(now, params.threads)


def broadcast_file(folder: str | None, settings: Settings, run_id: int) -> str:
    """Where workers of other processes find the recommender: below `folder`, or else our own home."""
    if folder is None:
        folder = str(settings.path("broadcast"))
        Path(folder).mkdir(parents=True, exist_ok=True)
    return f"{folder}/lists-of-run-{run_id}.pickle"
