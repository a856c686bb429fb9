"""COPY of a query's rows out of PostgreSQL as whole columns: parsed while they are sent, never held as text."""

import io
import os
from collections.abc import Container, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
from pyarrow import csv

from frontpage.core import columns as c
from frontpage.core.schema.fields import Type, types_of
from frontpage.core.schema.shapes import SHAPES
from frontpage.core.tracing.parts import statement as watched
from frontpage.store.connect import Connection, text_of
from frontpage.store.copying.column_types import arrow_type

#: Name of a column that tells the newest of several versions.
NEWEST = "newest"
#: Name of a column that numbers rows.
PLACE = "place"
#: Columns that are no text, wherever they are asked for: a name has one type. Lists are sent as text.
_TYPES: dict[str, pa.DataType] = {
    **{
        name: arrow_type(field)
        for name, field in types_of(SHAPES).items()
        if field.type in (Type.TIME, Type.INTEGER, Type.NUMBER, Type.BOOLEAN)
    },
    c.MADE_US: pa.int64(),
    NEWEST: pa.bool_(),
    PLACE: pa.int64(),
    "is_pinned": pa.bool_(),
}
#: Text of millions of rows is that of far fewer: each is kept once.
_REPEATED_TEXT = pa.dictionary(pa.int32(), pa.string())
_BLOCK_BYTES = 8 << 20


def copy_out(
    connection: Connection, statement: Any, parameters: Mapping[str, Any], columns: Sequence[str]
) -> pd.DataFrame:
    """The rows of a query, whose columns are `columns` in order, as a frame; null text is None."""
    table = _sent(connection, statement, parameters, {name: _TYPES.get(name, _REPEATED_TEXT) for name in columns})
    return pd.DataFrame({name: _values(table[name]) for name in columns}, copy=False)


def copy_out_table(
    connection: Connection,
    statement: Any,
    parameters: Mapping[str, Any],
    columns: Sequence[str],
    repeated: Container[str] = (),
) -> pa.Table:
    """The rows of a query, whose columns are `columns` in order; `repeated` ones hold text as a dictionary."""
    plain = {name: _REPEATED_TEXT if name in repeated else pa.string() for name in columns}
    return _sent(connection, statement, parameters, {name: _TYPES.get(name, plain[name]) for name in columns})


def _sent(
    connection: Connection, statement: Any, parameters: Mapping[str, Any], types: Mapping[str, pa.DataType]
) -> pa.Table:
    with connection.cursor() as cursor, ThreadPoolExecutor(1) as parser, watched(lambda: text_of(statement)):
        bound = cursor.mogrify(statement, parameters)  # COPY takes no parameters: they are bound here
        read_end, write_end = os.pipe()
        parsed = parser.submit(_parsed, read_end, types)
        with os.fdopen(write_end, "wb") as rows:
            cursor.copy_expert(b"copy (" + bound + b") to stdout with (format csv)", rows)
        return parsed.result()


def _parsed(read_end: int, types: Mapping[str, pa.DataType]) -> pa.Table:
    """What comes out of a pipe until its end; it is read to there even if it cannot be parsed, for whoever writes."""
    with io.BufferedReader(io.FileIO(read_end), _BLOCK_BYTES) as rows:
        if not rows.peek(1):
            return pa.table({name: pa.array([], kind) for name, kind in types.items()})
        try:
            return csv.read_csv(
                pa.PythonFile(rows, mode="r"),
                csv.ReadOptions(column_names=list(types), block_size=_BLOCK_BYTES),
                csv.ParseOptions(newlines_in_values=True),
                csv.ConvertOptions(
                    column_types=dict(types),
                    null_values=[""],
                    true_values=["t"],
                    false_values=["f"],
                    strings_can_be_null=True,
                    quoted_strings_can_be_null=False,
                ),
            )
        finally:
            while not rows.closed and rows.read(_BLOCK_BYTES):
                pass


def _values(column: pa.ChunkedArray) -> Any:
    """Values as pandas has them; of text that is kept once, one object for all places of it."""
    if not pa.types.is_dictionary(column.type):
        return column.to_pandas()
    whole = column.unify_dictionaries().combine_chunks()
    texts = np.array([*whole.dictionary.to_pylist(), None], dtype=object)
    return texts[whole.indices.fill_null(len(texts) - 1).to_numpy(zero_copy_only=False)]
