"""Runs on their way to the archive, and what the database knows of those that are there."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import pyarrow as pa
from psycopg2 import sql

from frontpage.core import columns as c
from frontpage.store.connect import Connection, execute, fetch_all, fetch_one
from frontpage.store.copying.copy_stream import batches
from frontpage.store.lists.runs import table_of
from frontpage.store.queries import query

SCORED_RUN: Final = "scored_run"
#: Key of `rec_run.details` of a run whose rows name the runs that they are put together of.
INTERLEAVES: Final = "interleaves"
LISTS = pa.schema({
    c.READER_KEY: pa.int64(), c.RANK: pa.int16(), c.ARTICLE_ID: pa.string(), c.SCORE: pa.float32(),
    c.CANDIDATE_SOURCE: pa.string(), c.PROPENSITY: pa.float32(), c.IS_WAIVED: pa.bool_(), SCORED_RUN: pa.int64(),
    c.REASONS: pa.string(),
})  # fmt: skip
KEPT = pa.schema({c.READER_KEY: pa.int64(), SCORED_RUN: pa.int64()})

Batches = AbstractContextManager[Iterator[pa.RecordBatch]]


@dataclass(frozen=True, slots=True)
class ArchivedRun:
    """A run in the archive [run]. n_lists: written; n_kept: of the runs in `refers_to`, whose lists still stood."""

    run_id: int
    uri: str
    n_lists: int
    n_kept: int
    n_bytes: int
    refers_to: tuple[int, ...]


def to_do(connection: Connection, as_of: datetime) -> list[dict[str, Any]]:
    """Runs of `as_of` and before that were published and are not archived, oldest first."""
    return fetch_all(connection, query("archive/to_do"), {"as_of": as_of})


def lists_of(connection: Connection, run: Mapping[str, Any]) -> Batches:
    """Rows (LISTS) that a run made: not those that it kept."""
    return batches(connection, _of_run("lists", run), LISTS)


def kept_of(connection: Connection, run: Mapping[str, Any]) -> Batches:
    """Whose lists (KEPT) a run took over."""
    return batches(connection, _of_run("kept", run), KEPT)


def note(connection: Connection, archived: ArchivedRun) -> None:
    """The run's rows may be dropped from now on."""
    values = {name: getattr(archived, name) for name in ("run_id", "uri", "n_lists", "n_kept", "n_bytes")}
    execute(connection, query("archive/note"), {**values, "refers_to": [*archived.refers_to]})


def find(connection: Connection, run_id: int) -> ArchivedRun | None:
    """The archived run, if it is there."""
    row = fetch_one(connection, _FIND, [run_id])
    return None if row is None else ArchivedRun(**{**row, "refers_to": tuple(row["refers_to"])})


def expired(connection: Connection, before: datetime) -> list[dict[str, Any]]:
    """(run_id, uri) of archived runs of before a moment that no younger one refers to."""
    return fetch_all(connection, query("archive/expired"), {"before": before})


def forget(connection: Connection, run_id: int) -> None:
    """The run is not in the archive any more."""
    execute(connection, "delete from archived_run where run_id = %s", [run_id])


def reader_key_of(connection: Connection, reader_id: str) -> int | None:
    """The reader's pseudonym, where they are known."""
    row = fetch_one(connection, "select reader_key from reader where reader_id = %s", [reader_id])
    return None if row is None else int(row[c.READER_KEY])


def why(connection: Connection, reader_id: str, run_id: int, rows: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Archived rows (LISTS) of one reader's list as `lists/why` tells of a stored one, best first."""
    names = {
        "ranks": c.RANK, "article_ids": c.ARTICLE_ID, "scores": c.SCORE, "sources": c.CANDIDATE_SOURCE,
        "propensities": c.PROPENSITY, "waived": c.IS_WAIVED, "scored_runs": SCORED_RUN, "reasons": c.REASONS,
    }  # fmt: skip
    columns = {name: [row[column] for row in rows] for name, column in names.items()}
    return fetch_all(connection, query("archive/why"), {**columns, "reader_id": reader_id, "run_id": run_id})


def _of_run(name: str, run: Mapping[str, Any]) -> sql.Composed:
    is_whole = sql.Literal(INTERLEAVES in (run["details"] or {}))
    return sql.SQL(query(f"archive/{name}")).format(table=sql.Identifier(table_of(run[c.RUN_ID])), is_whole=is_whole)


_FIND = "select run_id, uri, n_lists, n_kept, n_bytes, refers_to from archived_run where run_id = %s"
