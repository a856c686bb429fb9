"""ADWIN: where in a series its mean changed (Bifet and Gavalda, Learning from time-changing data, SDM 2007).

The window of newest values is cut wherever two parts of it have means that differ by more than chance allows; what is
before the cut is forgotten. Every value is kept here instead of the paper's exponential histogram: series have one
value an hour, so a window is a few thousand numbers.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

#: Parts of fewer values are not compared.
_MIN_VALUES = 12


@dataclass(frozen=True, slots=True)
class ChangePoint:
    """at: how many values had come when it was seen; before, after: means of the two parts."""

    at: int
    before: float
    after: float


def last_change(values: Sequence[float] | Iterable[float], confidence: float) -> ChangePoint | None:
    """The newest change of the mean; None where chance explains all. confidence: the paper's delta."""
    window: list[float] = []
    found = None
    for at, value in enumerate(values, start=1):
        window.append(float(value))
        while (cut := _cut(np.asarray(window), confidence)) is not None:
            found = ChangePoint(at, float(np.mean(window[:cut])), float(np.mean(window[cut:])))
            window = window[cut:]
    return found


def _cut(window: np.ndarray, confidence: float) -> int | None:
    """Where the two parts differ most beyond the bound of the paper's equation 3.1; None where none do."""
    n = len(window)
    first = np.arange(_MIN_VALUES, n - _MIN_VALUES + 1)
    if not len(first):
        return None
    sums = np.cumsum(window)
    differences = np.abs(sums[first - 1] / first - (sums[-1] - sums[first - 1]) / (n - first))
    harmonic = 1 / (1 / first + 1 / (n - first))
    certainty = math.log(2 * math.log(max(n, 3)) / confidence)
    bounds = np.sqrt(2 / harmonic * window.var() * certainty) + 2 / (3 * harmonic) * certainty * np.ptp(window)
    beyond = differences - bounds
    best = int(beyond.argmax())
    return int(first[best]) if beyond[best] > 0 else None
