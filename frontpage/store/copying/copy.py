"""Bulk rows in and out with COPY."""

import io
from collections.abc import Iterable, Sequence
from typing import Any

import pandas as pd
from psycopg2 import sql

from frontpage.core.tracing.parts import part
from frontpage.store.connect import Connection


def copy_rows(connection: Connection, table: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> int:
    """COPY plain values (text, numbers, None, ISO times, JSON text, array literals) into `table`; the row count.

    `table` may be `schema.table`. Text is written as it is: quotes, newlines and backslashes survive; NUL cannot be
    stored by PostgreSQL and is dropped.
    """
    buffer = io.StringIO()
    n_rows = 0
    for row in rows:
        buffer.write("\t".join(_escape(value) for value in row))
        buffer.write("\n")
        n_rows += 1
    buffer.seek(0)
    statement = sql.SQL("copy {} ({}) from stdin").format(
        sql.Identifier(*table.split(".")), sql.SQL(", ").join(map(sql.Identifier, columns))
    )
    with connection.cursor() as cursor, part(f"copy into {table}"):
        cursor.copy_expert(statement.as_string(connection), buffer)
    return n_rows


def copy_frame(connection: Connection, table: str, frame: pd.DataFrame) -> int:
    """COPY a frame whose column names are the table's; missing values become null, lists become arrays."""
    columns = [_plain(frame[name]) for name in frame.columns]
    return copy_rows(connection, table, list(frame.columns), zip(*columns, strict=True))


def array_literal(values: Iterable[Any]) -> str:
    """PostgreSQL array text, e.g. `{"a","b"}` or `{1.0,2.5}`."""
    return "{" + ",".join(_element(value) for value in values) + "}"


def _element(value: Any) -> str:
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"').replace("\x00", "") + '"'
    return "NULL" if value is None else repr(float(value)) if not isinstance(value, int) else str(value)


def _plain(column: "pd.Series[Any]") -> list[Any]:
    values = column.astype(object).where(column.notna(), None).tolist()
    return [
        array_literal(value) if isinstance(value, (list, tuple)) or hasattr(value, "tolist") else value
        for value in values
    ]


def _escape(value: Any) -> str:
    if value is None:
        return "\\N"
    if isinstance(value, str):
        return (
            value.replace("\\", "\\\\")
            .replace("\t", "\\t")
            .replace("\n", "\\n")
            .replace("\r", "\\r")
            .replace("\x00", "")
        )
    if isinstance(value, bool):
        return "t" if value else "f"
    return str(value)
