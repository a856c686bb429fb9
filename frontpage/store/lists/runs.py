"""Lists: built beside what is served, checked, and made current by one pointer flip.

A run is one attempt for (as_of, variant). Its rows go to a table of its own that becomes a partition of
`recommendation` just before the pointer flips to it, so readers never see half a list.
"""

import hashlib
import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
import pyarrow as pa
from psycopg2 import sql
from psycopg2.errors import LockNotAvailable

from frontpage.core import columns as c
from frontpage.core.errors import CheckFailedError, NothingPublishedError
from frontpage.core.schema.fields import Layer, Shape
from frontpage.core.schema.lists import FALLBACK, RECOMMENDATION
from frontpage.store import audit
from frontpage.store.connect import Connection, execute, fetch_all, fetch_one, transaction
from frontpage.store.copying.copy import copy_frame
from frontpage.store.copying.copy_arrow import copy_table
from frontpage.store.queries import query

LIST_COLUMNS = RECOMMENDATION.required(Layer.LIST)
FALLBACK_COLUMNS = FALLBACK.required(Layer.LIST)
#: States of a run that was published once; a repeated gate or publish leaves it alone.
DONE = ("published", "superseded")
#: Who acts where nobody said.
_US = "system:frontpage"


@dataclass(frozen=True, slots=True)
class Published:
    """What a publish or rollback did: `outcome`: published | unchanged | kept_newer | held | rolled_back."""

    run_id: int
    outcome: str


def table_of(run_id: int) -> str:
    """Name of the table that holds a run's rows."""
    return f"recommendation_{int(run_id)}"


def begin_run(
    connection: Connection,
    as_of: datetime,
    variant: str,
    model_version: str | None = None,
    snapshot_hash: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> int:
    """Id of a new, empty attempt for (as_of, variant).

    Attempts that a killed process left unfinished are dropped first. Call it under `locks.exclusive`.
    """
    with transaction(connection):
        for row in fetch_all(connection, _UNFINISHED, [as_of, variant]):
            _drop(connection, row[c.RUN_ID])
        values = {"as_of": as_of, "variant": variant, "model_version": model_version, "snapshot_hash": snapshot_hash}
        begun = fetch_one(connection, _BEGIN, {**values, "details": json.dumps(details or {})})
        assert begun is not None
        run_id = int(begun[c.RUN_ID])
        statement = sql.SQL("create table {table} (like recommendation including defaults including constraints)")
        execute(connection, statement.format(table=sql.Identifier(table_of(run_id))))
        # Of an empty table, so that no row has to be looked at again when it becomes a partition.
        own = sql.SQL("alter table {table} alter run_id set default {run_id}, add check (run_id = {run_id})")
        execute(connection, own.format(table=sql.Identifier(table_of(run_id)), run_id=sql.Literal(run_id)))
        _let_readers_in(connection, run_id)
    return run_id


def _let_readers_in(connection: Connection, run_id: int) -> None:
    """Whoever may read `recommendation` may read this run's table by its own name, as the API does."""
    grant = sql.SQL("grant select on {table} to {role}")
    for row in fetch_all(connection, query("lists/run_readers")):
        names = {"table": sql.Identifier(table_of(run_id)), "role": sql.Identifier(row["role"])}
        execute(connection, grant.format(**names))


def write_lists(connection: Connection, run_id: int, rows: pa.Table | pd.DataFrame) -> int:
    """COPY a block of readers' lists (LIST_COLUMNS; reasons as JSON text) into the run; the row count.

    A block may have columns `propensity` and `is_waived`; without them no place was drawn by lot and no rule waived.
    """
    if isinstance(rows, pd.DataFrame):
        rows = pa.Table.from_pandas(rows, preserve_index=False)
    return copy_table(connection, table_of(run_id), rows.select(_given(RECOMMENDATION, rows.column_names)))


def write_fallbacks(connection: Connection, run_id: int, rows: pd.DataFrame) -> int:
    """COPY the lists for new and unknown readers (FALLBACK_COLUMNS) into the run; the row count."""
    given = rows.loc[:, _given(FALLBACK, rows.columns)]
    return copy_frame(connection, "fallback_list", given.assign(run_id=run_id))


def _given(shape: Shape, names: Collection[str]) -> list[str]:
    """The columns of rows on their way to a run: those that each row has to have, and of the others what is there."""
    return [name for name in shape.names(Layer.LIST) if name in shape.required(Layer.LIST) or name in names]


def finish_run(connection: Connection, run_id: int) -> str:
    """Index and count a run's rows, mark it `built`, and return its checksum."""
    names = {"table": sql.Identifier(table_of(run_id)), c.RUN_ID: sql.Literal(run_id)}
    with transaction(connection):
        execute(connection, _ROOM_TO_SORT)
        execute(connection, sql.SQL("alter table {table} add primary key (run_id, reader_key, rank)").format(**names))
        found = fetch_one(connection, sql.SQL(query("lists/run_figures")).format(**names))
        assert found is not None
        sums = "|".join(str(found[name]) for name in ("n_rows", *_SUMS))
        checksum = hashlib.sha256(sums.encode()).hexdigest()
        execute(connection, _FINISH, {**found, "checksum": checksum, c.RUN_ID: run_id})
        execute(connection, sql.SQL("analyze {table}").format(**names))
    return checksum


def newest_attempt(connection: Connection, as_of: datetime, variant: str, *states: str) -> dict[str, Any]:
    """The newest attempt for (as_of, variant) that was not dropped; it must be in one of `states`.

    Raises NothingPublishedError where there is none, or where it is in another state.
    """
    row = fetch_one(connection, _NEWEST, [as_of, variant])
    if row is None or row["state"] not in states:
        found = "none" if row is None else f"one that is {row['state']}"
        wanted = f"no {states[0]} list of {variant} for {as_of:%Y-%m-%d %H:%M}"
        raise NothingPublishedError(f"{wanted} ({found}); score it first")
    return row


def set_state(connection: Connection, run_id: int, state: str, gate: Mapping[str, Any] | None = None) -> None:
    """Record the outcome of a check on a run.

    Raises CheckFailedError where the run was published or dropped meanwhile: neither can be taken back by a check.
    """
    if not execute(connection, _SET_STATE, [state, None if gate is None else json.dumps(gate), run_id]):
        raise CheckFailedError(f"run {run_id} was published or dropped while it was being checked; nothing was changed")


def current(connection: Connection, variant: str) -> dict[str, Any] | None:
    """The run that is being served, or None before the first publish."""
    return fetch_one(connection, _CURRENT, [variant])


def publish(connection: Connection, run: Mapping[str, Any], reason: str = "", actor: str = _US) -> Published:
    """Make a checked run current: its rows are attached, then one transaction flips the pointer.

    A repeat with an equal checksum is dropped, a run that was published before stays what it is (`unchanged`), unless
    another list of the same as_of was published in its place since: then the repeat is served. A list for an older
    as_of than the one being served is kept for the record but not served (`kept_newer`). With the champion's pointer
    goes that of a canary whose rollout is over: its readers get the new champion's lists in the same moment. Raises
    CheckFailedError for a run that has not passed its gate.
    """
    if run["state"] in DONE:
        return Published(run[c.RUN_ID], "unchanged")
    if run["state"] != "passed":
        raise CheckFailedError(f"run {run[c.RUN_ID]} is {run['state']}, not passed; only checked lists are published")
    run_id, variant = run[c.RUN_ID], run["variant"]
    with transaction(connection):
        twin = fetch_one(connection, _TWIN, [run["as_of"], variant, run["checksum"]])
        if twin is not None and not _was_replaced(connection, twin[c.RUN_ID], run):
            _drop(connection, run_id)
            return Published(twin[c.RUN_ID], "unchanged")
        # In a transaction before the flip: a query planned without the partition must not see the pointer to it.
        _attach(connection, run_id)
    with transaction(connection):
        _lock_pointer(connection)
        newest_attempt(connection, run["as_of"], variant, "passed")
        served = current(connection, variant)
        if served is not None and served["as_of"] > run["as_of"]:
            set_state(connection, run_id, "superseded")
            return Published(run_id, "kept_newer")
        _flip(connection, variant, run_id, "publish", (actor, reason))
        if variant == "champion":
            execute(connection, query("lists/run_retire_canary"))
        return Published(run_id, "published")


def earlier(connection: Connection, variant: str, to_run: int | None = None) -> int:
    """The run that a rollback would serve. Raises NothingPublishedError where there is no such list any more."""
    target = fetch_one(connection, query("lists/run_to_roll_back_to"), {"variant": variant, "to_run": to_run})
    if target is None:
        wanted = "no earlier list" if to_run is None else f"no published run {to_run}"
        raise NothingPublishedError(f"{wanted} of {variant} is kept to roll back to")
    return int(target[c.RUN_ID])


def roll_back_to(connection: Connection, variant: str, run_id: int, actor: str, reason: str) -> Published:
    """Flip the pointer back to a run that `earlier` found, in the caller's transaction."""
    _lock_pointer(connection)
    served = current(connection, variant)
    _flip(connection, variant, earlier(connection, variant, run_id), "rollback", (actor, reason))
    before, after = {c.RUN_ID: served[c.RUN_ID] if served else None}, {c.RUN_ID: run_id}
    audit.record(connection, "lists rollback", f"lists:{variant}", actor, reason or "by hand", before, after)
    return Published(run_id, "rolled_back")


def rollback(connection: Connection, variant: str, to_run: int | None = None, reason: str = "") -> Published:
    """Serve an earlier list again until the next publish: `to_run`, else the one served before the current one.

    Raises NothingPublishedError where there is no such list any more.
    """
    with transaction(connection):
        return roll_back_to(connection, variant, earlier(connection, variant, to_run), _US, reason)


def drop_old_runs(connection: Connection, variant: str, keep: int, *, archived_only: bool = False) -> int:
    """Drop the rows of lists that no one can be served any more; how many. Call it under `locks.exclusive`.

    Kept are the list being served, the newest `keep` that were published, and attempts not older than the served one;
    with `archived_only` also lists that were published and are not in the archive yet.
    A table that a long query holds is left for the next time: readers must not queue behind it.
    """
    values = {"variant": variant, "keep": keep, "archived_only": archived_only}
    rows = fetch_all(connection, query("lists/run_tables_to_drop"), values)
    return sum(_drop_if_free(connection, row) for row in rows)


def drop_unserved(connection: Connection, variant: str) -> int:
    """Drop the rows of all runs but the newest of a variant that is never served; how many."""
    return sum(
        _drop_if_free(connection, row)
        for row in fetch_all(connection, query("lists/run_tables_unserved"), {"variant": variant})
    )


def _drop_if_free(connection: Connection, row: Mapping[str, Any]) -> bool:
    try:
        with transaction(connection):
            execute(connection, "set local lock_timeout = '300ms'")
            _drop_rows(connection, row[c.RUN_ID])
            if row["state"] not in (*DONE, "failed"):
                execute(connection, "update rec_run set state = 'dropped' where run_id = %s", [row[c.RUN_ID]])
    except LockNotAvailable:
        return False
    return True


#: For the index and the checksum of millions of rows; little is taken where there are few.
_ROOM_TO_SORT = "set local work_mem = '256MB'; set local maintenance_work_mem = '512MB'"
_BEGIN = """insert into rec_run (as_of, variant, attempt, model_version, snapshot_hash, details)
select %(as_of)s, %(variant)s, coalesce(max(attempt), 0) + 1, %(model_version)s, %(snapshot_hash)s, %(details)s::jsonb
from rec_run where as_of = %(as_of)s and variant = %(variant)s
returning run_id"""
_UNFINISHED = (
    "select run_id from rec_run where as_of = %s and variant = %s and state in ('building', 'built', 'passed')"
)
#: Of `run_figures`: sums of two hashes of every row.
_SUMS = ("lists_1", "lists_2", "fallbacks_1", "fallbacks_2")
_FINISH = """update rec_run set state = 'built', checksum = %(checksum)s, built_at = clock_timestamp(),
n_readers = %(n_readers)s, n_rows = %(n_rows)s where run_id = %(run_id)s"""
_NEWEST = """select * from rec_run where as_of = %s and variant = %s and state <> 'dropped'
order by attempt desc limit 1"""
_SET_STATE = """update rec_run set state = %s, gate = coalesce(%s::jsonb, gate)
where run_id = %s and state not in ('published', 'superseded', 'dropped')"""
_CURRENT = "select run.* from published_run join rec_run run using (run_id) where published_run.variant = %s"
_TWIN = """select run_id from rec_run where as_of = %s and variant = %s and checksum = %s
and state in ('published', 'superseded') order by attempt desc limit 1"""
_LAST_FLIP = """select run_id, action, as_of from publication join rec_run using (run_id, variant)
where variant = %s order by publication_id desc limit 1"""
_ATTACHED = "select 1 from pg_inherits where inhrelid = to_regclass(%s)"


def _was_replaced(connection: Connection, twin_id: int, run: Mapping[str, Any]) -> bool:
    """Whether the pointer last went to another list of a run's as_of; one that was rolled back is not replaced."""
    last = fetch_one(connection, _LAST_FLIP, [run["variant"]])
    return (
        last is not None and last["action"] == "publish" and last["as_of"] == run["as_of"] and last[c.RUN_ID] != twin_id
    )


def _lock_pointer(connection: Connection) -> None:
    execute(connection, "lock table published_run in share row exclusive mode")


def _attach(connection: Connection, run_id: int) -> None:
    if fetch_one(connection, _ATTACHED, [table_of(run_id)]) is not None:
        return
    statement = sql.SQL("alter table recommendation attach partition {} for values in ({})")
    execute(connection, statement.format(sql.Identifier(table_of(run_id)), sql.Literal(run_id)))


def _flip(connection: Connection, variant: str, run_id: int, action: str, why: tuple[str, str]) -> None:
    actor, reason = why
    values = {"variant": variant, c.RUN_ID: run_id, "action": action, "actor": actor, "reason": reason}
    execute(connection, query("lists/run_flip"), values)


def _drop_rows(connection: Connection, run_id: int) -> None:
    execute(connection, sql.SQL("drop table if exists {}").format(sql.Identifier(table_of(run_id))))
    execute(connection, "delete from fallback_list where run_id = %s", [run_id])


def _drop(connection: Connection, run_id: int) -> None:
    _drop_rows(connection, run_id)
    set_state(connection, run_id, "dropped")
