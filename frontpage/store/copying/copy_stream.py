"""COPY of a query's rows out of PostgreSQL, batch by batch: millions of rows are never in memory at once."""

import io
import os
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pyarrow as pa
from psycopg2 import sql
from pyarrow import csv

from frontpage.store.connect import Connection

_BLOCK_BYTES = 8 << 20


@contextmanager
def batches(connection: Connection, statement: sql.Composed, schema: pa.Schema) -> Iterator[Iterator[pa.RecordBatch]]:
    """The rows of a query without parameters, whose columns are those of `schema` in order."""
    read_end, write_end = os.pipe()
    text = statement.as_string(connection)
    with ThreadPoolExecutor(1) as sender:
        sent = sender.submit(_send, connection, text, write_end)
        with io.BufferedReader(io.FileIO(read_end), _BLOCK_BYTES) as rows:
            try:
                yield _parsed(rows, schema)
            finally:
                while not rows.closed and rows.read(_BLOCK_BYTES):
                    pass
        sent.result()


def _send(connection: Connection, text: str, write_end: int) -> None:
    with os.fdopen(write_end, "wb") as rows, connection.cursor() as cursor:
        cursor.copy_expert(f"copy ({text}) to stdout with (format csv)", rows)


def _parsed(rows: Any, schema: pa.Schema) -> Iterator[pa.RecordBatch]:
    if not rows.peek(1):
        return
    options = csv.ConvertOptions(
        column_types=schema, null_values=[""], true_values=["t"], false_values=["f"], strings_can_be_null=True,
        quoted_strings_can_be_null=False,
    )  # fmt: skip
    yield from csv.open_csv(
        pa.PythonFile(rows, mode="r"),
        csv.ReadOptions(column_names=schema.names, block_size=_BLOCK_BYTES),
        csv.ParseOptions(newlines_in_values=True),
        options,
    )
