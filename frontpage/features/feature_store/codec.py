"""States to storage and back, the one way for every store: codes become names and lists, and the other way round.

What each column holds, the shape says (`frontpage.core.schema.states`): which names its codes stand for, which list its
numbers belong to, how long a list is. A column is found in the rows under its own name, but for those below.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from frontpage.core import columns as c
from frontpage.core.schema.fields import Field, Layer, Type
from frontpage.features.article_states import ArticleAudienceRows, ArticleRows
from frontpage.features.feature_store.views import (
    ARTICLE_AUDIENCES,
    ARTICLES,
    READERS,
    TOTALS,
    VIEWS,
    View,
    schema,
    with_fingerprints,
)
from frontpage.features.grouping import Ints, padded
from frontpage.features.interactions import NEVER, times
from frontpage.features.known_reads import Activity
from frontpage.features.names import AUDIENCE_KINDS, Names
from frontpage.features.reader_states import ReaderRows
from frontpage.features.states import States
from frontpage.features.total_states import TotalRows

#: Attribute of `States`, and class, of the rows of each view.
_ROWS: Final[dict[str, tuple[str, type]]] = {
    ARTICLES.name: ("articles", ArticleRows),
    ARTICLE_AUDIENCES.name: ("article_audiences", ArticleAudienceRows),
    TOTALS.name: ("totals", TotalRows),
    READERS.name: ("readers", ReaderRows),
}
#: Columns whose attribute in the rows has another name.
_ATTRIBUTES: Final = {c.ARTICLE_ID: "article", c.RECENT_ARTICLES: "recent"}
#: Columns that are attributes of the rows' `reads`.
_READS: Final = {c.LAST_READ_US: "last_us", c.DECAYED_READS: "decayed", c.N_READS: "n_reads"}


def tables_of(states: States) -> dict[str, pa.Table]:
    """View name -> the rows of `states` as they are stored, with their fingerprints."""
    return {view.name: table_of(view, states) for view in VIEWS}


def table_of(view: View, states: States) -> pa.Table:
    """The rows of one view as they are stored, with their fingerprints."""
    rows = getattr(states, _ROWS[view.name][0])
    columns = {field.name: _stored(field, view, rows, states.names) for field in view.at(Layer.FEATURE)}
    return with_fingerprints(view, pa.table(columns))


def rows_of(view: View, table: pa.Table, names: Names, at_us: Ints) -> Any:
    """Stored rows as the view's rows at moments `at_us`, with the codes of `names`; what `names` lacks is absent (-1).

    Lists that are not in the table are as wide as nothing. The other direction is `table_of`.
    """
    values = {field.name: _loaded(field, table, names) for field in view.at(Layer.FEATURE)}
    reads = Activity(**{attribute: values.pop(name) for name, attribute in _READS.items()})
    if view is READERS:
        values["audiences"] = np.stack([values.pop(kind) for kind in AUDIENCE_KINDS], axis=1)
    made = {_ATTRIBUTES.get(name, name): value for name, value in values.items()}
    return _ROWS[view.name][1](at_us=at_us, reads=reads, **made)


@dataclass(frozen=True, slots=True)
class Stored:
    """Frames of the four views as Feast gives them, each with the moment of its rows in `as_of`."""

    articles: pd.DataFrame
    article_audiences: pd.DataFrame
    totals: pd.DataFrame
    readers: pd.DataFrame


def states_of(stored: Stored) -> States:
    """The states that these frames hold, with the codes of all names that they hold."""
    frames = {view.name: getattr(stored, _ROWS[view.name][0]) for view in VIEWS}
    tables = {view.name: _table(view, frames[view.name]) for view in VIEWS}
    names = _names(tables)
    rows = {view.name: rows_of(view, tables[view.name], names, times(frames[view.name][c.AS_OF])) for view in VIEWS}
    return States(names=names, **{attribute: rows[name] for name, (attribute, _) in _ROWS.items()})


def reader_rows(frame: pd.DataFrame, names: Names) -> ReaderRows:
    """The readers of a frame with the codes of `names`; what `names` lacks counts as absent."""
    made: ReaderRows = rows_of(READERS, _table(READERS, frame), names, times(frame[c.AS_OF]))
    return made


def _table(view: View, frame: pd.DataFrame) -> pa.Table:
    fields = schema(view).remove(len(schema(view)) - 1)  # without the fingerprint
    return pa.Table.from_pandas(frame[fields.names], fields, preserve_index=False)


def _names(tables: dict[str, pa.Table]) -> Names:
    """Everything that the columns name, by what they name."""
    found: dict[str, set[str]] = {name: set() for name in Names.__slots__}
    for view in VIEWS:
        for field in (field for field in view.at(Layer.FEATURE) if field.names):
            column = tables[view.name][field.name]
            flat = pc.list_flatten(column) if field.type is Type.TEXTS else column
            kind = f"{field.name}=" if field.name in AUDIENCE_KINDS else ""
            found[field.names] |= {kind + name for name in pc.unique(flat).to_pylist() if name is not None}
    return Names(**{name: pd.Index(sorted(members), dtype=object) for name, members in found.items()})


def _stored(field: Field, view: View, rows: Any, names: Names) -> Any:
    """A column of a table from the rows' arrays."""
    value = _value(field.name, view, rows)
    if field.type is Type.TEXTS:
        given = value >= 0
        return _split(_named(_index(field, names), value[given]), given)
    if field.type is Type.NUMBERS:
        given = _value(field.beside, view, rows) >= 0 if field.beside else np.ones(value.shape, dtype=bool)
        return _split(pa.array(value[given]), given)
    if field.names:
        return _named(_index(field, names), value)
    if Layer.FEATURE in field.required:
        return pa.array(value, pa.string()) if field.type is Type.TEXT else value
    absent = value == NEVER if field.type is Type.INTEGER else np.isnan(value)
    return pa.array(value, mask=absent)


def _value(name: str, view: View, rows: Any) -> NDArray[Any]:
    if name in _READS:
        value: NDArray[Any] = getattr(rows.reads, _READS[name])
    elif view is READERS and name in AUDIENCE_KINDS:
        value = rows.audiences[:, AUDIENCE_KINDS.index(name)]
    else:
        value = getattr(rows, _ATTRIBUTES.get(name, name))
    return value


def _index(field: Field, names: Names) -> pd.Index[Any]:
    """What the codes of a field stand for; of a kind of audience the bare value, `BR` of `region=BR`."""
    index: pd.Index[Any] = getattr(names, field.names)
    if field.name in AUDIENCE_KINDS:
        return pd.Index([str(name).partition("=")[2] for name in index], dtype=object)
    return index


def _named(index: pd.Index[Any], codes: Ints) -> pa.StringArray:
    """Names of codes, null for -1."""
    names = pa.array(index.to_numpy(dtype=object), pa.string())
    return names.take(pa.array(codes, mask=codes < 0))


def _split(flat: pa.Array, given: NDArray[np.bool_]) -> pa.ListArray:
    """Flattened members as one list per row; `given` [row, place] says which places have one."""
    offsets = np.concatenate([[0], np.cumsum(given.sum(axis=1))]).astype(np.int32)
    return pa.ListArray.from_arrays(offsets, flat)


def _loaded(field: Field, table: pa.Table, names: Names) -> NDArray[Any]:
    """The rows' array from a column of a table."""
    if field.name not in table.column_names:
        return np.zeros((len(table), 0), dtype=np.int64 if field.names else np.float64)
    column = table[field.name].combine_chunks()
    if field.type is Type.TEXTS:
        flat, counts = _members(column, field.length)
        return padded(_codes(field, flat, names), counts, field.length, -1)
    if field.type is Type.NUMBERS:
        flat, counts = _members(column, field.length)
        return padded(flat.to_numpy(zero_copy_only=False), counts, field.length, 0.0)
    if field.type is Type.TEXT:
        return _codes(field, column, names) if field.names else column.to_numpy(zero_copy_only=False)
    absent = 0 if Layer.FEATURE in field.required else NEVER if field.type is Type.INTEGER else np.nan
    return np.asarray(pc.fill_null(column, pa.scalar(absent, column.type)).to_numpy(zero_copy_only=False))


def _members(column: pa.ListArray, length: int) -> tuple[pa.Array, Ints]:
    """Members of lists, `length` of each at most, flattened, and how many each has; a null has none."""
    cut = pc.list_slice(column, 0, length)
    counts = pc.fill_null(pc.list_value_length(cut), 0).to_numpy(zero_copy_only=False)
    return pc.list_flatten(cut), counts.astype(np.int64)


def _codes(field: Field, column: pa.Array, names: Names) -> Ints:
    """Codes of names, -1 where one is missing or unknown; only the few distinct names are looked up."""
    encoded = column.dictionary_encode()
    kind = f"{field.name}=" if field.name in AUDIENCE_KINDS else ""
    distinct = pd.Index([kind + name for name in encoded.dictionary.to_pylist()], dtype=object)
    of_name = np.append(getattr(names, field.names).get_indexer(distinct), -1)
    place = pc.fill_null(encoded.indices, len(distinct)).to_numpy(zero_copy_only=False)
    return np.asarray(of_name[place], dtype=np.int64)
