"""States as the Arrow tables that are stored: codes become names, padded rows become lists, without a loop over rows.

The other direction is `frontpage.features.feature_store.stored`.
"""

from __future__ import annotations

from typing import Any, Final

import numpy as np
import pandas as pd
import pyarrow as pa
from numpy.typing import NDArray

from frontpage.core import columns as c
from frontpage.features.feature_store.views import (
    ARTICLE_AUDIENCES,
    ARTICLES,
    READERS,
    TOTALS,
    VIEWS,
    View,
    with_fingerprints,
)
from frontpage.features.grouping import Floats, Ints
from frontpage.features.interactions import AUDIENCE_KINDS, NEVER
from frontpage.features.states import Activity, States


def tables_of(states: States) -> dict[str, pa.Table]:
    """View name -> the rows of `states` as they are stored, with their fingerprints."""
    return {view.name: table_of(view, states) for view in VIEWS}


def table_of(view: View, states: States) -> pa.Table:
    """The rows of one view."""
    return with_fingerprints(view, pa.table(_COLUMNS[view.name](states)))


def _articles(states: States) -> dict[str, Any]:
    names, rows = states.names, states.articles
    return {
        c.ARTICLE_ID: _named(names.articles, rows.article),
        c.CATEGORY: _named(names.categories, rows.category),
        c.PUBLISHER: _named(names.publishers, rows.publisher),
        c.LANGUAGE: _named(names.languages, rows.language),
        c.STARTED_US: _moments(rows.started_us),
        c.FIRST_READ_US: _moments(rows.first_read_us),
        **_activity(rows.reads),
        c.DWELL_SUM_SECONDS: rows.dwell_sum_seconds,
        c.DWELL_COUNT: rows.dwell_count,
    }


def _article_audiences(states: States) -> dict[str, Any]:
    names, rows = states.names, states.article_audiences
    keys = {c.ARTICLE_ID: _named(names.articles, rows.article), c.AUDIENCE: _named(names.audiences, rows.audience)}
    return {**keys, **_activity(rows.reads)}


def _totals(states: States) -> dict[str, Any]:
    rows = states.totals
    dwell = {c.DWELL_SUM_SECONDS: rows.dwell_sum_seconds, c.DWELL_COUNT: rows.dwell_count}
    return {c.SCOPE: pa.array(rows.scope, pa.string()), **_activity(rows.reads), **dwell}


def _readers(states: States) -> dict[str, Any]:
    names, rows = states.names, states.readers
    values = pd.Index([str(name).partition("=")[2] for name in names.audiences], dtype=object)  # `BR` of `region=BR`
    return {
        c.READER_KEY: rows.reader_key,
        **{kind: _named(values, rows.audiences[:, at]) for at, kind in enumerate(AUDIENCE_KINDS)},
        c.LANGUAGE: _named(names.languages, rows.language),
        c.INTERESTS: _lists(names.categories, rows.interests),
        **_activity(rows.reads),
        c.MEDIAN_DWELL_SECONDS: pa.array(rows.median_dwell_seconds, from_pandas=True),
        c.CATEGORIES: _lists(names.categories, rows.categories),
        c.CATEGORY_SHARES: _listed(rows.category_shares, rows.categories),
        c.PUBLISHERS: _lists(names.publishers, rows.publishers),
        c.PUBLISHER_SHARES: _listed(rows.publisher_shares, rows.publishers),
        c.RECENT_ARTICLES: _lists(names.articles, rows.recent),
        c.RECENT_DWELL_SECONDS: _listed(rows.recent_dwell_seconds, rows.recent),
    }


_COLUMNS: Final = {
    ARTICLES.name: _articles,
    ARTICLE_AUDIENCES.name: _article_audiences,
    TOTALS.name: _totals,
    READERS.name: _readers,
}


def _activity(reads: Activity) -> dict[str, Any]:
    every = np.ones(reads.decayed.shape, dtype=bool)
    decayed = _split(pa.array(reads.decayed.ravel()), every)
    return {c.LAST_READ_US: _moments(reads.last_us), c.DECAYED_READS: decayed, c.N_READS: reads.n_reads}


def _named(index: pd.Index[Any], codes: Ints) -> pa.StringArray:
    """Names of codes, null for -1."""
    names = pa.array(index.to_numpy(dtype=object), pa.string())
    return names.take(pa.array(codes, mask=codes < 0))


def _moments(at_us: Ints) -> pa.Int64Array:
    return pa.array(at_us, mask=at_us == NEVER)


def _lists(index: pd.Index[Any], codes: Ints) -> pa.ListArray:
    """Names of each row's codes, up to the first -1."""
    given = codes >= 0
    return _split(_named(index, codes[given]), given)


def _listed(values: Floats, codes: Ints) -> pa.ListArray:
    """The numbers that go with codes, as many for each row as there are codes."""
    given = codes >= 0
    return _split(pa.array(values[given]), given)


def _split(flat: pa.Array, given: NDArray[np.bool_]) -> pa.ListArray:
    """Flattened members as one list per row; `given` [row, place] says which places have one."""
    offsets = np.concatenate([[0], np.cumsum(given.sum(axis=1))]).astype(np.int32)
    return pa.ListArray.from_arrays(offsets, flat)
