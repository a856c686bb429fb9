"""`frontpage score`: every active reader's ten, and the fallback lists, as a new run beside what is served."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from pydantic import SecretStr

from etl import beam
from frontpage.core.params import Params
from frontpage.core.progress import polled
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.features.feature_store.cutoffs import require_tick
from frontpage.features.feature_store.repository import feature_store
from frontpage.scoring.broadcast import broadcasting
from frontpage.scoring.pipeline import ScoreBlock, Target, blocks_of
from frontpage.scoring.prepare import broadcast_file, prepared
from frontpage.store.connect import connect
from frontpage.store.lists import run_blocks, runs
from frontpage.store.locks import exclusive
from frontpage.store.server import database_url


def run(
    settings: Settings,
    params: Params,
    as_of: datetime,
    variant: str = "champion",
    beam_options: Sequence[str] = (),
) -> Summary:
    """A run for (as_of, variant) in state `built`. Where no ranker is good enough, popularity makes the lists.

    Readers who are not due keep the list of the run served before (`models.due`), if the same made it.
    beam_options: runner and options of the pipeline that makes the lists; by default threads of this process.
    Raises NothingPublishedError where a model is to make the lists but the features of `as_of` were not written,
    CheckFailedError where a block of readers is missing at the end.
    """
    url = database_url(settings)
    with connect(url, application="frontpage score") as connection, exclusive(connection, f"lists of {variant}"):
        made = prepared(connection, settings, params, as_of, variant)
        if made.recommender.asks_readers:
            feature_store(url)  # whose views are applied when the workers open it
        run_id = runs.begin_run(connection, as_of, variant, made.name, made.snapshot_hash, made.details)
        blocks = blocks_of(made.plan.n_due)
        folder = beam.temp_location(beam_options)
        place = None if beam.is_local(beam_options) else broadcast_file(folder, settings, run_id)
        run_blocks.open_account(connection, run_id)
        counted = polled("blocks of readers", len(blocks), lambda: _n_written(url, run_id))
        with broadcasting(made.recommender, place) as broadcast, counted:
            worker = ScoreBlock(broadcast, Target(SecretStr(url), run_id))
            beam.run(beam.ForEach("score", blocks, worker), params.threads, beam_options)
        if made.recommender.asks_readers:
            require_tick(connection, as_of)  # blocks read its states until now: they were there all the time
        made.plan.keep(connection, run_id, len(blocks))
        n_rows = run_blocks.close_account(connection, run_id, len(blocks) + 1)
        runs.write_fallbacks(connection, run_id, made.fallbacks)
        checksum = runs.finish_run(connection, run_id)
    details = {"variant": variant, "model": made.name, "due": made.plan.n_due, "checksum": checksum[:12]}
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
