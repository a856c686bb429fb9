"""Intervals that hold at every look: asymptotic confidence sequences.

Waudby-Smith, Arbour, Sinha, Kennedy, Ramdas: Time-uniform central limit theory and asymptotic confidence sequences
(2021), theorem 2.2. Nobody is shown any other interval: an ordinary one, looked at every day, is wrong in far more than
five of a hundred A/A tests.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.special import lambertw

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class Estimate:
    """A value with its interval, from n observations."""

    value: float
    low: float
    high: float
    n: int

    @property
    def excludes_zero(self) -> bool:
        """Whether zero lies outside."""
        return self.low > 0 or self.high < 0


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio of two sums over `n` readers and its standard error; both 0 where the lower sum is."""

    value: float
    standard_error: float
    n: int

    @classmethod
    def of(cls, upper: Floats, lower: Floats) -> Ratio:
        """Sum of `upper` [reader] over sum of `lower` [reader]; the error by the delta method.

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


def radius(n: float, level: float, planned: float) -> float:
    """Half the width of the sequence for a mean at n observations, in standard deviations of one of them.

    planned: the n at which it is narrowest (the paper's rho, by Lambert's W instead of its approximation).

    >>> round(radius(1000, 0.05, 1000) * math.sqrt(1000), 2)  # an ordinary interval has 1.96
    3.04
    """
    rho_squared = (-lambertw(-(level**2) / math.e, -1).real - 1) / planned
    spread = n * rho_squared
    return math.sqrt(2 * (spread + 1) / (n * spread) * math.log(math.sqrt(spread + 1) / level))


def of_mean(values: Floats, level: float, planned: float) -> Estimate:
    """The mean of independent observations [observation]; at least two."""
    mean, reach = float(values.mean()), radius(len(values), level, planned) * float(values.std(ddof=1))
    return Estimate(mean, mean - reach, mean + reach, len(values))


def of_difference(treated: Floats, control: Floats, level: float, planned: float) -> Estimate:
    """The mean of the treated less that of the control, as the mean of influences of all readers of both arms."""
    n = len(treated) + len(control)
    variance = treated.var(ddof=1) / len(treated) + control.var(ddof=1) / len(control)
    value = float(treated.mean() - control.mean())
    reach = radius(n, level, planned) * math.sqrt(n * variance)
    return Estimate(value, value - reach, value + reach, n)


def of_lift(treated: Floats, control: Floats, level: float, planned: float) -> Estimate | None:
    """The relative difference of the means, by the delta method for its logarithm; None where a mean is not above 0."""
    means = float(treated.mean()), float(control.mean())
    if min(means) <= 0:
        return None
    n = len(treated) + len(control)
    variance = sum(arm.var(ddof=1) / len(arm) / mean**2 for arm, mean in zip((treated, control), means, strict=True))
    value, reach = math.log(means[0] / means[1]), radius(n, level, planned) * math.sqrt(n * variance)
    return Estimate(math.expm1(value), math.expm1(value - reach), math.expm1(value + reach), n)


def of_ratios(one: Ratio, other: Ratio, level: float, planned: float, weight: float = 1.0) -> Estimate:
    """`one - weight * other`, as far as both tell; n and planned are of the smaller, which sets how much is known."""
    n = min(one.n, other.n)
    value = one.value - weight * other.value
    error = math.hypot(one.standard_error, weight * other.standard_error)
    reach = radius(n, level, planned) * math.sqrt(n) * error
    return Estimate(value, value - reach, value + reach, n)
