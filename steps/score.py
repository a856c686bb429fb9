"""`frontpage score`: every active reader's ten, and the fallback lists, as a new run beside what is served."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import pandas as pd
from pydantic import SecretStr

from core.params import Params
from core.progress import polled
from core.settings import Settings
from core.summary import Summary
from etl import beam
from features.ledger import ledger, without_reads_table
from features.states import states_at
from features.ticks import require_tick
from models import registry
from models.fallback import by_rule
from models.handover import handed_over
from models.keeping import Plan, planned
from models.listers import Lister, RankerLister, RuleLister
from models.moment import Moment, moment
from models.pipeline import ScoreBlock, Target, blocks_of
from models.retrieval.late_vectors import LateVectors
from models.score import ranking, stand_in_lists
from store import kept_lists, run_blocks, runs
from store.connect import Connection, connect
from store.history import load_already_read, load_excluded, load_history, with_texts
from store.kept_lists import Base
from store.locks import exclusive
from store.server import database_url
from store.versions import ModelVersion


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
        plan, lister, fallbacks = _prepared(connection, as_of, params, _made_by(settings, params, version), base)
        name, snapshot = (version.version, version.snapshot_hash) if version else (registry.POPULARITY, None)
        run_id = runs.begin_run(connection, as_of, variant, name, snapshot, plan.details(maker))
        blocks, place = blocks_of(plan.n_due), _place(settings, run_id, beam_options)
        run_blocks.open_account(connection, run_id)
        counted = polled("blocks of readers", len(blocks), lambda: _n_written(url, run_id))
        with handed_over(lister, place) as handover, counted:
            worker = ScoreBlock(handover, Target(SecretStr(url), run_id))
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
) -> tuple[Plan, Lister, pd.DataFrame]:
    """Who is due, what makes their lists, and the fallback lists; nothing else that was loaded stays in memory."""
    due, plan = planned(connection, _everybody(connection, as_of, params, by), base, params.lists)
    return (plan, *_lists(connection, due, params, by))


def _everybody(connection: Connection, as_of: datetime, params: Params, by: LateVectors | float) -> Moment:
    """The moment with all readers to serve; of texts it has those that a model's vectors are still to be made of."""
    history = load_history(connection, as_of, params.data, with_text=False)
    if isinstance(by, LateVectors):
        history = with_texts(connection, history, by.lacks(history.articles))
    unlisted = pd.concat([load(connection, as_of, params.max_age) for load in (load_already_read, load_excluded)])
    return moment(without_reads_table(ledger(history)), as_of, params, already_read=unlisted)


def _lists(connection: Connection, now: Moment, params: Params, by: LateVectors | float) -> tuple[Lister, pd.DataFrame]:
    """What makes everybody's lists, and the fallback lists: by a model's ranker, or by a rule."""
    if not isinstance(by, LateVectors):
        rule = by_rule(now, params, by)
        return RuleLister.of(rule), rule.stand_ins()
    require_tick(connection, now.as_of)
    vectors = by.of_articles(now.ledger.history.articles)
    # Articles and totals as the history has them; the readers' states stay in Feast's table until their block's turn.
    states = states_at(now.ledger, now.as_of, params.data, articles=now.live, readers=now.readers[:0])
    ranker = ranking(by.model, now, params, states, vectors)
    return RankerLister.of(ranker), stand_in_lists(ranker)


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
