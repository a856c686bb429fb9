"""Where the ranker's features come from: Feast's point-in-time join, or the history itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd

from features.entities import Pairs
from features.pairs import COLUMNS, EXTRA_NAMES, features_of
from models.ranker import Matrix
from models.ticks import Tick

#: Features of the pairs of ticks, one after the other: FEATURE_NAMES, then EXTRA_NAMES. Asks for each tick once.
Lookup = Callable[[Iterable[Tick]], Matrix]


def feast_lookup(store: Any) -> Lookup:
    """Features by Feast's get_historical_features: as they stood at each pair's moment, whatever came later."""

    def look_up(ticks: Iterable[Tick]) -> Matrix:
        from features.repository import historical

        asked = [(tick.frame(), tick.extra) for tick in ticks]
        if not asked:
            return _nothing()
        frames, extras = zip(*asked, strict=True)
        training = historical(store, pd.concat(frames, ignore_index=True))
        extra = {name: np.concatenate([of_tick[name] for of_tick in extras]) for name in EXTRA_NAMES}
        return features_of(training.entities, training.pairs, extra)

    return look_up


def direct_lookup(ticks: Iterable[Tick]) -> Matrix:
    """Features as computed from the history at each tick: the same numbers without a feature store."""
    parts = [
        features_of(tick.view.entities, Pairs(tick.pairs.reader, tick.pairs.article), tick.extra) for tick in ticks
    ]
    return np.concatenate([_nothing(), *parts])


def _nothing() -> Matrix:
    return np.empty((0, len(COLUMNS)), dtype=np.float32)
