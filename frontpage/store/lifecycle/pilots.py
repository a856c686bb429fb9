"""Pilots: who was chosen for the first lists of a product, and who of them stays with the one of today."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from frontpage.core import columns as c
from frontpage.core.actor import Actor
from frontpage.core.errors import BadInputError, NothingPublishedError
from frontpage.store import audit
from frontpage.store.connect import Connection, execute, fetch_all, fetch_one, transaction
from frontpage.store.copying.copy_arrow import copy_table
from frontpage.store.queries import query

PilotArm = Literal["treatment", "control"]


@dataclass(frozen=True, slots=True)
class Pilot:
    """One row of `pilot`, with the readers of each arm. ended_at: None while it is on."""

    pilot_id: int
    chosen_by: str
    control: float
    actor: str
    reason: str
    started_at: datetime
    ended_at: datetime | None
    n_treatment: int
    n_control: int


def under_way(connection: Connection) -> Pilot | None:
    """The pilot that is on, if any."""
    found = newest(connection)
    return found if found is not None and found.ended_at is None else None


def newest(connection: Connection) -> Pilot | None:
    """The last pilot."""
    row = fetch_one(connection, query("pilot/newest"))
    return Pilot(**row) if row else None


def reader_keys(connection: Connection, pilot_id: int, arm: PilotArm) -> NDArray[np.int64]:
    """Keys of the readers of an arm, ascending."""
    rows = fetch_all(connection, query("pilot/readers"), {"pilot_id": pilot_id, "arm": arm})
    return np.array([row[c.READER_KEY] for row in rows], dtype=np.int64)


def begin(
    connection: Connection,
    arms: Mapping[PilotArm, Sequence[int]],
    chosen_by: str,
    control: float,
    started_at: datetime,
    actor: Actor,
    reason: str,
) -> Pilot:
    """A new pilot. Raises BadInputError where one is on."""
    if under_way(connection) is not None:
        raise BadInputError("a pilot is on; end it first with `frontpage pilot --stop --reason ...`")
    values = {
        "chosen_by": chosen_by, "control": control, "started_at": started_at, "actor": str(actor), "reason": reason,
    }  # fmt: skip
    with transaction(connection):
        row = fetch_one(connection, query("pilot/begin"), values)
        assert row is not None
        for arm, keys in arms.items():
            table = pa.table({
                "pilot_id": pa.array([row["pilot_id"]] * len(keys), pa.int64()),
                c.READER_KEY: pa.array(keys, pa.int64()), "arm": pa.array([arm] * len(keys), pa.string()),
            })  # fmt: skip
            copy_table(connection, "pilot_reader", table)
        after: dict[str, object] = {arm: len(keys) for arm, keys in arms.items()}
        after["chosen_by"] = chosen_by
        audit.record(connection, "pilot start", f"pilot:{row['pilot_id']}", str(actor), reason, None, after)
    found = newest(connection)
    assert found is not None
    return found


def end(connection: Connection, ended_at: datetime, actor: Actor, reason: str) -> Pilot:
    """The pilot that was on, ended. Raises NothingPublishedError where none is."""
    pilot = under_way(connection)
    if pilot is None:
        raise NothingPublishedError("no pilot is on")
    values = {"pilot_id": pilot.pilot_id, "ended_at": ended_at, "actor": str(actor), "reason": reason}
    with transaction(connection):
        execute(connection, query("pilot/end"), values)
        after = {"ended_at": ended_at}
        audit.record(connection, "pilot stop", f"pilot:{pilot.pilot_id}", str(actor), reason, {"ended_at": None}, after)
    found = newest(connection)
    assert found is not None
    return found


def readers_chosen(
    connection: Connection, *, ids: Sequence[str] | None = None, region: str | None = None
) -> dict[str, int]:
    """Key by id of the readers with these ids, or of a region (the newest one that they said); of all without both."""
    rows = fetch_all(connection, query("pilot/choose"), {"ids": None if ids is None else list(ids), "region": region})
    return {row[c.READER_ID]: row[c.READER_KEY] for row in rows}


def outcomes(connection: Connection, pilot_id: int, since: datetime, until: datetime) -> pd.DataFrame:
    """What each reader of a pilot did in a period: arm, n_reads, seconds, n_days, n_lists, in_trial, paid, ..."""
    values = {"pilot_id": pilot_id, "since": since, "until": until}
    columns = ["arm", "n_reads", "seconds", "n_days", "n_lists", "in_trial", "paid", "paying", "cancelled"]
    return pd.DataFrame(fetch_all(connection, query("pilot/outcomes"), values), columns=columns)


def daily(connection: Connection, pilot_id: int, since: datetime, until: datetime) -> pd.DataFrame:
    """arm, day, seconds_per_reader; days on which an arm read nothing are left out."""
    values = {"pilot_id": pilot_id, "since": since, "until": until}
    rows = fetch_all(connection, query("pilot/daily"), values)
    return pd.DataFrame(rows, columns=["arm", "day", "seconds_per_reader"])


def work(connection: Connection, since: datetime, until: datetime, threads: int) -> dict[str, float]:
    """core_seconds, n_bytes and n_readers of the runs and trainings of a period."""
    row = fetch_one(connection, query("pilot/work"), {"since": since, "until": until, "threads": threads})
    assert row is not None
    return row
