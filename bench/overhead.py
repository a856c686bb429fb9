"""`make proof-overhead`: what being watched costs the API and a refresh, in pairs of runs; the median quotient counts.

API: lists per second of a server that writes no line and counts nothing, of one that does (`observed`), and of one
that traces one request in a hundred besides (`traced`). Refresh: the steps alone, and as `frontpage refresh` with its
record, log line and spans, while the exporter is asked three times as often as Prometheus asks it.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import statistics
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
from tqdm import tqdm

from bench import record, refresh
from bench.load import wrk
from bench.meter import metered
from bench.scale_server import served
from bench.scale_world import AS_OF, Size
from bench.serve import api, own_lists, world
from frontpage.cli.calling import installation_params, step
from frontpage.core.settings import Settings
from frontpage.stack.processes import free_port
from frontpage.steps import refresh as refresh_step
from models.variants import complete
from serving.http.middleware import RequestMiddleware
from serving.http.server import serve
from serving.http.telemetry.metrics import Metrics

N_READERS, ROUNDS, SECONDS = 20_000, 9, 5
N_REFRESHED, REFRESHES = 15_000, 5
_ARMS = ("bare", "observed", "traced")
_SCRAPE_SECONDS = 10.0
_START_SECONDS = 60.0
_US = (sys.executable, "-m", "bench.overhead")


def of_api(n_readers: int, rounds: int, seconds: int) -> dict[str, Any]:
    """Lists per second of each arm, warm, one worker; what is lost against the bare one, in percent."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        running, readers, _ = stack.enter_context(world(folder, n_readers))
        urls = {arm: stack.enter_context(api(running.api_url(), (*_US, "--serve", arm))) for arm in _ARMS}
        asked = {arm: own_lists(url, readers, "zipf") for arm, url in urls.items()}
        for one in asked.values():
            wrk(one, 2 * seconds)
        speed: dict[str, list[float]] = {arm: [] for arm in _ARMS}
        for n in tqdm(range(rounds), desc="rounds", disable=None):
            for arm in _turned(_ARMS, n):
                speed[arm].append(wrk(asked[arm], seconds, n).per_second)
    per_second = {f"{arm} per s": round(statistics.median(values)) for arm, values in speed.items()}
    lost = {f"{arm}, % lost": _less(speed["bare"], speed[arm]) for arm in _ARMS[1:]}
    return {**per_second, **lost, "rounds": rounds}


def of_refresh(home: Path, n_readers: int, rounds: int) -> dict[str, Any]:
    """Seconds and processor time of a refresh from scratch, with and without; what is added, in percent."""
    wall: dict[str, list[float]] = {arm: [] for arm in _ARMS[:2]}
    cpu: dict[str, list[float]] = {arm: [] for arm in _ARMS[:2]}
    with served(home, Size(n_readers)) as settings:
        for n in tqdm(range(rounds), desc="refreshes", disable=None):
            for arm in _turned(_ARMS[:2], n):
                refresh.reset(settings)
                taken = _refreshed(settings, arm)
                wall[arm].append(taken[0])
                cpu[arm].append(taken[1])
    return {
        **{f"{arm} s": round(statistics.median(values), 2) for arm, values in wall.items()},
        "% more time": -_less(wall["bare"], wall["observed"]),
        "% more processor time": -_less(cpu["bare"], cpu["observed"]),
        "rounds": rounds,
    }


def _refreshed(settings: Settings, arm: str) -> tuple[float, float]:
    """Seconds, and those of the processors, of one refresh in a process of its own."""
    environ = {**os.environ, "FRONTPAGE_HOME": str(settings.home)}
    if arm == "observed":
        settings.path("logs").mkdir(exist_ok=True)
        environ["FRONTPAGE_TRACES_FILE"] = str(settings.path("logs", "spans.jsonl"))
    with (
        _asked_often(environ) if arm == "observed" else contextlib.nullcontext(),
        metered(settings.home / "postgres", counts_itself=False) as meter,
    ):
        subprocess.run([*_US, "--refresh", arm], env=environ, check=True, stdout=subprocess.DEVNULL, cwd=record.ROOT)
    return meter.wall_seconds, meter.cpu_seconds + meter.server_cpu_seconds


@contextlib.contextmanager
def _asked_often(environ: dict[str, str]) -> Iterator[None]:
    """An exporter of this installation, asked again and again during the block."""
    port, over = free_port(0), threading.Event()
    command = [record.FRONTPAGE, "exporter", "--port", str(port)]
    exporter = subprocess.Popen(command, env=environ, stdout=subprocess.DEVNULL)

    def ask() -> None:
        while not over.wait(_SCRAPE_SECONDS):
            httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=_START_SECONDS)

    _wait_for(port)
    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    try:
        yield
    finally:
        over.set()
        asking.join()
        exporter.terminate()
        exporter.wait()


def _wait_for(port: int) -> None:
    over = threading.Event()
    for _ in range(round(_START_SECONDS)):
        with contextlib.suppress(httpx.HTTPError):
            httpx.get(f"http://127.0.0.1:{port}/metrics", timeout=_START_SECONDS)
            return
        over.wait(1.0)
    raise TimeoutError(f"the exporter on port {port} does not answer")


def _turned(arms: Sequence[str], n: int) -> Sequence[str]:
    """In another order each time, so that none is always first."""
    return [*arms[n % len(arms) :], *arms[: n % len(arms)]]


def _less(one: list[float], other: list[float]) -> float:
    """How much less `other` is than `one`, in percent of `one`: the median of the pairs."""
    return round(statistics.median(100 * (1 - b / a) for a, b in zip(one, other, strict=True)), 1)


def serve_as(arm: str, port: int) -> None:
    """The API of an arm on this port."""
    settings = Settings.from_environ(os.environ)
    if arm == "bare":
        for owner, name in ((RequestMiddleware, "_write_down"), (Metrics, "listed")):
            setattr(owner, name, lambda *_arguments, **_options: None)
    with tempfile.TemporaryDirectory() as folder:
        file = str(Path(folder) / "spans.jsonl") if arm == "traced" else ""
        serve(settings.model_copy(update={"traces_file": file}), port=port)


def refresh_as(arm: str) -> None:
    """A refresh of the installation that the environment names."""
    if arm == "observed":
        step("refresh", AS_OF)
        return
    settings = Settings.from_environ(os.environ)
    refresh_step.run(settings, complete(installation_params(settings)[0]), AS_OF)


def main() -> None:
    """Measure and write docs/measurements/overhead.json; or be one of those that are measured."""
    parser = argparse.ArgumentParser(prog="python -m bench.overhead")
    sizes = {"readers": N_READERS, "rounds": ROUNDS, "seconds": SECONDS, "refreshed": N_REFRESHED,
             "refreshes": REFRESHES}  # fmt: skip
    for name, default in sizes.items():
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--home", type=Path, default=refresh.home_of())
    parser.add_argument("--serve", choices=_ARMS, help=argparse.SUPPRESS)
    parser.add_argument("--refresh", choices=_ARMS[:2], help=argparse.SUPPRESS)
    parser.add_argument("--port", type=int, default=8000, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve or asked.refresh:
        serve_as(asked.serve, asked.port) if asked.serve else refresh_as(asked.refresh)
        return
    figures = {"api": of_api(asked.readers, asked.rounds, asked.seconds)}
    if asked.refreshes:
        figures["refresh"] = of_refresh(asked.home, asked.refreshed, asked.refreshes)
    command = record.command("overhead", is_full=all(getattr(asked, name) == size for name, size in sizes.items()))
    world_is = f"generated, seed 1, {asked.readers} readers (API), {asked.refreshed} (refresh)"
    print(record.write("overhead", figures, world_is, command))  # noqa: T201 - a command
    for part in figures.values():  # the tables of docs/monitoring.md
        print("\n".join(f"| {' | '.join(map(str, row))} |" for row in (part, ["---"] * len(part), part.values())))  # noqa: T201


if __name__ == "__main__":
    main()
