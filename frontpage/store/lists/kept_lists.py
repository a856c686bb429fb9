"""Lists that a run keeps from an earlier one: which run that is, what is in it, and the copy inside the database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

import pyarrow as pa
from psycopg2 import sql

from frontpage.core import columns as c
from frontpage.store.connect import Connection, execute, fetch_one, transaction
from frontpage.store.copying.copy_arrow import copy_table
from frontpage.store.copying.copy_out import copy_out_table
from frontpage.store.lists import run_blocks
from frontpage.store.lists.runs import table_of
from frontpage.store.queries import query

#: Key of `rec_run.details`: what a run's lists hang on besides the data.
MAKER = "maker"
_COLUMNS = (c.READER_KEY, c.RANK, c.ARTICLE_ID, c.MADE_US)


@dataclass(frozen=True, slots=True)
class Base:
    """A run whose lists may be kept."""

    run_id: int
    as_of: datetime


def base_of(connection: Connection, as_of: datetime, variant: str, maker: str | None) -> Base | None:
    """The run served last before `as_of`, if `maker` made its lists, too; else, and for no maker, None.

    A run that was rolled back, or never served, does not count. A moment that was served keeps from where it kept.
    """
    if maker is None:
        return None
    row = fetch_one(connection, query("lists/kept_base"), {"variant": variant, "as_of": as_of, "maker": maker})
    if row is None or row["details"].get(MAKER) != maker:
        return None
    return Base(row[c.RUN_ID], row["as_of"])


def lists_of(connection: Connection, run_id: int) -> pa.Table:
    """reader_key, rank, article_id (a dictionary) and made_us (microseconds since 1970) of every row, in no order."""
    names = {"table": sql.Identifier(table_of(run_id)), "run_id": sql.Literal(run_id)}
    statement = sql.SQL(query("lists/kept_lists")).format(**names)
    return copy_out_table(connection, statement, {}, _COLUMNS, repeated=(c.ARTICLE_ID,))


def keep(connection: Connection, run_id: int, base: Base | None, reader_keys: Iterable[int], block: int) -> int:
    """Copy the lists of some readers from `base` (none: nothing) into a run, as one of its blocks; the row count."""
    if base is None:
        run_blocks.note(connection, run_id, block, 0)
        return 0
    with transaction(connection):
        execute(connection, "create temp table kept_reader (reader_key bigint not null) on commit drop")
        copy_table(connection, "kept_reader", pa.table({c.READER_KEY: pa.array(reader_keys, pa.int64())}))
        execute(connection, "analyze kept_reader")
        names = {"target": sql.Identifier(table_of(run_id)), "base": sql.Identifier(table_of(base.run_id))}
        n_rows = execute(
            connection, sql.SQL(query("lists/kept_copy")).format(**names, base_run=sql.Literal(base.run_id))
        )
        run_blocks.note(connection, run_id, block, n_rows)
    return n_rows
