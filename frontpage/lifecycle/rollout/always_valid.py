"""Intervals that hold however often they are looked at, for ratios of sums over readers.

Asymptotic confidence sequences (Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas: Time-uniform central limit theory and
asymptotic confidence sequences, 2021, eq. 10). A ratio such as reads per list has its standard error by the delta
method, with the reader as the unit: lists of one reader are not independent.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio of two sums over `n` readers and its standard error; both 0 where the lower sum is."""

    value: float
    standard_error: float
    n: int

    @classmethod
    def of(cls, upper: Floats, lower: Floats) -> Ratio:
        """Sum of `upper` [reader] over sum of `lower` [reader].

        >>> Ratio.of(np.array([1.0, 3.0]), np.array([1.0, 1.0])).value
        2.0
        """
        n, total = len(lower), float(lower.sum())
        if total == 0:
            return cls(0.0, 0.0, n)
        value = float(upper.sum()) / total
        influence = (upper - value * lower) * n / total
        error = float(np.sqrt(np.square(influence).sum() / max(n - 1, 1) / n))
        return cls(value, error, n)


@dataclass(frozen=True, slots=True)
class Interval:
    """A value and its bounds."""

    value: float
    low: float
    high: float


def multiplier(n: int, confidence: float, tuned_at: int) -> float:
    """How many standard errors the interval reaches to each side at `n`; it is narrowest about `tuned_at`.

    A plain interval at 95 % has 1.96.

    >>> 3.0 < multiplier(1000, 0.95, 1000) < 3.2
    True
    """
    alpha = 1.0 - confidence
    rho_squared = (-2 * math.log(alpha) + math.log(-2 * math.log(alpha) + 1)) / tuned_at
    spread = n * rho_squared
    return math.sqrt(2 * (spread + 1) / spread * math.log(math.sqrt(spread + 1) / alpha))


def difference(one: Ratio, other: Ratio, weight: float, confidence: float, tuned_at: int) -> Interval:
    """`one - weight * other`, as far as both samples tell; the smaller one sets how much is known."""
    error = math.hypot(one.standard_error, weight * other.standard_error)
    value = one.value - weight * other.value
    reach = multiplier(min(one.n, other.n), confidence, tuned_at) * error
    return Interval(value, value - reach, value + reach)
