"""Staging of extracts: each has a schema of its own, into which workers COPY blocks of rows, retried or not."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Final

from psycopg2 import sql

from frontpage.core import columns as c
from frontpage.core.schema.canonical import SHAPE_OF, Kind
from frontpage.core.schema.fields import Field, Layer
from frontpage.core.schema.origin import STAGING_KEY
from frontpage.store.connect import Connection, execute, fetch_all, fetch_one, transaction
from frontpage.store.copying.column_types import postgres_type
from frontpage.store.copying.copy_arrow import copy_records
from frontpage.store.queries import query

#: One row by column name.
Row = Mapping[str, Any]
_TABLES: Final = {
    Kind.ARTICLES: "stage_article",
    Kind.READERS: "stage_reader",
    Kind.READS: "stage_read",
    Kind.IMPRESSIONS: "stage_impression",
}
_QUARANTINE: Final = "stage_quarantine"


def stage_fields(kind: Kind) -> tuple[Field, ...]:
    """The columns of the staging table of a kind."""
    return (*STAGING_KEY, *SHAPE_OF[kind].at(Layer.STAGED))


@dataclass(frozen=True, slots=True)
class BlockAccount:
    """What one block was: where it stood, how many of its rows are due, how many wait for a later as_of and until when.

    keyed: rows are named by their key and not by their number; timed: the source says when it learned of them.
    n_left_out: rows that do not concern us, by the source's mapping.
    """

    file: str
    first_row: int
    n_rows: int
    start_byte: int
    end_byte: int
    rows_in: int
    n_deferred: int
    next_at: datetime | None
    keyed: bool
    timed: bool
    n_left_out: int
    seconds: dict[str, float]


def create(connection: Connection, extract_id: int) -> None:
    """Empty staging tables of an extract, which unqualified names then mean on this connection."""
    execute(connection, sql.SQL("create schema {}").format(_schema(extract_id)))
    use_staging(connection, extract_id)
    execute(connection, query("extract/stage_tables"))
    for kind, table in _TABLES.items():
        execute(connection, _create_table(table, stage_fields(kind)))


def drop(connection: Connection, extract_id: int) -> None:
    """Take an extract's staging tables away; nothing where they are gone already."""
    execute(connection, sql.SQL("drop schema if exists {} cascade").format(_schema(extract_id)))


def use_staging(connection: Connection, extract_id: int) -> None:
    """Let unqualified names mean the extract's own tables first."""
    execute(connection, sql.SQL("set search_path = {}, public").format(_schema(extract_id)))


def prepare_worker(connection: Connection, extract_id: int) -> None:
    """Make a worker's connection stage into the extract's tables; a lost commit only costs doing the part again."""
    use_staging(connection, extract_id)
    execute(connection, "set synchronous_commit = off")


def open_attempt(connection: Connection, part_id: str) -> int:
    """The number of a new attempt at a part; only the attempt that finishes first counts."""
    row = fetch_one(connection, "insert into stage_attempt (part_id) values (%s) returning attempt", [part_id])
    return int((row or {})["attempt"])


def stage_block(
    connection: Connection, attempt: int, kind: Kind, account: BlockAccount, rows: Sequence[Row],
    rejected: Sequence[Row],
) -> None:  # fmt: skip
    """COPY one block in one transaction. `rows` and `rejected` come without their block's number."""
    with transaction(connection):
        columns = {**asdict(account), "seconds": json.dumps(account.seconds), "attempt": attempt}
        insert = sql.SQL("insert into stage_block ({}) values ({}) returning block").format(
            sql.SQL(", ").join(map(sql.Identifier, columns)), sql.SQL(", ").join(map(sql.Placeholder, columns))
        )
        block = (fetch_one(connection, insert, columns) or {})[c.BLOCK]
        for table, staged in ((_TABLES[kind], rows), (_QUARANTINE, rejected)):
            copy_records(connection, table, staged, {c.BLOCK: block})


def finish_attempt(connection: Connection, attempt: int, part_id: str, state: Mapping[str, Any]) -> None:
    """Make this attempt the one that counts, unless another one of the same part was faster."""
    execute(
        connection,
        "insert into stage_part (part_id, attempt, state) values (%s, %s, %s) on conflict do nothing",
        [part_id, attempt, json.dumps(dict(state))],
    )


def drop_lost_attempts(connection: Connection) -> None:
    """Take out the rows of attempts that were repeated or never finished; first part of the merge's transaction."""
    execute(connection, "set local work_mem = '64MB'")
    lost = execute(connection, "delete from stage_block where attempt not in (select attempt from stage_part)")
    lost_rows = sql.SQL("delete from {} where block not in (select block from stage_block)")
    for table in (*_TABLES.values(), _QUARANTINE):
        if lost:
            execute(connection, lost_rows.format(sql.Identifier(table)))
        execute(connection, sql.SQL("analyze {}").format(sql.Identifier(table)))
    execute(connection, "analyze stage_block")


def finished_parts(connection: Connection) -> dict[str, dict[str, Any]]:
    """What each finished part left as its state, by part_id."""
    return {row["part_id"]: row["state"] for row in fetch_all(connection, "select part_id, state from stage_part")}


def staged_blocks(connection: Connection) -> list[dict[str, Any]]:
    """The accounts of the blocks that count."""
    return fetch_all(connection, "select * from stage_block order by file, first_row")


def _create_table(table: str, fields: Sequence[Field]) -> sql.Composed:
    columns = (
        sql.SQL("{} {}").format(sql.Identifier(field.name), sql.SQL(postgres_type(field)))  # our own type names
        for field in fields
    )
    return sql.SQL("create unlogged table {} ({})").format(sql.Identifier(table), sql.SQL(", ").join(columns))


def _schema(extract_id: int) -> sql.Identifier:
    return sql.Identifier(f"extract_{extract_id}")
