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

from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.features.feature_store.cutoffs import require_tick
from frontpage.features.interactions import interaction_dataset, without_reads_table
from frontpage.features.states import states_at
from frontpage.lifecycle import registry
from frontpage.rules.applied import editorial_at
from frontpage.scoring.incremental import Plan, planned
from frontpage.scoring.recommenders import Recommender
from frontpage.store.connect import Connection
from frontpage.store.history import load_already_read, load_excluded, load_history, load_impersonal, with_texts
from frontpage.store.lists import kept_lists
from frontpage.store.versions import ModelVersion
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
from models.variants import variants_of

#: Key of `rec_run.details`: the version whose content vectors say how alike articles are.
VECTORS = "vectors"
#: And the version of the editorial rules.
RULES = "rules"


@dataclass(frozen=True, slots=True)
class Maker:
    """What makes the lists of a variant. version: the model version that does, if any; name: as a run writes it down.

    content: what says how alike articles are; None before there is a model.
    """

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
    content = registry.content_version(connection, as_of, version)
    model = registry.loaded(content, settings) if content else None
    choice = registry.choice_of(version) if version else Choice()
    pipeline = pipeline_of(params, variant, model if version else None, choice)
    name = version.version if version else _without_model(params, variant)
    vectors = LateVectors.of(model, settings.path("vectors")) if model else None
    return Maker(pipeline, version, name, model if version else None, vectors)


def _under(maker: str | None, editorial: Editorial) -> str | None:
    """What lists hang on, with the rules that choose among what may be listed; nothing new where there are none."""
    if maker is None or not editorial.digest:
        return maker
    return hashlib.sha256(f"{maker}\n{editorial.digest}".encode()).hexdigest()


def _without_model(params: Params, variant: str) -> str:
    entry = variants_of(params).get(variant)
    return "popularity" if entry is None or entry.needs_model else entry.rank


def prepared(
    connection: Connection,
    settings: Settings,
    params: Params,
    as_of: datetime,
    variant: str,
    rules: Sequence[EditorialRule] | None = None,
) -> Prepared:
    """Everything of a run but the lists of readers. rules: editorial rules in place of those that are applied.

    Raises what `maker_of` raises, and NothingPublishedError where the maker asks for features of readers and those of
    `as_of` were not written.
    """
    by = maker_of(connection, settings, params, as_of, variant)
    editorial = editorial_at(connection, params, as_of, rules=rules)
    made_by = _under(registry.maker(by.version, params), editorial)
    base = kept_lists.base_of(connection, as_of, variant, made_by)
    due, plan = planned(connection, everybody(connection, as_of, params, by.content, editorial), base, params.lists)
    now = inputs_at(connection, due, params, by)
    return Prepared(
        plan=plan,
        recommender=Recommender.of(by.pipeline, now, asks_readers=by.asks_readers),
        fallbacks=by.pipeline.fallbacks(now),
        name=by.name,
        snapshot_hash=by.version.snapshot_hash if by.version else None,
        details=plan.details(made_by)
        | {VECTORS: by.content.model.version if by.content else None, RULES: editorial.version},
    )


def everybody(
    connection: Connection,
    as_of: datetime,
    params: Params,
    content: LateVectors | None,
    editorial: Editorial = NOTHING,
) -> ScoringContext:
    """The moment with all readers to serve; of texts it has those that vectors are still to be made of.

    Readers who want lists that are made of nothing about them are not among those to serve.
    """
    history = load_history(connection, as_of, params.data, with_text=False)
    if content is not None:
        history = with_texts(connection, history, content.lacks(history.articles))
    unlisted = pd.concat([load(connection, as_of, params.max_age) for load in (load_already_read, load_excluded)])
    dataset = without_reads_table(interaction_dataset(history))
    context = scoring_context(dataset, as_of, params, already_read=unlisted, editorial=editorial)
    wants_none = np.isin(dataset.reader_keys[context.readers], load_impersonal(connection))
    return context.of_readers(np.flatnonzero(~wants_none)) if wants_none.any() else context


def inputs_at(connection: Connection, now: ScoringContext, params: Params, by: Maker) -> ScoringInputs:
    """What the pipeline compares; the states of readers stay in Feast until their block's turn."""
    dataset = now.dataset
    vectors = (
        np.zeros((len(dataset.article_ids), 0), dtype=np.float32)
        if by.content is None
        else by.content.of_articles(dataset.history.articles)
    )
    if not by.asks_readers:
        return article_inputs(now, params, vectors)
    require_tick(connection, now.as_of)
    states = states_at(dataset, now.as_of, params.data, articles=now.live, readers=now.readers[:0])
    factors = _factors(now, params, by.model)
    return scoring_inputs(now, params, factors, vectors, states)


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
