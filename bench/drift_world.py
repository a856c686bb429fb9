"""Hourly aggregates of a newsroom for `make proof-drift`: days and weeks, holidays, one big story, and drift planted.

Only aggregates are made, as `drift_aggregate` holds them: no article and no reader. Shares of publishers and categories
wander from day to day, days are busier and quieter, and every count is drawn from a Poisson distribution.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from frontpage.lifecycle.drift.detection import HourlyAggregates

Floats = NDArray[np.float64]

DAYS, HOURS = 84, 84 * 24
#: Noon of a Wednesday: what is planted starts in the middle of a working day.
PLANTED_AT = 59 * 24 + 12
HOLIDAYS = (24, 25, 47, 68)
STORY_DAY, STORY_HOURS = 40, 36
#: What is left of the story among reads once its own articles, which have a larger share than any, are left out.
STORY_LEFT = 1.35

ARTICLES_PER_DAY, READS_PER_DAY, STATES_PER_HOUR = 2_000, 30_000, 2_500
PUBLISHER_SHARES = np.array([0.3, 0.2, 0.15, 0.1, 0.08, 0.06, 0.05, 0.03, 0.015, 0.01, 0.0035, 0.0015])
CATEGORY_SHARES = np.array([0.22, 0.18, 0.15, 0.13, 0.11, 0.09, 0.07, 0.05])
REGION_SHARES = np.array([0.5, 0.3, 0.2])
LOG_DWELL, LOG_DWELL_SPREAD = 4.1, 0.9
MISSING = 0.03


@dataclass(frozen=True, slots=True)
class Plant:
    """What is planted, how large."""

    kind: str = "nothing"
    size: float = 0.0

    def factor(self, kind: str) -> Floats:
        """[hour]: 0 before it is planted and for other kinds, else its size."""
        after = np.arange(HOURS) >= PLANTED_AT
        return np.where(after & (kind == self.kind), self.size, 0.0)


def aggregates(seed: int, plant: Plant = Plant()) -> dict[str, HourlyAggregates]:
    """Series by name, from a seed."""
    draw = np.random.default_rng(seed)
    is_holiday = np.isin(np.arange(DAYS), HOLIDAYS)
    volume = np.repeat(np.where(is_holiday, 0.6, 1.0) * draw.lognormal(0, 0.05, DAYS), 24) * _cycle()
    story = _story()
    publishers = _shares(draw, PUBLISHER_SHARES, 0.04)
    publishers *= 1 - (plant.factor("vanished publisher") > 0)[:, None] * _one(_of_size(plant), 12)
    categories = _shares(draw, CATEGORY_SHARES, 0.03)
    categories[:, 1] *= 1 + plant.factor("category's rise")
    categories[:, 0] *= np.where(story, 1.2, 1.0)
    read = _shares(draw, CATEGORY_SHARES, 0.03) * (1 + 0.1 * np.sin(np.arange(HOURS) / 24 * 2 * np.pi))[
        :, None
    ] ** _one(2, 8)
    moved = plant.factor("changed interests") * read[:, 3]
    read[:, 3] -= moved
    read[:, 5] += moved
    read[:, 0] *= np.where(story, STORY_LEFT, 1.0)
    n_articles, n_reads = volume * ARTICLES_PER_DAY / 24, volume * READS_PER_DAY / 24 * np.where(story, 1.2, 1.0)
    return {
        "articles": _counts(draw, n_articles[:, None], ["all"]),
        "articles.publisher": _parts(draw, n_articles, publishers, "publisher"),
        "articles.category": _parts(draw, n_articles, categories, "category"),
        "articles.length": _level(draw, n_articles, np.full(HOURS, 6.5), 0.6, 0.003),
        "reads": _counts(draw, n_reads[:, None], ["all"]),
        "reads.category": _parts(draw, n_reads, read, "category"),
        "reads.region": _parts(draw, n_reads, _shares(draw, REGION_SHARES, 0.02), "region"),
        "reads.dwell": _level(draw, n_reads, _log_dwell(plant), LOG_DWELL_SPREAD, 0.006),
        "readers.activity": _level(draw, n_reads * 0.6, np.full(HOURS, 1.6), 0.9, 0.01),
        "features.missing": _missing(draw, plant),
    }


def _cycle() -> Floats:
    """[hour] of day and week, 1 on average: quiet nights and weekends."""
    hour = np.arange(HOURS)
    day = 1 - 0.8 * np.cos((hour % 24 - 2) / 24 * 2 * np.pi)
    week: Floats = np.array([1.1, 1.1, 1.1, 1.1, 1.05, 0.75, 0.8])[hour // 24 % 7]
    return day * week


def _story() -> NDArray[np.bool_]:
    hour = np.arange(HOURS) - STORY_DAY * 24 - 9
    return (hour >= 0) & (hour < STORY_HOURS)


def _shares(draw: np.random.Generator, shares: Floats, wander: float) -> Floats:
    """[hour, key]: shares that are a little different each day."""
    drawn: Floats = np.repeat(shares * draw.lognormal(0, wander, (DAYS, len(shares))), 24, axis=0)
    return drawn


def _of_size(plant: Plant) -> int:
    """The publisher whose share is the planted size; what vanishes is all of it."""
    return int(np.abs(PUBLISHER_SHARES - plant.size).argmin())


def _one(column: int, n: int) -> Floats:
    one: Floats = np.eye(n)[column]
    return one


def _counts(draw: np.random.Generator, rates: Floats, keys: list[str]) -> HourlyAggregates:
    n = draw.poisson(rates).astype(float)
    return HourlyAggregates(keys, n, n)


def _parts(draw: np.random.Generator, volume: Floats, shares: Floats, name: str) -> HourlyAggregates:
    rates = volume[:, None] * shares / shares.sum(axis=1, keepdims=True)
    return _counts(draw, rates, [f"{name} {number}" for number in range(shares.shape[1])])


def _level(draw: np.random.Generator, volume: Floats, mean: Floats, spread: float, wander: float) -> HourlyAggregates:
    """A mean over Poisson many rows, a little different each day."""
    n = draw.poisson(volume).astype(float)
    daily = np.repeat(draw.normal(0, wander, DAYS), 24)
    total = n * (mean + daily) + draw.normal(0, spread, HOURS) * np.sqrt(n)
    return HourlyAggregates(["mean"], n[:, None], total[:, None])


def _log_dwell(plant: Plant) -> Floats:
    """Readers take longer at weekends; what is planted is a factor of seconds."""
    weekend = np.arange(HOURS) // 24 % 7 >= 5
    return LOG_DWELL + np.where(weekend, 0.08, 0.0) + np.log1p(plant.factor("longer dwell"))


def _missing(draw: np.random.Generator, plant: Plant) -> HourlyAggregates:
    n = draw.poisson(STATES_PER_HOUR * _cycle()).astype(float)
    share = MISSING + (1 - MISSING) * plant.factor("broken feature")
    return HourlyAggregates(["feature"], n[:, None], draw.binomial(n.astype(int), share).astype(float)[:, None])
