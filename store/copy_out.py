"""Rows of a query as Arrow columns: COPY sends while Arrow parses, so neither waits, and no text is kept as a whole."""

import os
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from io import BufferedReader
from typing import Any

import pandas as pd
import pyarrow as pa
from pyarrow import csv

from core import columns as c
from store.connect import Connection

__all__ = ["NEWEST", "copy_out", "copy_out_table"]

#: Of a row of history: whether it is the newest of its key.
NEWEST = "newest"
_TIMES = (c.PUBLISHED_AT, c.FIRST_SEEN_AT, c.RECORDED_AT, c.OCCURRED_AT, c.SIGNED_UP_AT)
#: Columns that are not text.
_TYPES: dict[str, pa.DataType] = {
    **dict.fromkeys(_TIMES, pa.timestamp("us", "UTC")),
    c.READER_KEY: pa.int64(),
    c.DWELL_SECONDS: pa.float64(),
    **dict.fromkeys((c.FINGERPRINT, c.LAST_READ_US, c.N_READS, c.MADE_US), pa.int64()),
    c.RANK: pa.int16(),
    c.MEDIAN_DWELL_SECONDS: pa.float64(),
    NEWEST: pa.bool_(),
}
_BLOCK_BYTES = 16 << 20


def copy_out(
    connection: Connection, statement: Any, parameters: Mapping[str, Any], columns: Sequence[str]
) -> pd.DataFrame:
    """The rows of a query, whose columns are `columns` in order, as a frame; null text is None."""
    return copy_out_table(connection, statement, parameters, columns).to_pandas()


def copy_out_table(
    connection: Connection, statement: Any, parameters: Mapping[str, Any], columns: Sequence[str]
) -> pa.Table:
    """The rows of a query, whose columns are `columns` in order."""
    with connection.cursor() as cursor:
        bound = cursor.mogrify(statement, parameters)  # COPY takes no parameters: they are bound here
    receiving, sending = os.pipe()
    with ThreadPoolExecutor(max_workers=1) as sender, os.fdopen(receiving, "rb") as lines:
        sent = sender.submit(_send, connection, b"copy (" + bound + b") to stdout with (format csv)", sending)
        table = _parsed(lines, {column: _TYPES.get(column, pa.string()) for column in columns})
    sent.result()
    return table


def _send(connection: Connection, command: bytes, sending: int) -> None:
    with os.fdopen(sending, "wb") as file, connection.cursor() as cursor:
        cursor.copy_expert(command, file)


def _parsed(lines: BufferedReader, types: Mapping[str, pa.DataType]) -> pa.Table:
    if not lines.peek(1):
        return pa.table({name: pa.array([], kind) for name, kind in types.items()})
    reader = csv.open_csv(
        lines,
        csv.ReadOptions(column_names=list(types), block_size=_BLOCK_BYTES),
        csv.ParseOptions(newlines_in_values=True),
        csv.ConvertOptions(
            column_types=types,
            null_values=[""],
            true_values=["t"],
            false_values=["f"],
            strings_can_be_null=True,
            quoted_strings_can_be_null=False,
        ),
    )
    return reader.read_all()
