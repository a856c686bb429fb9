"""Where the ranker's features come from: Feast's point-in-time join, or the history itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import pandas as pd

from features.pairs import EXTRA_NAMES, features_of
from models.ranker import Matrix
from models.ticks import Tick

#: Features of the pairs of ticks, one after the other: FEATURE_NAMES, then EXTRA_NAMES.
Lookup = Callable[[Sequence[Tick]], Matrix]


def feast_lookup(store: Any) -> Lookup:
    """Features by Feast's get_historical_features: as they stood at each pair's moment, whatever came later."""

    def look_up(ticks: Sequence[Tick]) -> Matrix:
        from features.repository import historical

        training = historical(store, pd.concat([tick.frame() for tick in ticks], ignore_index=True))
        extra = {name: np.concatenate([tick.extra[name] for tick in ticks]) for name in EXTRA_NAMES}
        return features_of(training.entities, training.pairs, extra)

    return look_up


def direct_lookup(ticks: Sequence[Tick]) -> Matrix:
    """Features as computed from the history at each tick: the same numbers without a feature store."""
    return np.concatenate([tick.view.features(tick.pairs.reader, tick.pairs.article) for tick in ticks])
