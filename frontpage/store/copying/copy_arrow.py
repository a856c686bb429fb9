"""COPY of whole columns: an Arrow table is formatted as CSV by Arrow, lists as array literals; no loop over rows.

About ten times as fast as formatting rows one by one where there are array columns.
"""

import io
from collections.abc import Mapping, Sequence
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
from psycopg2 import sql
from pyarrow import csv

from frontpage.core.tracing.parts import part
from frontpage.store.connect import Connection
from frontpage.store.copying.copy import array_literal


def copy_table(connection: Connection, table: str, rows: pa.Table) -> int:
    """COPY `rows`, whose column names are those of `table` (`schema.table`), into it; the row count.

    Columns are text, numbers, booleans, timestamps, or lists of text or numbers without nulls in them.
    """
    buffer = io.BytesIO()
    plain = pa.table({name: _plain(rows[name].combine_chunks()) for name in rows.column_names})
    csv.write_csv(plain, buffer, csv.WriteOptions(include_header=False, quoting_style="needed"))
    buffer.seek(0)
    statement = sql.SQL("copy {} ({}) from stdin with (format csv)").format(
        sql.Identifier(*table.split(".")), sql.SQL(", ").join(map(sql.Identifier, rows.column_names))
    )
    with connection.cursor() as cursor, part(f"copy into {table}"):
        cursor.copy_expert(statement.as_string(connection), buffer)
    return int(rows.num_rows)


def copy_records(connection: Connection, table: str, rows: Sequence[Mapping[str, Any]], same: Mapping[str, Any]) -> int:
    """COPY rows, all with the same column names, into `table`, column by column; the row count.

    Values are text, numbers, booleans, times and tuples of text; None becomes null, and text that PostgreSQL cannot
    hold loses its NULs. All values of a column have one type. `same` are columns that are the same in every row.
    """
    if not rows:
        return 0
    columns = {name: pa.repeat(value, len(rows)) for name, value in same.items()}
    columns |= {name: _column([row[name] for row in rows]) for name in rows[0]}
    return copy_table(connection, table, pa.table(columns))


def _column(values: Sequence[Any]) -> pa.Array:
    if any(isinstance(value, tuple) for value in values):
        values = [None if value is None else array_literal(value) for value in values]
    made = pa.array(values)
    return made.cast(pa.string()) if pa.types.is_null(made.type) else made


def _plain(column: pa.Array) -> pa.Array:
    if not pa.types.is_list(column.type):
        return _without_nul(column) if pa.types.is_string(column.type) else column
    members = pc.cast(column.flatten(), pa.string())
    if pa.types.is_string(column.type.value_type):
        escaped = pc.replace_substring(pc.replace_substring(_without_nul(members), "\\", "\\\\"), '"', '\\"')
        members = pc.binary_join_element_wise('"', escaped, '"', "")
    joined = pc.binary_join(pa.ListArray.from_arrays(column.offsets, members), ",")
    return pc.binary_join_element_wise("{", joined, "}", "")


def _without_nul(column: pa.Array) -> pa.Array:
    return pc.replace_substring(column, "\x00", "")  # PostgreSQL cannot store it
