"""`frontpage why`: what made a reader's list."""

import json

from core.errors import NothingPublishedError
from core.params import Params
from core.settings import Settings
from core.summary import Summary
from store.connect import connect, fetch_all, query
from store.server import database_url


def run(settings: Settings, _params: Params, reader_id: str, run_id: int | None = None) -> Summary:
    """Print the list with run, model, data snapshot, candidate source, score and reasons, as JSON lines.

    Raises NothingPublishedError where the run holds no list for that reader.
    """
    with connect(database_url(settings)) as connection:
        rows = fetch_all(connection, query("why"), {"reader_id": reader_id, "run_id": run_id})
    if not rows:
        raise NothingPublishedError(
            f"no list for reader {reader_id!r} in {'the served run' if run_id is None else run_id}"
        )
    for row in rows:
        print(json.dumps(row, default=str, ensure_ascii=False))  # noqa: T201 - this verb's result is what it prints
    return Summary("why", rows_out=len(rows), artifact=f"run:{rows[0]['run_id']}")
