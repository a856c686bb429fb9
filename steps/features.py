"""`frontpage features`: states of articles, audiences, totals and readers at as_of, into Feast."""

import time
from datetime import datetime
from pathlib import Path

from core.clock import iso
from core.errors import BadInputError
from core.params import Params
from core.settings import Settings
from core.summary import Summary
from features.ledger import ledger
from features.pairs import has_text, unavailable_features
from features.states import states_at


def run(settings: Settings, params: Params, as_of: datetime, data: Path | None = None) -> Summary:
    """States of `as_of`: in PostgreSQL; with `data`, files beside that snapshot.

    Running twice writes nothing. With `data` the ticks that training looks back to are written too, and no database is
    touched. Raises BadInputError where the snapshot was taken at another moment.
    """
    return _to_files(params, as_of, data) if data else _to_database(settings, params, as_of)


def _to_database(settings: Settings, params: Params, as_of: datetime) -> Summary:
    from features.ticks import write_states
    from store.connect import connect
    from store.history import any_text, load_history
    from store.server import database_url

    started = time.perf_counter()
    with connect(database_url(settings), application="frontpage features") as connection:
        history = load_history(connection, as_of, params.data, with_text=False)
        written = write_states(connection, states_at(ledger(history), as_of, params.data), as_of)
        unavailable = unavailable_features(history, with_text=any_text(connection, as_of))
    details = {**written, "unavailable": ",".join(unavailable) or "-"}
    return Summary(
        "features", len(history.reads), sum(written.values()), 0, time.perf_counter() - started, "feast", details
    )


def _to_files(params: Params, as_of: datetime, data: Path) -> Summary:
    from features.files import write_state_files
    from features.snapshot import read_snapshot
    from models.ticks import look_backs

    started = time.perf_counter()
    history = read_snapshot(data)
    if history.as_of != as_of:
        raise BadInputError(f"{data} was taken at {iso(history.as_of)}; give that as --as-of, or another --data")
    ticks = sorted({*look_backs(history, params), as_of})
    book = ledger(history)
    states = ((tick, states_at(book, tick, params.data)) for tick in ticks)
    written = write_state_files(data, states)
    seconds = time.perf_counter() - started
    unavailable = unavailable_features(history, with_text=has_text(history))
    details = {**written, "unavailable": ",".join(unavailable) or "-"}
    return Summary("features", len(history.reads), sum(written.values()), 0, seconds, str(data / "features"), details)
