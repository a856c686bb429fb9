"""`score`: every active reader's ten, and the fallback lists, as a new run beside what is served."""

from __future__ import annotations

import time
from datetime import datetime

from core.params import Params
from core.settings import Settings
from core.summary import Summary
from models.fallback import fallback_lists
from models.ledger import ledger
from models.moment import moment
from models.score import score_blocks
from store import runs
from store.connect import connect
from store.history import load_already_read, load_history
from store.locks import exclusive
from store.server import database_url


def run(settings: Settings, params: Params, as_of: datetime, variant: str = "champion") -> Summary:
    """Build a run for (as_of, variant); state `built`. Before any training the lists are decayed popularity."""
    started = time.perf_counter()
    with connect(database_url(settings)) as connection, exclusive(connection, f"score {variant}"):
        already_read = load_already_read(connection, as_of, params.max_age)
        past = load_history(connection, as_of, params.data, with_text=False)
        now = moment(ledger(past), as_of, params.lists, already_read=already_read)
        run_id = runs.begin_run(connection, as_of, variant, model_version=None)
        n_rows = sum(runs.write_lists(connection, run_id, block) for block in score_blocks(now, params))
        runs.write_fallbacks(connection, run_id, fallback_lists(now, params))
        checksum = runs.finish_run(connection, run_id)
    return Summary(
        verb="score",
        rows_in=len(now.readers),
        rows_out=n_rows,
        seconds=time.perf_counter() - started,
        artifact=f"run:{run_id}",
        details={"variant": variant, "model": "popularity", "checksum": checksum[:12]},
    )
