"""How large an effect an experiment of so many readers can find, and how many readers an effect takes."""

from __future__ import annotations

import math

from scipy.optimize import brentq
from scipy.stats import norm

from frontpage.lifecycle.experiments.sequence import radius

_FEWEST, _MOST = 10.0, 1e12


def detectable(n: float, deviation: float, level: float, power: float) -> float:
    """The smallest difference of means that n readers, two arms together, find with this power, in units of the metric.

    deviation: of the metric among readers, after CUPED. The sequence is narrowest at n, the arms are of one size.
    Somebody who looks every day finds it a little earlier, so the power is at least this.
    """
    influence = 2.0 * deviation
    return influence * (radius(n, level, n) + float(norm.ppf(power)) / math.sqrt(n))


def readers_needed(effect: float, deviation: float, level: float, power: float) -> int:
    """How many readers, two arms together, find a difference of means of this size."""
    needed = brentq(lambda n: detectable(n, deviation, level, power) - effect, _FEWEST, _MOST, rtol=1e-9)
    return math.ceil(float(needed))


def of_one_mean(effect: float, deviation: float, level: float, power: float) -> int:
    """How many readers find that a mean is off zero by so much, as in an interleaving: each reader sees both sides."""
    return readers_needed(effect, deviation / 2.0, level, power)
