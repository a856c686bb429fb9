"""The frame of benches that look at a part of a refresh, on a sample of a world's readers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from bench.kernels import Sample, sample
from bench.meter import metered
from bench.refresh import parser_of
from bench.scale_server import params_of, served
from bench.scale_world import Size
from frontpage.store import server
from frontpage.store.connect import connect

#: Readers of the world where nothing else is asked for: enough for the sample.
_READERS = 15_000


def figures_of(work: Callable[[], Any], n_rows: int) -> dict[str, Any]:
    """Seconds, rows per second and peak memory of some work, done once before so that nothing is left to compile."""
    work()
    with metered() as meter:
        work()
    seconds = max(meter.wall_seconds, 1e-3)
    return {"seconds": seconds, "rows_per_s": round(n_rows / seconds), "peak_rss_bytes": meter.peak_bytes}


def main_of(measure: Callable[[Sample], dict[str, Any]], description: str | None) -> None:
    """Measure on the world asked for and write the figures."""
    given = parser_of(description, _READERS).parse_args()
    size = Size(given.readers)
    with served(given.home, size) as settings, connect(server.database_url(settings)) as connection:
        figures = measure(sample(connection, settings, params_of(size)))
    given.json.write_text(json.dumps(figures, indent=2) + "\n")
