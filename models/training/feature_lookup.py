"""Where the ranker's features come from: Feast's point-in-time join, or the history itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

import numpy as np
import pandas as pd

from frontpage.features.entities import Pairs
from frontpage.features.pairs import COLUMNS, EXTRA_NAMES, features_of
from models.ranking.ranker import Matrix
from models.training.cutoffs import Cutoff

#: Features of the pairs of cutoffs, one after the other: FEATURE_NAMES, then EXTRA_NAMES. Asks for each cutoff once.
Lookup = Callable[[Iterable[Cutoff]], Matrix]


def feast_lookup(store: Any) -> Lookup:
    """Features by Feast's get_historical_features: as they stood at each pair's moment, whatever came later."""

    def look_up(cutoffs: Iterable[Cutoff]) -> Matrix:
        from frontpage.features.feature_store.repository import historical

        asked = [(cutoff.frame(), cutoff.extra) for cutoff in cutoffs]
        if not asked:
            return _nothing()
        frames, extras = zip(*asked, strict=True)
        training = historical(store, pd.concat(frames, ignore_index=True))
        extra = {name: np.concatenate([of_cutoff[name] for of_cutoff in extras]) for name in EXTRA_NAMES}
        return features_of(training.entities, training.pairs, extra)

    return look_up


def direct_lookup(cutoffs: Iterable[Cutoff]) -> Matrix:
    """Features as computed from the history at each cutoff: the same numbers without a feature store."""
    parts = [
        features_of(cutoff.inputs.entities, Pairs(cutoff.pairs.reader, cutoff.pairs.article), cutoff.extra)
        for cutoff in cutoffs
    ]
    return np.concatenate([_nothing(), *parts])


def _nothing() -> Matrix:
    return np.empty((0, len(COLUMNS)), dtype=np.float32)
