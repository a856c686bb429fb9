"""`frontpage score`: every active reader's ten, and the fallback lists, as a new run beside what is served."""

import logging
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import datetime

from pydantic import SecretStr

from etl import beam
from frontpage.core.params import Params
from frontpage.core.progress import polled
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.features.feature_store.cutoffs import require_cutoff
from frontpage.features.feature_store.repository import feature_store
from frontpage.lifecycle.rollout.audience import companions, on_trial
from frontpage.scoring.broadcast import broadcasting
from frontpage.scoring.pipeline import ScoreBlock, Target, blocks_of
from frontpage.scoring.prepare import DEGRADED, ScoringContexts, broadcast_file, prepared
from frontpage.store.connect import Connection, connect
from frontpage.store.lists import run_blocks, runs, withheld
from frontpage.store.locks import exclusive
from frontpage.store.server import database_url
from models.variants import CHAMPION

log = logging.getLogger(__name__)


def run(
    settings: Settings,
    params: Params,
    as_of: datetime,
    variant: str = "champion",
    beam_options: Sequence[str] = (),
) -> Summary:
    """A run for (as_of, variant) in state `built`. Where no ranker is good enough, popularity makes the lists.

    So it does where drift found in the hour before that features are broken; the run and the details say which.

    Beside the champion's, of the same loaded data: the lists of today's product while a pilot is on, and those of a
    rollout that is under way. These are the rollout's own risk: where they cannot be made, its guardrails hear of it,
    and the champion's are made all the same.
    Readers who are not due keep the list of the run served before (`models.due`), if the same made it.
    beam_options: runner and options of the pipeline that makes the lists; by default threads of this process.
    Raises NothingPublishedError where a model is to make the lists but the features of `as_of` were not written,
    CheckFailedError where a block of readers is missing at the end.
    """
    with connect(database_url(settings), application="frontpage score") as connection:
        work = _Work(settings, params, as_of, connection, ScoringContexts(connection, as_of), beam_options)
        for name in companions(connection, variant):
            _scored(work, name)
        summary = _scored(work, variant)
        trial = on_trial(connection, as_of) if variant == CHAMPION else None
        if trial is None:
            return summary
        started = time.perf_counter()
        tried = {trial: _tried(work, trial), f"{trial}_seconds": round(time.perf_counter() - started, 2)}
        return replace(summary, details={**summary.details, **tried})


@dataclass(frozen=True, slots=True)
class _Work:
    """What the runs of a moment are made with."""

    settings: Settings
    params: Params
    as_of: datetime
    connection: Connection
    contexts: ScoringContexts
    beam_options: Sequence[str]


def _tried(work: _Work, trial: str) -> str:
    """The run of a rollout, or why there is none: what it runs is not proven yet, and must not stop the champion."""
    try:
        return _scored(work, trial).artifact
    except Exception as error:
        log.exception("lists of the %s could not be made", trial)
        return withheld.record_failure(work.connection, work.as_of, trial, f"{type(error).__name__}: {error}")


def _scored(work: _Work, variant: str) -> Summary:
    connection, settings, params, as_of = work.connection, work.settings, work.params, work.as_of
    url = database_url(settings)
    with exclusive(connection, f"lists of {variant}"):
        made = prepared(connection, settings, params, work.contexts, as_of, variant)
        if made.recommender.asks_readers:
            feature_store(url)  # whose views are applied when the workers open it
        run_id = runs.begin_run(connection, as_of, variant, made.name, made.snapshot_hash, made.details)
        blocks = blocks_of(made.plan.n_due)
        folder = beam.temp_location(work.beam_options)
        place = None if beam.is_local(work.beam_options) else broadcast_file(folder, settings, run_id)
        run_blocks.open_account(connection, run_id)
        counted = polled("blocks of readers", len(blocks), lambda: _n_written(url, run_id))
        with broadcasting(made.recommender, place) as broadcast, counted:
            worker = ScoreBlock(broadcast, Target(SecretStr(url), run_id))
            beam.run(beam.ForEach("score", blocks, worker), params.threads, work.beam_options)
        if made.recommender.asks_readers:
            require_cutoff(connection, as_of)  # blocks read its states until now: they were there all the time
        made.plan.keep(connection, run_id, len(blocks))
        n_rows = run_blocks.close_account(connection, run_id, len(blocks) + 1)
        runs.write_fallbacks(connection, run_id, made.fallbacks)
        checksum = runs.finish_run(connection, run_id)
    details = {"variant": variant, "model": made.name, "due": made.plan.n_due, "checksum": checksum[:12]}
    if broken := made.details.get(DEGRADED):
        details[DEGRADED] = ",".join(broken)
    inputs = {"model": {"version": made.name, "snapshot": made.snapshot_hash}}
    outputs = {"lists": {"run": run_id, "rows": n_rows, "hash": checksum}}
    return Summary(
        "score", made.plan.n_readers, n_rows, artifact=f"run:{run_id}", details=details, inputs=inputs, outputs=outputs
    )


@contextmanager
def _n_written(url: str, run_id: int) -> Iterator[Callable[[], int]]:
    """Tells how many blocks are in the database, wherever their workers are."""
    with connect(url, application="frontpage score") as connection:
        yield lambda: run_blocks.n_written(connection, run_id)
