"""Readers who look at lists of two rankers, one a little better: for proofs of experiments.

A reader has a taste for each of 30 articles. A ranker sees it with noise, the better one with less. A place is looked
at the less the lower it stands, what is looked at is read the likelier the better it fits, and some read ten times as
much as others, before an experiment and in it. Reading times are lognormal.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

from models.reranking.team_draft import interleaved

Floats = NDArray[np.float64]

N_ARTICLES, N_PLACES, MOST_VISITS = 30, 10, 3
#: Noise of the ranker that is served today.
NOISE = 1.0
_EXAMINED = 1.0 / np.log2(np.arange(2, N_PLACES + 2))
_SECONDS_DEVIATION = 1.0


@dataclass(frozen=True, slots=True)
class ReadingWorld:
    """So many readers. rate [reader]: how much of what fits they read. fit [reader, visit, article]: from 0 to 1."""

    rng: np.random.Generator
    rate: Floats
    visits: NDArray[np.bool_]
    taste: Floats

    @classmethod
    def of(cls, n_readers: int, seed: int) -> ReadingWorld:
        """The same for the same seed."""
        rng = np.random.default_rng(seed)
        rate = np.clip(rng.lognormal(-1.6, 0.9, n_readers), 0, 0.9)
        n_visits = 1 + rng.binomial(MOST_VISITS - 1, 0.4, n_readers)
        visits = np.arange(MOST_VISITS) < n_visits[:, None]
        return cls(rng, rate, visits, rng.normal(size=(n_readers, MOST_VISITS, N_ARTICLES)).astype(np.float32))

    def lists(self, noise: float) -> NDArray[np.int64]:
        """Articles of a ranker's lists [reader, visit, place]."""
        seen = self.taste + noise * self.rng.normal(size=self.taste.shape).astype(np.float32)
        return np.argsort(-seen, axis=2)[:, :, :N_PLACES]

    def chances(self, lists: NDArray[np.int64]) -> Floats:
        """That a place is read [reader, visit, place]."""
        fit = 1.0 / (1.0 + np.exp(-2.0 * (np.take_along_axis(self.taste, lists, axis=2) - 1.0)))
        return self.rate[:, None, None] * _EXAMINED * fit * self.visits[:, :, None]

    def read(self, lists: NDArray[np.int64]) -> NDArray[np.bool_]:
        """Which places are read [reader, visit, place]."""
        return self.rng.random(lists.shape) < self.chances(lists)

    def seconds(self, is_read: NDArray[np.bool_]) -> Floats:
        """Reading time of each reader."""
        times = self.rng.lognormal(4.0, _SECONDS_DEVIATION, is_read.shape)
        total: Floats = (is_read * np.minimum(times, 600.0)).sum(axis=(1, 2))
        return total

    def before(self, noise: float) -> Floats:
        """Reads of each reader in the weeks before."""
        chances = self.chances(self.lists(noise)).sum(axis=(1, 2))
        reads: Floats = self.rng.poisson(chances * 14).astype(np.float64)
        return reads

    def credits(self, first: float, second: float) -> tuple[Floats, Floats]:
        """Reads of articles of either ranker in interleaved lists [reader]."""
        lists = [self.lists(noise).reshape(-1, N_PLACES) for noise in (first, second)]
        salt = int(self.rng.integers(2**31))
        mixed = interleaved(lists[0], lists[1], np.arange(len(lists[0])), salt, N_PLACES)
        shape = (len(self.rate), MOST_VISITS, N_PLACES)
        is_read, team = self.read(mixed.article.reshape(shape)), mixed.team.reshape(shape)
        first_reads, second_reads = ((is_read & (team == one)).sum(axis=(1, 2)).astype(np.float64) for one in (0, 1))
        return first_reads, second_reads


def better_noise(lift: float, seed: int, n_readers: int = 60_000) -> float:
    """The noise of a ranker whose lists are read more by `lift`."""

    def more(noise: float) -> float:
        today, better = (ReadingWorld.of(n_readers, seed) for _ in range(2))
        usual = today.chances(today.lists(NOISE)).sum()
        return float(better.chances(better.lists(noise)).sum() / usual - 1 - lift)

    return float(brentq(more, 0.5 * NOISE, NOISE, xtol=1e-3))
