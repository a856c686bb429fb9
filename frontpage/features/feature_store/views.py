"""State rows as they are stored: what differs from what counts, and the marks that tell.

Their shape is `frontpage.core.schema.states`: one truth for the tables, the Parquet files and the Feast views.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from frontpage.core import columns as c
from frontpage.core.schema.fields import Field, Layer, Shape, Type
from frontpage.core.schema.states import ARTICLE_AUDIENCE_STATE, ARTICLE_STATE, READER_STATE, STATES, TOTAL_STATE
from frontpage.features.grouping import Ints
from frontpage.store.copying.column_types import arrow_schema

Hashes = npt.NDArray[np.uint64]
#: Fingerprint of the empty row.
GONE: Final = 0
_ROW, _BEFORE = "row", "_before"
#: As a datetime64 this number is "not a time".
_NAT: Final = int(np.iinfo(np.int64).min)
_HASH_OF_NULL: Final = np.uint64(np.iinfo(np.uint64).max)
_LISTS: Final = (list, tuple, np.ndarray)

#: One kind of state: its table in PostgreSQL, its file `<name>.parquet`, its view in Feast.
View = Shape
ARTICLES: Final = ARTICLE_STATE
ARTICLE_AUDIENCES: Final = ARTICLE_AUDIENCE_STATE
TOTALS: Final = TOTAL_STATE
READERS: Final = READER_STATE
VIEWS: Final = STATES


def names_of(view: View) -> list[str]:
    """Keys, then the other columns, without time and fingerprint."""
    return list(view.names(Layer.FEATURE))


def columns_of(view: View) -> tuple[Field, ...]:
    """The columns that are no keys, without time and fingerprint."""
    return view.columns(Layer.FEATURE)


def with_fingerprints(view: View, rows: pa.Table) -> pa.Table:
    """Rows as they are stored: columns in the view's order, fingerprints last."""
    ordered = rows.select(names_of(view))
    return ordered.append_column(c.FINGERPRINT, pa.array(fingerprints(view, ordered)))


def restored(view: View, rows: pd.DataFrame) -> pd.DataFrame:
    """Stored rows with one type for each column, whatever store they come from; nulls become an empty row's values."""
    frame = rows[list(view.keys)].copy()
    for field in columns_of(view):
        frame[field.name] = _restored(rows[field.name], field)
    return frame


def stamped(rows: pa.Table, as_of: datetime) -> pa.Table:
    """Stored rows with their `event_timestamp`, columns in the order of the table in PostgreSQL."""
    moment = pa.scalar(as_of, pa.timestamp("us", "UTC"))
    return rows.append_column(c.EVENT_TIMESTAMP, pa.repeat(moment, len(rows)))


def schema(view: View) -> pa.Schema:
    """Keys, columns and fingerprint with their types."""
    return arrow_schema((*view.at(Layer.FEATURE), view[c.FINGERPRINT]))


def empty_rows(view: View, keys: pa.Table) -> pa.Table:
    """The rows of entities that left the history."""
    of_view, n = schema(view), len(keys)
    empty = {field.name: pa.array([_empty(field)] * n, of_view.field(field.name).type) for field in columns_of(view)}
    columns = {name: keys[name] for name in view.keys} | empty | {c.FINGERPRINT: np.full(n, GONE)}
    return pa.table(columns, of_view)


def changed(view: View, before: pa.Table, now: pa.Table) -> pa.Table:
    """Rows of `now` that are new or differ from `before` (keys and fingerprint), and empty rows for who is gone.

    The rows of `now` in their order, then who is gone, by key.
    """
    keys = list(view.keys)
    numbered = now.select([*keys, c.FINGERPRINT]).append_column(_ROW, pa.array(np.arange(len(now))))
    both = numbered.join(before, keys, join_type="full outer", right_suffix=_BEFORE)
    is_same = pc.fill_null(pc.equal(both[c.FINGERPRINT], both[c.FINGERPRINT + _BEFORE]), False)
    differing = both[_ROW].filter(pc.invert(is_same)).drop_null()
    gone = both.filter(pc.and_(pc.is_null(both[_ROW]), pc.not_equal(both[c.FINGERPRINT + _BEFORE], GONE)))
    ordered = gone.select(keys).sort_by([(key, "ascending") for key in keys])
    return pa.concat_tables([now.take(np.sort(differing.to_numpy())), empty_rows(view, ordered)])


def fingerprints(view: View, rows: pa.Table) -> Ints:
    """A 63-bit hash of each row's columns (not its keys), the same in every process; never GONE.

    A collision (chance about 1e-19 a row) would leave a change unwritten until the entity changes again.
    """
    total = np.full(len(rows), 0x9E3779B97F4A7C15, dtype=np.uint64)
    for field in columns_of(view):
        total = total * np.uint64(0x100000001B3) + _hash_column(rows[field.name].combine_chunks())
    return np.maximum((total >> np.uint64(1)).astype(np.int64), 1)


def _hash_column(column: pa.Array) -> Hashes:
    """A value's hash must not depend on the other rows: so nulls may not change the column's type."""
    if pa.types.is_list(column.type):
        return _hash_lists(column)
    if pa.types.is_string(column.type):
        return _hash_texts(column)
    absent = _NAT if pa.types.is_integer(column.type) else np.nan
    return _hash(pc.fill_null(column, pa.scalar(absent, column.type)).to_numpy())


def _hash(values: npt.NDArray[Any]) -> Hashes:
    return np.asarray(pd.util.hash_array(values, categorize=False))


def _hash_texts(column: pa.Array) -> Hashes:
    """Only distinct texts are hashed; a null is no text."""
    encoded = column.dictionary_encode()
    of_text = np.append(_hash(encoded.dictionary.to_numpy(zero_copy_only=False)), _HASH_OF_NULL)
    return np.asarray(of_text[pc.fill_null(encoded.indices, len(encoded.dictionary)).to_numpy()])


def _hash_lists(column: pa.ListArray) -> Hashes:
    """Order matters: each member's hash is multiplied by an odd number of its place. Sums wrap modulo 2^64."""
    counts = pc.list_value_length(column).to_numpy().astype(np.int64)
    ends = np.cumsum(counts)
    flat = column.flatten()
    places = np.arange(len(flat)) - np.repeat(ends - counts, counts)
    hashed = _hash_column(flat) * (2 * places + 1).astype(np.uint64)
    sums = np.concatenate([np.zeros(1, dtype=np.uint64), np.cumsum(hashed, dtype=np.uint64)])
    return np.asarray(sums[ends] - sums[ends - counts] + counts.astype(np.uint64))


def _empty(field: Field) -> Any:
    """What a column holds of an entity without reads and facts."""
    if field.type in (Type.TEXTS, Type.NUMBERS):
        return () if field.names or field.beside else (0.0,) * field.length
    if Layer.FEATURE not in field.required:
        return None
    return 0 if field.type is Type.INTEGER else 0.0


def _restored(column: "pd.Series[Any]", field: Field) -> "pd.Series[Any]":
    is_given = Layer.FEATURE in field.required
    if field.type is Type.TEXT:
        return column.astype(object).where(column.notna(), None)
    if field.type is Type.NUMBER:
        return column.astype(np.float64).fillna(0.0) if is_given else column.astype(np.float64)
    if field.type is not Type.INTEGER:
        return pd.Series(_tuples(column, _empty(field)), index=column.index, dtype=object)
    if is_given:
        return column.astype(np.float64).fillna(0.0).astype(np.int64)
    return pd.Series(pd.array(column.tolist(), dtype="Int64"), index=column.index)


def _tuples(column: "pd.Series[Any]", empty: Sequence[Any]) -> list[tuple[Any, ...]]:
    values: list[Any] = column.tolist()
    return [tuple(value) if isinstance(value, _LISTS) and len(value) else tuple(empty) for value in values]
