"""A whole refresh, features to published lists, against the sum of the bare kernels on the same shapes.

    frontpage bench refresh --readers 60000 --json FILE

The kernels are what no batch recommender of this kind can do without: an exhaustive scan of readers x live articles,
the ranker's trees over every candidate, exact SHAP of every served row, and COPY of the rows.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any

from bench import kernels, record
from bench.apart import apart
from bench.meter import metered
from bench.scale_server import params_of, served
from bench.scale_world import ARTICLES_A_DAY, AS_OF, FULL_READERS, Size
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.store import server
from frontpage.store.connect import Connection, connect, execute, fetch_one
from frontpage.store.queries import query

#: The steps of a refresh, in order.
STEPS = ("features", "score", "gate", "publish")


def measure(home: Path, size: Size) -> dict[str, Any]:
    """Figures of one refresh of a world from scratch: nothing scored, no states of an earlier moment.

    The figures of each step are kept as it ends, so that a measurement that was stopped goes on with the next one.
    """
    params = params_of(size)
    with served(home, size) as settings:
        partial = settings.home / "refresh.partial.json"
        steps = json.loads(partial.read_text()) if partial.is_file() else {}
        if not steps:
            reset(settings)
        for name in (name for name in STEPS if name not in steps):
            steps[name] = timed(settings, params, name)
            partial.write_text(json.dumps(steps, indent=2) + "\n")
        with connect(server.database_url(settings)) as connection:
            run = newest_run(connection)
            reference = kernels.reference(connection, kernels.sample(connection, settings, params), int(run["run_id"]))
        partial.unlink()
    seconds = sum(step["wall_seconds"] for step in steps.values())
    kernel_seconds = round(sum(reference["seconds"].values()), 2)
    ours = {
        "seconds": round(seconds, 2),
        "rows_per_s": round(run["n_rows"] / seconds),
        "peak_rss_bytes": max(step["peak_bytes"] for step in steps.values()),
        "written_bytes": sum(step["written_bytes"] for step in steps.values()),
        "steps": steps,
    }
    return {
        "name": "refresh",
        "readers": int(run["n_readers"]),
        "live_articles": reference["live_articles"],
        "rows": int(run["n_rows"]),
        "checksum": run["checksum"],
        "ours": ours,
        "reference": {**reference, "total_seconds": kernel_seconds},
        "ratio": round(seconds / kernel_seconds, 3),
        "machine": record.machine(),
    }


def reset(settings: Settings) -> None:
    """Forget every state, run and vector, so that a refresh starts from the canonical tables and the model alone."""
    shutil.rmtree(settings.path("vectors"), ignore_errors=True)
    with connect(server.database_url(settings)) as connection:
        execute(connection, query("bench/reset"))
        execute(connection, "checkpoint")


def newest_run(connection: Connection) -> dict[str, Any]:
    """The run that was made last: id, readers, rows, bytes and checksum."""
    run = fetch_one(connection, query("bench/newest_run"))
    assert run is not None
    return run


def timed(settings: Settings, params: Params, name: str, as_of: datetime = AS_OF) -> dict[str, Any]:
    """What a step used, which runs in a process of its own."""
    with metered(settings.home / "postgres", counts_itself=False) as meter:
        apart(f"frontpage.steps.{name}:run", settings, params, as_of)
    print(f"{as_of:%H:%M} {name}", meter.as_dict(), flush=True)  # noqa: T201 - a command's progress
    return meter.as_dict()


def home_of() -> Path:
    """Where bench worlds are kept between runs."""
    return Settings.from_environ(os.environ).path("bench")


def parser_of(described: str | None, n_readers: int = FULL_READERS) -> argparse.ArgumentParser:
    """What every bench of a world is asked for: how many readers, where worlds are kept, where figures go."""
    parser = argparse.ArgumentParser(description=described)
    parser.add_argument("--readers", type=int, default=n_readers)
    parser.add_argument("--json", type=Path, required=True)
    parser.add_argument("--home", type=Path, default=home_of())
    return parser


def main() -> None:
    """Measure and write the figures."""
    parser = parser_of(__doc__)
    parser.add_argument("--live-days", type=int, default=1)
    parser.add_argument("--articles", type=int, default=ARTICLES_A_DAY, help="new articles a day")
    given = parser.parse_args()
    size = Size(given.readers, max(2, given.live_days), given.articles, given.live_days)
    given.json.write_text(json.dumps(measure(given.home, size), indent=2) + "\n")


if __name__ == "__main__":
    main()
