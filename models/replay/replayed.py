"""What a replay is asked for, and what comes of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from frontpage.core.errors import BadInputError
from frontpage.features.grouping import Floats, Ints
from models.replay.lists import Lists

OURS = "frontpage"


@dataclass(frozen=True, slots=True)
class Cadence:
    """From when until when, how often lists are made, and how often the model is trained."""

    start: datetime
    end: datetime
    refresh: timedelta
    retrain: timedelta

    def check(self) -> None:
        """Raises BadInputError where nothing lies between start and end, or training is more frequent than lists."""
        if self.start >= self.end or self.refresh <= timedelta(0) or self.retrain < self.refresh:
            raise BadInputError("replay: --from must be before --to, and --retrain not shorter than --refresh")

    def cutoffs(self) -> list[datetime]:
        """Every refresh; the last one's lists stand until `end` at most."""
        n = -(-(self.end - self.start) // self.refresh)
        return [self.start + self.refresh * k for k in range(n)]


@dataclass(frozen=True, slots=True)
class ReplayedTraining:
    """One retrain: what the gate decided, in words, and what is served from then on."""

    as_of: datetime
    version: str
    serves: str
    reasons: tuple[str, ...]


@dataclass(slots=True)
class Replayed:
    """One entry per list [list]: the cutoff it was made at, its reader (dataset position) and MEASURES by policy.

    has_interests: whether the reader picked any at sign-up, as far as known then.
    due: by variant that keeps lists, the mean share of readers who were due at a cutoff.
    ceiling: nDCG@10 of a policy that knew the future; chance: the expected one of ten drawn at random.
    n_answers: what was read next; n_existing, n_listable, n_timed: how much of it was out, could be listed, was timed.
    """

    cadence: Cadence
    cutoffs: list[datetime]
    regions: NDArray[np.object_]
    cutoff: Ints
    reader: Ints
    region: Ints
    n_known: Ints
    has_interests: NDArray[np.bool_]
    n_answers: Ints
    n_existing: Ints
    n_listable: Ints
    n_timed: Ints
    ceiling: Floats
    chance: Floats
    measures: dict[str, dict[str, Floats]]
    lists: dict[str, list[Lists]]
    trainings: list[ReplayedTraining]
    due: dict[str, float] = field(default_factory=dict)
