"""States of a block of readers, asked of Feast and turned into arrays without a loop over rows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from frontpage.core import columns as c
from frontpage.features.feature_store.codec import rows_of
from frontpage.features.feature_store.views import READERS
from frontpage.features.grouping import Ints
from frontpage.features.interactions import microseconds
from frontpage.features.names import Names
from frontpage.features.reader_states import ReaderRows


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
        made: ReaderRows = rows_of(READERS, job.to_arrow(), names, np.full(len(reader_keys), microseconds(as_of)))
        return made
