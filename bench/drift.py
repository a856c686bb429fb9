"""`make proof-drift`: false alarms in quiet weeks, and five kinds of drift at three sizes: found, and how soon.

On aggregates alone (`bench/drift_world.py`): no database and no Airflow. Parameters are the defaults.
"""

from __future__ import annotations

import hashlib
import statistics
import time
from typing import Any

import numpy as np

from bench import record
from bench.drift_world import PLANTED_AT, Plant, aggregates
from frontpage.core.sections.watching import DriftParams
from frontpage.lifecycle.drift.detection import HourlyAggregates, confirmed
from frontpage.lifecycle.drift.kinds import KINDS

SEEDS = (21, 22, 23)
#: Kind -> series that shows it, sizes from small to large.
PLANTS: dict[str, tuple[str, tuple[float, ...]]] = {
    "vanished publisher": ("articles.publisher", (0.0015, 0.01, 0.1)),
    "category's rise": ("articles.category", (0.1, 0.3, 0.6)),
    "changed interests": ("reads.category", (0.1, 0.3, 0.6)),
    "longer dwell": ("reads.dwell", (0.03, 0.1, 0.25)),
    "broken feature": ("features.missing", (0.01, 0.05, 0.5)),
}
_LIMIT_HOURS = 14 * 24


def main() -> None:
    """Print and write every figure."""
    started = time.perf_counter()
    alarms = {seed: _alarms(aggregates(seed)) for seed in SEEDS}
    figures: dict[str, Any] = {"quiet": {"false_alarms": sum(map(len, alarms.values()))}}
    for seed, told in alarms.items():
        print(f"seed {seed}: 84 quiet days, false alarms: {', '.join(told) or 'none'}", flush=True)  # noqa: T201 - a command
    for kind, (series, sizes) in PLANTS.items():
        figures[kind] = _planted(kind, series, sizes)
        print(f"{kind}: {figures[kind]}", flush=True)  # noqa: T201
    figures["time"] = {"seconds": round(time.perf_counter() - started, 1)}
    data_hash = hashlib.sha256(b"".join(each.n.tobytes() for each in aggregates(SEEDS[0]).values())).hexdigest()
    record.write("drift", figures, data_hash, record.command("drift", is_full=True))
    print(figures["time"])  # noqa: T201


def _alarms(world: dict[str, HourlyAggregates]) -> list[str]:
    """Each stretch of hours in which something is confirmed, as one alarm."""
    params, told = DriftParams(), []
    for kind in KINDS:
        if kind.series in world:
            hours = confirmed(kind, world[kind.series], params)
            begins = hours & ~np.vstack([np.zeros_like(hours[:1]), hours[:-1]])
            told += [
                f"{kind.series} {world[kind.series].keys[key]} day {hour // 24}" for hour, key in np.argwhere(begins)
            ]
    return told


def _planted(kind: str, series: str, sizes: tuple[float, ...]) -> dict[str, float]:
    """The smallest size that every seed finds, and hours until it is confirmed, the median of seeds.

    A size that a seed does not find is left out.
    """
    hours: dict[float, float] = {}
    for size in sizes:
        delays = [_delay(aggregates(seed, Plant(kind, size)), series) for seed in SEEDS]
        known = [delay for delay in delays if delay is not None]
        if len(known) == len(SEEDS):
            hours[size] = statistics.median(known)
    return {"smallest_size": min(hours), **{f"hours_at_{size:g}": delay for size, delay in hours.items()}}


def _delay(world: dict[str, HourlyAggregates], series: str) -> int | None:
    """Hours from the first hour that is different to the first confirmed finding in its series; None in two weeks."""
    ways = [confirmed(kind, world[series], DriftParams()) for kind in KINDS if kind.series == series]
    after = np.logical_or.reduce(ways)[PLANTED_AT : PLANTED_AT + _LIMIT_HOURS].any(axis=1)
    return int(after.argmax()) + 1 if after.any() else None


if __name__ == "__main__":
    main()
