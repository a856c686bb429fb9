"""The shape of state rows as they are stored: one truth for the tables, the Parquet files and the Feast views.

Times are stored as microseconds since 1970 (`*_us`): whole numbers survive every store and file alike.
Lists are never null, only empty. An entity that left the history has an empty row: no reads, no facts.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

import numpy as np
import numpy.typing as npt
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from frontpage.core import columns as c
from frontpage.core.params import HALF_LIVES_HOURS
from frontpage.features.grouping import Ints

Hashes = npt.NDArray[np.uint64]
ColumnKind = Literal["text", "integer", "number", "count", "sum", "texts", "numbers", "decayed"]
#: Fingerprint of the empty row.
GONE: Final = 0
_ROW, _BEFORE = "row", "_before"
_ARROW: Final[Mapping[str, pa.DataType]] = {
    "text": pa.string(), "integer": pa.int64(), "number": pa.float64(), "count": pa.int64(), "sum": pa.float64(),
    "texts": pa.list_(pa.string()), "numbers": pa.list_(pa.float64()), "decayed": pa.list_(pa.float64()),
}  # fmt: skip
#: As a datetime64 this number is "not a time".
_NAT: Final = int(np.iinfo(np.int64).min)
_HASH_OF_NULL: Final = np.uint64(np.iinfo(np.uint64).max)
_LISTS: Final = (list, tuple, np.ndarray)
_EMPTY: Final[Mapping[str, Any]] = {
    "text": None, "integer": None, "number": None, "count": 0, "sum": 0.0, "texts": (), "numbers": (),
    "decayed": (0.0,) * len(HALF_LIVES_HOURS),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class View:
    """One kind of state: its name (table `feast.<name>`, file `<name>.parquet`), its keys and its other columns."""

    name: str
    keys: tuple[str, ...]
    columns: Mapping[str, ColumnKind]

    @property
    def names(self) -> list[str]:
        """Keys, then the other columns, without time and fingerprint."""
        return [*self.keys, *self.columns]


_DWELL: Final[Mapping[str, ColumnKind]] = {c.DWELL_SUM_SECONDS: "sum", c.DWELL_COUNT: "count"}
_READS: Final[Mapping[str, ColumnKind]] = {c.LAST_READ_US: "integer", c.DECAYED_READS: "decayed", c.N_READS: "count"}

ARTICLES: Final = View(
    "article_state",
    (c.ARTICLE_ID,),
    {
        **dict.fromkeys((c.CATEGORY, c.PUBLISHER, c.LANGUAGE), "text"),
        **dict.fromkeys((c.STARTED_US, c.FIRST_READ_US), "integer"),
        **_READS,
        **_DWELL,
    },
)
ARTICLE_AUDIENCES: Final = View("article_audience_state", (c.ARTICLE_ID, c.AUDIENCE), _READS)
TOTALS: Final = View("total_state", (c.SCOPE,), {**_READS, **_DWELL})
READERS: Final = View(
    "reader_state",
    (c.READER_KEY,),
    {
        **dict.fromkeys((c.REGION, c.DEVICE, c.REFERRER, c.LANGUAGE), "text"),
        c.INTERESTS: "texts",
        **_READS,
        c.MEDIAN_DWELL_SECONDS: "number",
        **dict.fromkeys((c.CATEGORIES, c.PUBLISHERS, c.RECENT_ARTICLES), "texts"),
        **dict.fromkeys((c.CATEGORY_SHARES, c.PUBLISHER_SHARES, c.RECENT_DWELL_SECONDS), "numbers"),
    },
)
VIEWS: Final = (ARTICLES, ARTICLE_AUDIENCES, TOTALS, READERS)


def with_fingerprints(view: View, rows: pa.Table) -> pa.Table:
    """Rows as they are stored: columns in the view's order, fingerprints last."""
    ordered = rows.select(view.names)
    return ordered.append_column(c.FINGERPRINT, pa.array(fingerprints(view, ordered)))


def restored(view: View, rows: pd.DataFrame) -> pd.DataFrame:
    """Stored rows with one type for each column, whatever store they come from; nulls become an empty row's values."""
    frame = rows[list(view.keys)].copy()
    for name, kind in view.columns.items():
        frame[name] = _restored(rows[name], kind)
    return frame


def stamped(rows: pa.Table, as_of: datetime) -> pa.Table:
    """Stored rows with their `event_timestamp`, columns in the order of the table in PostgreSQL."""
    moment = pa.scalar(as_of, pa.timestamp("us", "UTC"))
    return rows.append_column(c.EVENT_TIMESTAMP, pa.repeat(moment, len(rows)))


def schema(view: View) -> pa.Schema:
    """Keys, columns and fingerprint with their types."""
    types = {**dict.fromkeys(view.keys, pa.string()), c.READER_KEY: pa.int64(), c.FINGERPRINT: pa.int64()}
    types |= {name: _ARROW[kind] for name, kind in view.columns.items()}
    return pa.schema([(name, types[name]) for name in (*view.names, c.FINGERPRINT)])


def empty_rows(view: View, keys: pa.Table) -> pa.Table:
    """The rows of entities that left the history."""
    of_view, n = schema(view), len(keys)
    empty = {name: pa.array([_EMPTY[kind]] * n, of_view.field(name).type) for name, kind in view.columns.items()}
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
    for name in view.columns:
        total = total * np.uint64(0x100000001B3) + _hash_column(rows[name].combine_chunks())
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


def _restored(column: "pd.Series[Any]", kind: ColumnKind) -> "pd.Series[Any]":
    if kind == "text":
        return column.astype(object).where(column.notna(), None)
    if kind == "integer":
        return pd.Series(pd.array(column.tolist(), dtype="Int64"), index=column.index)
    if kind == "number":
        return column.astype(np.float64)
    if kind in ("count", "sum"):
        return column.astype(np.float64).fillna(0.0).astype(np.int64 if kind == "count" else np.float64)
    return pd.Series(_tuples(column, _EMPTY[kind]), index=column.index, dtype=object)


def _tuples(column: "pd.Series[Any]", empty: Sequence[Any]) -> list[tuple[Any, ...]]:
    values: list[Any] = column.tolist()
    return [tuple(value) if isinstance(value, _LISTS) and len(value) else tuple(empty) for value in values]
