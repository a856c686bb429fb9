"""`make proof-serve-quick`: what answering a usual request without FastAPI's dependencies is worth (`lists/quick.py`).

Two servers of one worker, one of them without the quick way, are asked in turn; the quotient of each round counts.
"""

import argparse
import os
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from tqdm import tqdm

from bench import record
from bench.load import wrk
from bench.serve import api, own_lists, world
from frontpage.core.settings import Settings
from serving.http.server import serve
from serving.lists import routes

N_READERS = 20_000
ROUNDS = 7
SECONDS = 5
_WITHOUT = (sys.executable, "-m", "bench.serve_quick", "--serve-without")


def measure(n_readers: int, rounds: int, seconds: int) -> dict[str, Any]:
    """Lists per second with and without, warm, and the median, least and largest quotient of the rounds."""
    with (
        tempfile.TemporaryDirectory() as folder,
        world(Path(folder), n_readers) as (running, readers, _),
        api(running.api_url(), (sys.executable, "-m", "serving")) as quick_url,
        api(running.api_url(), _WITHOUT) as thorough_url,
    ):
        asked = {"with": own_lists(quick_url, readers, "zipf"), "without": own_lists(thorough_url, readers, "zipf")}
        for one in asked.values():
            wrk(one, 2 * seconds)
        speed: dict[str, list[float]] = {name: [] for name in asked}
        for n in tqdm(range(rounds), desc="rounds", disable=None):
            for name in sorted(asked, reverse=bool(n % 2)):
                speed[name].append(wrk(asked[name], seconds, n).per_second)
    ratios = [quick / thorough for quick, thorough in zip(speed["with"], speed["without"], strict=True)]
    figures = {
        **{f"{name}_per_s": round(statistics.median(values)) for name, values in speed.items()},
        "ratio": round(statistics.median(ratios), 3),
        "least_ratio": round(min(ratios), 3),
        "most_ratio": round(max(ratios), 3),
    }
    return {"one worker": figures}


def serve_without(port: int) -> None:
    """The API on this port, each request FastAPI's way."""
    del routes.recommendations.quick
    serve(Settings.from_environ(os.environ), port=port)


def main() -> None:
    """Measure and write docs/measurements/serve-quick.json; or be one of the two servers."""
    parser = argparse.ArgumentParser(prog="python -m bench.serve_quick")
    parser.add_argument("--readers", type=int, default=N_READERS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    parser.add_argument("--serve-without", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=8000, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve_without:
        serve_without(asked.port)
        return
    figures = measure(asked.readers, asked.rounds, asked.seconds)
    is_full = (asked.readers, asked.rounds, asked.seconds) == (N_READERS, ROUNDS, SECONDS)
    command = record.command("serve-quick", is_full=is_full)
    world_is = f"generated, seed 1, {asked.readers} readers"
    print(record.write("serve-quick", figures, world_is, command), figures)  # noqa: T201 - a command


if __name__ == "__main__":
    main()
