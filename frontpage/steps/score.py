"""`frontpage score`: every active reader's ten, and the fallback lists, as a new run beside what is served."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pandas as pd
from pydantic import SecretStr

from etl import beam
from frontpage.core.params import Params
from frontpage.core.progress import polled
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.features.feature_store.cutoffs import require_tick
from frontpage.features.interactions import interaction_dataset, without_reads_table
from frontpage.features.states import states_at
from frontpage.lifecycle import registry
from frontpage.scoring.broadcast import broadcasting
from frontpage.scoring.incremental import Plan, planned
from frontpage.scoring.pipeline import ScoreBlock, Target, blocks_of
from frontpage.scoring.recommenders import PopularityRecommender, RankingRecommender, Recommender
from frontpage.store.connect import Connection, connect
from frontpage.store.history import load_already_read, load_excluded, load_history, with_texts
from frontpage.store.lists import kept_lists, run_blocks, runs
from frontpage.store.lists.kept_lists import Base
from frontpage.store.locks import exclusive
from frontpage.store.server import database_url
from frontpage.store.versions import ModelVersion
from models.context import ScoringContext, scoring_context
from models.ranking.popularity import popularity_ranking
from models.recommender import fallback_lists, ranking
from models.retrieval.late_vectors import LateVectors


def run(
    settings: Settings,
    params: Params,
    as_of: datetime,
    variant: str = "champion",
    beam_options: Sequence[str] = (),
) -> Summary:
    """A run for (as_of, variant) in state `built`. Where no ranker is good enough the lists are made by a rule.

    Readers who are not due keep the list of the run served before (`models.due`), if the same made it.
    beam_options: runner and options of the pipeline that makes the lists; by default threads of this process.
    Raises NothingPublishedError where a model is to make the lists but the features of `as_of` were not written,
    CheckFailedError where a block of readers is missing at the end.
    """
    url = database_url(settings)
    with connect(url, application="frontpage score") as connection, exclusive(connection, f"lists of {variant}"):
        version = registry.serving(connection, as_of, variant)
        maker = registry.maker(version, params)
        base = kept_lists.base_of(connection, as_of, variant, maker)
        plan, recommender, fallbacks = _prepared(connection, as_of, params, _made_by(settings, params, version), base)
        name, snapshot = (version.version, version.snapshot_hash) if version else (registry.POPULARITY, None)
        run_id = runs.begin_run(connection, as_of, variant, name, snapshot, plan.details(maker))
        blocks, place = blocks_of(plan.n_due), _place(settings, run_id, beam_options)
        run_blocks.open_account(connection, run_id)
        counted = polled("blocks of readers", len(blocks), lambda: _n_written(url, run_id))
        with broadcasting(recommender, place) as broadcast, counted:
            worker = ScoreBlock(broadcast, Target(SecretStr(url), run_id))
            beam.run(beam.ForEach("score", blocks, worker), params.threads, beam_options)
        if maker is not None:
            require_tick(connection, as_of)  # blocks read its states until now: they were there all the time
        plan.keep(connection, run_id, len(blocks))
        n_rows = run_blocks.close_account(connection, run_id, len(blocks) + 1)
        runs.write_fallbacks(connection, run_id, fallbacks)
        checksum = runs.finish_run(connection, run_id)
    details = {"variant": variant, "model": name, "due": plan.n_due, "checksum": checksum[:12]}
    return Summary("score", plan.n_readers, n_rows, artifact=f"run:{run_id}", details=details)


def _made_by(settings: Settings, params: Params, version: ModelVersion | None) -> LateVectors | float:
    """What makes the lists of a version: its model with vectors of later articles, or a rule's half-life in hours."""
    hours = registry.rule_of(version, params)
    if version is None or hours is not None:
        return hours or params.rule_half_life_hours
    return LateVectors.of(registry.loaded(version), settings.path("vectors"))


def _prepared(
    connection: Connection, as_of: datetime, params: Params, by: LateVectors | float, base: Base | None
) -> tuple[Plan, Recommender, pd.DataFrame]:
    """Who is due, what makes their lists, and the fallback lists; nothing else that was loaded stays in memory."""
    due, plan = planned(connection, _everybody(connection, as_of, params, by), base, params.lists)
    return (plan, *_lists(connection, due, params, by))


def _everybody(connection: Connection, as_of: datetime, params: Params, by: LateVectors | float) -> ScoringContext:
    """The moment with all readers to serve; of texts it has those that a model's vectors are still to be made of."""
    history = load_history(connection, as_of, params.data, with_text=False)
    if isinstance(by, LateVectors):
        history = with_texts(connection, history, by.lacks(history.articles))
    unlisted = pd.concat([load(connection, as_of, params.max_age) for load in (load_already_read, load_excluded)])
    return scoring_context(without_reads_table(interaction_dataset(history)), as_of, params, already_read=unlisted)


def _lists(
    connection: Connection, now: ScoringContext, params: Params, by: LateVectors | float
) -> tuple[Recommender, pd.DataFrame]:
    """What makes everybody's lists, and the fallback lists: by a model's ranker, or by a rule."""
    if not isinstance(by, LateVectors):
        rule = popularity_ranking(now, params, by)
        return PopularityRecommender.of(rule), rule.fallbacks()
    require_tick(connection, now.as_of)
    vectors = by.of_articles(now.dataset.history.articles)
    # Articles and totals as the history has them; the readers' states stay in Feast's table until their block's turn.
    states = states_at(now.dataset, now.as_of, params.data, articles=now.live, readers=now.readers[:0])
    ranker = ranking(by.model, now, params, states, vectors)
    return RankingRecommender.of(ranker), fallback_lists(ranker)


def _place(settings: Settings, run_id: int, beam_options: Sequence[str]) -> str | None:
    """Where workers of other processes find what makes the lists: `--temp_location`, or else our own home."""
    if beam.is_local(beam_options):
        return None
    folder = beam.temp_location(beam_options)
    if folder is None:
        folder = str(settings.path("handover"))
        Path(folder).mkdir(parents=True, exist_ok=True)
    return f"{folder}/lists-of-run-{run_id}.pickle"


@contextmanager
def _n_written(url: str, run_id: int) -> Iterator[Callable[[], int]]:
    """Tells how many blocks are in the database, wherever their workers are."""
    with connect(url, application="frontpage score") as connection:
        yield lambda: run_blocks.n_written(connection, run_id)
