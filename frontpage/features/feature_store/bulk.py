"""States of a block of readers, asked of Feast and turned into arrays without a loop over rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.compute as pc

from frontpage.core import columns as c
from frontpage.core.params import HALF_LIVES_HOURS
from frontpage.features.feature_store.stored import coded, coded_audience
from frontpage.features.grouping import Floats, Ints, padded
from frontpage.features.interactions import AUDIENCE_KINDS, N_INTERESTS, NEVER, Names, microseconds
from frontpage.features.states import N_SHARES, Activity, ReaderRows


class ReaderLookup:
    """What the ranker knows of readers at a moment, asked of Feast; each thread of a worker has its own."""

    def __init__(self, store: Any) -> None:
        from frontpage.features.feature_store.definitions import RANKING

        self._store, self._service = store, store.get_feature_service(RANKING)

    def __call__(self, reader_keys: Ints, as_of: datetime, names: Names) -> ReaderRows:
        """Reader states at `as_of` in the order of the keys, with the codes of `names`; blank ones of unknown readers.

        Without the last articles, which no feature is made of.
        """
        moment = pd.Timestamp(as_of).tz_convert("UTC").as_unit("us")
        asked = pd.DataFrame({c.READER_KEY: reader_keys}).assign(**{c.EVENT_TIMESTAMP: moment})
        job = self._store.get_historical_features(entity_df=asked, features=self._service)
        return _reader_rows(job.to_arrow(), reader_keys, as_of, names)


def _reader_rows(rows: pa.Table, reader_keys: Ints, as_of: datetime, names: Names) -> ReaderRows:
    text = {name: rows[name].to_pandas() for name in (*AUDIENCE_KINDS, c.LANGUAGE)}
    return ReaderRows(
        at_us=np.full(len(reader_keys), microseconds(as_of)),
        reader_key=reader_keys,
        audiences=np.stack([coded_audience(text[kind], kind, names) for kind in AUDIENCE_KINDS], axis=1),
        language=coded(text[c.LANGUAGE], names.languages),
        interests=_codes(rows[c.INTERESTS], names.categories, N_INTERESTS),
        reads=Activity(
            _filled(rows[c.LAST_READ_US], NEVER),
            _numbers(rows[c.DECAYED_READS], len(HALF_LIVES_HOURS)),
            _filled(rows[c.N_READS], 0),
        ),
        median_dwell_seconds=pc.fill_null(rows[c.MEDIAN_DWELL_SECONDS], np.nan).to_numpy(),
        categories=_codes(rows[c.CATEGORIES], names.categories, N_SHARES),
        category_shares=_numbers(rows[c.CATEGORY_SHARES], N_SHARES),
        publishers=_codes(rows[c.PUBLISHERS], names.publishers, N_SHARES),
        publisher_shares=_numbers(rows[c.PUBLISHER_SHARES], N_SHARES),
        recent=np.zeros((len(reader_keys), 0), dtype=np.int64),
        recent_dwell_seconds=np.zeros((len(reader_keys), 0)),
    )


def _filled(column: pa.ChunkedArray, absent: int) -> Ints:
    return np.asarray(pc.fill_null(column, absent).to_numpy(), dtype=np.int64)


def _members(column: pa.ChunkedArray) -> tuple[pa.Array, Ints]:
    """Members of lists, flattened, and how many there are of each; of null there are none."""
    lists = column.combine_chunks()
    counts = pc.fill_null(pc.list_value_length(lists), 0).to_numpy(zero_copy_only=False)
    return lists.flatten(), counts.astype(np.int64)


def _codes(column: pa.ChunkedArray, index: pd.Index[Any], width: int) -> Ints:
    """Codes of listed names [row, place], -1 where a list has ended; the few distinct names are looked up."""
    flat, counts = _members(column)
    encoded = flat.dictionary_encode()
    of_name = index.get_indexer(pd.Index(encoded.dictionary.to_pandas()))
    return padded(of_name[encoded.indices.to_numpy()].astype(np.int64), counts, width, -1)


def _numbers(column: pa.ChunkedArray, width: int) -> Floats:
    """Listed numbers [row, place], 0 where a list has ended."""
    flat, counts = _members(column)
    return padded(flat.to_numpy(), counts, width, 0.0)
