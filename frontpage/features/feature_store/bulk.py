"""States of thousands of readers at once, from the source table of Feast's view: its own ways are made for a few."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import pyarrow as pa

from frontpage.core import columns as c
from frontpage.core.schema.fields import Layer
from frontpage.features.feature_store.codec import rows_of
from frontpage.features.feature_store.views import READERS
from frontpage.features.grouping import Ints, rows_in
from frontpage.features.interactions import microseconds
from frontpage.features.names import Names
from frontpage.features.reader_states import ReaderRows
from frontpage.store.connect import Connection
from frontpage.store.features.feature_rows import states_at

#: No feature is made of them.
_NOT_ASKED = (c.RECENT_ARTICLES, c.RECENT_DWELL_SECONDS)


def readers_at(connection: Connection, reader_keys: Ints, as_of: datetime, names: Names) -> ReaderRows:
    """Reader states at `as_of` in the order of the keys, with the codes of `names`; blank ones of unknown readers.

    The same rows as Feast's point-in-time join gives, without the recent articles, which no feature is made of.
    """
    asked = [field for field in READERS.at(Layer.FEATURE) if field.name not in _NOT_ASKED]
    stored = states_at(connection, READERS, asked, reader_keys, as_of)
    place = rows_in(stored[c.READER_KEY].to_numpy(), reader_keys)
    rows = stored.take(pa.array(place, mask=place < 0))
    keys = rows.column_names.index(c.READER_KEY)
    rows = rows.set_column(keys, c.READER_KEY, pa.array(reader_keys))
    made: ReaderRows = rows_of(READERS, rows, names, np.full(len(reader_keys), microseconds(as_of)))
    return made
