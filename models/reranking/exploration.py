"""Exploration: the last place of some lists goes by lot to a fresh article with few reads, so that it earns counts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from frontpage.core.sections.lists import ExplorationParams
from frontpage.features.grouping import Floats, Ints
from models.inputs import ScoringInputs
from models.lots import lots
from models.reranking.listed import Mask


@dataclass(frozen=True, slots=True)
class Exploration:
    """The lot is a hash of seed, moment and reader: the same in every run, independent of who else is served."""

    params: ExplorationParams
    seed: int

    @property
    def share(self) -> float:
        """Of lists whose last place is drawn."""
        return self.params.share

    def drawn(self, now: ScoringInputs, readers: Ints, articles: Ints, may: Mask) -> tuple[Ints, Floats]:
        """Place drawn for each reader row, -1 where none is, and the propensity of the last place either way.

        articles, may [reader, place]: live rows of the shortlist (-1: none), and which of them may take the last place.
        """
        at, share = now.context, self.share
        n_reads = now.entities.states.articles.reads.n_reads
        is_new = (at.age_hours() <= self.params.max_age_hours) & (n_reads <= self.params.max_reads)
        eligible = may & np.append(is_new, False)[articles]
        n_eligible = eligible.sum(axis=1)
        lot = lots(at.dataset.reader_keys[at.readers[readers]], self.seed ^ at.now)
        which = np.minimum((lot[1] * n_eligible).astype(np.int64), np.maximum(n_eligible - 1, 0))
        place = np.argmax(np.cumsum(eligible, axis=1) == (which + 1)[:, None], axis=1)
        is_drawn = (n_eligible > 0) & (lot[0] < share)
        propensity = np.where(is_drawn, share / np.maximum(n_eligible, 1), np.where(n_eligible > 0, 1.0 - share, 1.0))
        return np.where(is_drawn, place, -1), propensity
