"""Where the ranker's features come from: Feast's point-in-time join, or the history itself."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import numpy as np
import pandas as pd

from core import columns as c
from core.history import History
from core.params import DataParams
from features.activity import compute_states
from features.entities import entities_at, pairs_of
from features.history import history_at
from features.pairs import FEATURE_NAMES, features_of
from models.ledger import Floats
from models.ranker import Matrix

#: Features of pairs [reader_key, article_id, event_timestamp], with the given extra columns: FEATURE_NAMES, then extra.
Lookup = Callable[[pd.DataFrame, Mapping[str, Floats]], Matrix]


def feast_lookup(store: Any) -> Lookup:
    """Features by Feast's get_historical_features: as they stood at each pair's moment, whatever came later."""

    def look_up(pairs: pd.DataFrame, extra: Mapping[str, Floats]) -> Matrix:
        from features.repository import historical

        training = historical(store, pairs)
        return features_of(training.entities, training.pairs, extra)

    return look_up


def history_lookup(history: History, data: DataParams) -> Lookup:
    """Features computed from the history as known at each moment: the same numbers without a feature store."""

    def look_up(pairs: pd.DataFrame, extra: Mapping[str, Floats]) -> Matrix:
        matrix = np.empty((len(pairs), len(FEATURE_NAMES) + len(extra)), dtype=np.float32)
        stamps = pairs[c.EVENT_TIMESTAMP]
        for stamp in stamps.drop_duplicates():
            rows = np.flatnonzero(stamps == stamp)
            entities = entities_at(compute_states(history_at(history, stamp, data)), stamp)
            part = pairs.iloc[rows]
            found = pairs_of(entities, part[c.READER_KEY], part[c.ARTICLE_ID])
            matrix[rows] = features_of(entities, found, {name: values[rows] for name, values in extra.items()})
        return matrix

    return look_up
