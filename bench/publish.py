"""Publishing everybody's lists while the old ones are read, against bare COPY of the same bytes.

    frontpage bench publish --readers 60000 --json FILE

Ours: rows into the run's table, block by block and by as many writers as `score` has threads, then its index, count,
checksum, and the flip. The reference: the same rows, as text, into a bare table. Meanwhile one reader after the other
asks for the list being served; p99 is theirs. All of it several times, one hour's list after another's; figures are
medians.
"""

from __future__ import annotations

import json
import shutil
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa

from bench import kernels, record
from bench.meter import metered
from bench.refresh import newest_run, parser_of
from bench.serve_world import AS_OF, create, keys, list_rows
from frontpage.core import columns as c
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.store import server
from frontpage.store.connect import connect, fetch_all
from frontpage.store.lists import run_blocks, runs
from frontpage.store.queries import query
from models.pipeline import BLOCK_READERS

#: Lists that are published.
TIMES = 3
#: Between two requests of the reader that is watched.
_PAUSE_SECONDS = 0.005


def measure(home: Path, n_readers: int) -> dict[str, Any]:
    """Figures of publishing other lists for everybody."""
    shutil.rmtree(home, ignore_errors=True)
    settings = Settings(home=home)
    running = create(home, n_readers, settings)
    found = []
    try:
        reader_keys = keys(n_readers, settings)
        blocks = [
            list_rows(reader_keys[first : first + BLOCK_READERS], 2) for first in range(0, n_readers, BLOCK_READERS)
        ]
        with connect(running.url()) as connection:
            idle = _watched(running.url(), reader_keys, lambda: time.sleep(2.0))
            for hour in range(1, TIMES + 1):
                with metered(Path(running.data)) as meter:
                    publish = partial(_publish, running.url(), AS_OF + timedelta(hours=hour), blocks)
                    busy = _watched(running.url(), reader_keys, publish)
                run = newest_run(connection)
                copied, n_bytes = kernels.copied(connection, run[c.RUN_ID])
                found.append((meter.wall_seconds, copied, meter.wall_seconds / copied, busy, meter.peak_bytes))
    finally:
        server.down(home)
    seconds, copied, ratio, busy, peak_bytes = (float(value) for value in np.median(found, axis=0))
    return {
        "name": "publish",
        "rows": run["n_rows"],
        "run_bytes": run["n_bytes"],
        "ours": {"seconds": round(seconds, 2), "rows_per_s": round(run["n_rows"] / seconds), "peak_bytes": peak_bytes},
        "reference": {"seconds": round(copied, 2), "bytes": n_bytes},
        "ratio": round(ratio, 3),
        "readers_p99_ms": {"idle": idle, "publishing": busy},
        "machine": record.machine(),
    }


def _publish(url: str, as_of: datetime, blocks: list[pa.Table]) -> None:
    """What `score`, `gate` and `publish` do to the database once lists are made and found good."""
    with connect(url) as connection:
        run_id = runs.begin_run(connection, as_of, "champion", "bench-model")
        run_blocks.open_account(connection, run_id)
        n_writers = Params().threads
        with ThreadPoolExecutor(n_writers) as writers:
            shares = [range(first, len(blocks), n_writers) for first in range(n_writers)]
            list(writers.map(partial(_write, url, run_id, blocks), shares))
        run_blocks.close_account(connection, run_id, len(blocks))
        runs.finish_run(connection, run_id)
        runs.set_state(connection, run_id, "passed")
        runs.publish(connection, runs.newest_attempt(connection, as_of, "champion", "passed"))


def _write(url: str, run_id: int, blocks: list[pa.Table], mine: range) -> None:
    with connect(url) as connection:
        for number in mine:
            run_blocks.write_block(connection, run_id, number, blocks[number])


def _watched(url: str, reader_keys: np.ndarray, work: Any) -> float:
    """p99, in milliseconds, of reading one list after the other while the work is done."""
    done, took = threading.Event(), list[float]()

    def read() -> None:
        random = np.random.default_rng(3)
        with connect(url) as connection:
            while not done.wait(_PAUSE_SECONDS):
                started = time.perf_counter()
                fetch_all(connection, query("bench/list"), [int(random.choice(reader_keys))])
                took.append(time.perf_counter() - started)

    thread = threading.Thread(target=read, daemon=True)
    thread.start()
    try:
        work()
    finally:
        done.set()
        thread.join()
    return round(1000 * float(np.quantile(took, 0.99)), 2)


def main() -> None:
    """Measure and write the figures."""
    given = parser_of(__doc__).parse_args()
    figures = measure(given.home / f"publish-{given.readers}", given.readers)
    given.json.write_text(json.dumps(figures, indent=2) + "\n")


if __name__ == "__main__":
    main()
