"""Runs that nobody is to be served: that could not be made, that are kept back, that are withdrawn."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from frontpage.core import columns as c
from frontpage.store.connect import Connection, execute
from frontpage.store.lists.runs import DONE, Published, begin_run, set_state
from frontpage.store.queries import query


def record_failure(connection: Connection, as_of: datetime, variant: str, says: str) -> str:
    """Write down that the lists of (as_of, variant) could not be made; what was begun of them goes."""
    run_id = begin_run(connection, as_of, variant)
    set_state(connection, run_id, "failed", gate={"passed": False, "says": says})
    return f"failed:{run_id}"


def keep_back(connection: Connection, run: Mapping[str, Any]) -> Published:
    """Keep a checked run for the record, since the list that is served is held."""
    if run["state"] not in DONE:
        set_state(connection, run[c.RUN_ID], "superseded")
    return Published(run[c.RUN_ID], "held")


def withdraw(connection: Connection, variant: str) -> None:
    """Serve no list of a variant any more: its readers get those of the champion."""
    execute(connection, query("lists/run_withdraw"), {"variant": variant})
