"""Exact counts from counters: differences added up, whatever was restarted in between. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from frontpage.monitoring.prometheus import Line

Labels = tuple[tuple[str, str], ...]


@dataclass(slots=True)
class Counted:
    """What counters grew by, piece by piece of time.

    PromQL's increase() extrapolates to the ends of its window; here each piece goes on where the one before ended. A
    counter that is seen first at the beginning of all has a past that is not ours; one that comes later began at 0.
    """

    _last: dict[Labels, float] = field(default_factory=dict)
    _begun: float | None = None

    def grown(self, lines: Iterable[Line]) -> dict[Labels, float]:
        """By series, of the next piece of time; a value below the one before is a restart from 0."""
        lines = [line for line in lines if line.points]
        if self._begun is None and lines:
            self._begun = min(line.points[0][0] for line in lines)
        return {key_of(line.labels): self._of(line) for line in lines}

    def _of(self, line: Line) -> float:
        key, (first_at, first) = key_of(line.labels), line.points[0]
        last = self._last.get(key, first if first_at == self._begun else 0.0)
        total = 0.0
        for _, value in line.points:
            total += value - last if value >= last else value
            last = value
        self._last[key] = last
        return total


def key_of(labels: Mapping[str, str]) -> Labels:
    """Labels as a key; without the metric's name."""
    return tuple(sorted((name, value) for name, value in labels.items() if name != "__name__"))


def quantile(share: float, buckets: Mapping[float, float]) -> float | None:
    """Of a histogram's cumulative buckets, straight within the one it falls into; None where nothing was counted.

    >>> quantile(0.5, {0.1: 50.0, 0.2: 100.0, float("inf"): 100.0})
    0.1
    """
    total = max(buckets.values(), default=0.0)
    below, low = 0.0, 0.0
    for edge, n in sorted(buckets.items()):
        if total and n >= share * total:
            return low if edge == float("inf") else low + (edge - low) * (share * total - below) / (n - below)
        below, low = n, edge
    return None


def by_label(grown: Mapping[Labels, float], *names: str) -> dict[tuple[str, ...], float]:
    """Summed over all other labels."""
    sums: dict[tuple[str, ...], float] = defaultdict(float)
    for labels, n in grown.items():
        known = dict(labels)
        sums[tuple(known.get(name, "") for name in names)] += n
    return dict(sums)
