"""`frontpage snapshot`: the history at as_of as files with a manifest hash, for training without a database."""

import time
from datetime import datetime
from pathlib import Path

from core.params import Params
from core.settings import Settings
from core.summary import Summary
from features.snapshot import write_snapshot
from store.connect import connect
from store.history import load_history
from store.server import database_url


def run(settings: Settings, params: Params, as_of: datetime, out: Path) -> Summary:
    """A snapshot of what was known at `as_of` in the folder `out`; the same knowledge gives the same hash."""
    started = time.perf_counter()
    with connect(database_url(settings), application="frontpage snapshot") as connection:
        history = load_history(connection, as_of, params.data)
    manifest_hash = write_snapshot(history, out)
    n_rows = len(history.articles) + len(history.reads) + len(history.readers)
    seconds = time.perf_counter() - started
    return Summary("snapshot", n_rows, n_rows, 0, seconds, str(out), {"hash": manifest_hash})
