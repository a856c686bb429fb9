"""The account of a run that many workers build in blocks: each block is there once and whole, or not at all.

It is a table beside the run's own, `run_block_N`, and goes when the run is built. A worker notes a block and writes its
rows in one transaction, so a block that is tried again, or by two workers at once, is written by the first to commit.
"""

import pyarrow as pa
from psycopg2 import sql

from frontpage.core.errors import CheckFailedError
from frontpage.store.connect import Connection, execute, fetch_all, fetch_one, transaction
from frontpage.store.lists import runs
from frontpage.store.queries import query

_COMMENT = "[block] a block of readers whose lists are in the run; only while the run is being built"


def open_account(connection: Connection, run_id: int) -> None:
    """An empty account for a new run; those that killed processes left behind go. Call it after `runs.begin_run`."""
    with transaction(connection):
        for row in fetch_all(connection, query("lists/run_block_leftovers")):
            execute(connection, sql.SQL("drop table if exists {}").format(sql.Identifier(row["name"])))
        execute(connection, _of(run_id, "create table {} (block int primary key, n_rows int not null)"))
        execute(connection, sql.SQL("comment on table {} is %s").format(_table(run_id)), [_COMMENT])


def write_block(connection: Connection, run_id: int, block: int, rows: pa.Table) -> bool:
    """Write a block's lists (see `runs.write_lists`), unless it is there already; whether it was written.

    While another worker is writing the same block this waits for it.
    """
    with transaction(connection):
        noted = _of(run_id, "insert into {} (block, n_rows) values (%s, %s) on conflict do nothing")
        if not execute(connection, noted, [block, len(rows)]):
            return False
        runs.write_lists(connection, run_id, rows)
    return True


def note(connection: Connection, run_id: int, block: int, n_rows: int) -> None:
    """Note a block that only the driver writes, once, in the transaction of its rows."""
    execute(connection, _of(run_id, "insert into {} (block, n_rows) values (%s, %s)"), [block, n_rows])


def n_written(connection: Connection, run_id: int) -> int:
    """How many blocks are there so far."""
    row = fetch_one(connection, _of(run_id, "select count(*) as n from {}"))
    return int((row or {})["n"])


def close_account(connection: Connection, run_id: int, n_blocks: int) -> int:
    """Rows of the run, once all of its blocks are there; the account goes.

    Raises CheckFailedError where a block is missing or the rows are not those of the account.
    """
    noted = fetch_one(connection, _of(run_id, "select count(*) as blocks, coalesce(sum(n_rows), 0) as n from {}")) or {}
    rows = sql.SQL("select count(*) as n from {}").format(sql.Identifier(runs.table_of(run_id)))
    n_rows = int((fetch_one(connection, rows) or {})["n"])
    if noted["blocks"] != n_blocks or noted["n"] != n_rows:
        raise CheckFailedError(
            f"run {run_id} has {noted['blocks']} of {n_blocks} blocks and {n_rows} of {noted['n']} rows; score again"
        )
    execute(connection, _of(run_id, "drop table {}"))
    return n_rows


def _of(run_id: int, statement: str) -> sql.Composed:
    return sql.SQL(statement).format(_table(run_id))


def _table(run_id: int) -> sql.Identifier:
    return sql.Identifier(f"run_block_{int(run_id)}")
