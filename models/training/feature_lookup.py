"""Where the ranker's features come from: Feast's point-in-time join, or the history itself."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from frontpage.features.entities import Pairs
from frontpage.features.pairs import COLUMNS, EXTRA_NAMES, features_of
from models.ranking.ranker import Matrix
from models.training.cutoffs import Cutoff


@dataclass(frozen=True, slots=True)
class Lookup:
    """Features of pairs, cutoff after cutoff: FEATURE_NAMES, then EXTRA_NAMES. Asks for each cutoff once.

    from_states: they are made of the cutoffs' own states, whose totals nothing else asks for.
    """

    features: Callable[[Iterable[Cutoff]], Matrix]
    from_states: bool

    def __call__(self, cutoffs: Iterable[Cutoff]) -> Matrix:
        """The features [pair, column]."""
        return self.features(cutoffs)


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

    return Lookup(look_up, from_states=False)


def _computed(cutoffs: Iterable[Cutoff]) -> Matrix:
    parts = [
        features_of(cutoff.inputs.entities, Pairs(cutoff.pairs.reader, cutoff.pairs.article), cutoff.extra)
        for cutoff in cutoffs
    ]
    return np.concatenate([_nothing(), *parts])


#: Features as computed from the history at each cutoff: the same numbers without a feature store.
direct_lookup = Lookup(_computed, from_states=True)


def _nothing() -> Matrix:
    return np.empty((0, len(COLUMNS)), dtype=np.float32)
