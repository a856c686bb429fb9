"""`make proof-serve-faults`: lists while runs are published and PostgreSQL restarts, goes silent and comes back.

Readers who have been seen ask on, and some whom nobody knows, for as long as it takes; every answer is looked at.
"""

import argparse
import asyncio
import itertools
import math
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import psycopg2

from bench import record, serve_world
from bench.serve import KEY, api
from frontpage.core.errors import UnavailableError
from frontpage.core.lists import LIST_LENGTH
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.store import server
from frontpage.store.connect import connect, execute
from frontpage.store.lists import runs
from tests.support.fault_proxy import FaultProxy, fault_proxy

N_READERS = 2_000
N_ASKERS = 16
SECONDS = 300
PUBLISH_EVERY_SECONDS = 4.0
BLACKHOLE_SECONDS = 10.0
#: What goes on beside the askers ends within this after them, or the measurement fails.
PATIENCE_SECONDS = 60.0
_PREFIX = "reader-"
#: The largest batch, and how often each is asked for over a connection of its own.
_BATCH, _TURNS = 500, 8
#: One request in so many is for a reader nobody knows.
_UNKNOWN_EVERY = 20


@dataclass
class Tally:
    """What the answers were."""

    seconds: list[float] = field(default_factory=list)
    counts: Counter[str] = field(default_factory=Counter)
    runs: set[int] = field(default_factory=set)
    fresh_at: list[float] = field(default_factory=list)

    def add(self, reader: str, answer: dict[str, Any] | None, seconds: float) -> None:
        """Count an answer; None stands for anything but a list."""
        is_known = reader.startswith(_PREFIX)
        self.seconds.append(seconds)
        self.counts.update(asked=1, asked_by_known=is_known)
        if answer is None or not answer["items"]:
            return
        is_own = is_known and _is_own(reader, answer)
        self.counts.update(
            lists=1, own=is_own, stale=answer["fallback"] == "stale",
            mixed=is_known and not is_own and answer["fallback"] is None,
        )  # fmt: skip
        self.runs.add(answer["run_id"])
        if answer["fallback"] is None:
            self.fresh_at.append(time.monotonic())

    def recovery_seconds(self, ends: list[float]) -> list[float]:
        """From the end of each fault to the next answer that was not stale; infinity where none came."""
        return [round(min((at for at in self.fresh_at if at > end), default=math.inf) - end, 2) for end in ends]


def _is_own(reader: str, answer: dict[str, Any]) -> bool:
    first = serve_world.first_article(int(reader.removeprefix(_PREFIX)), answer["run_id"])
    expected = [f"article-{(first + n) % serve_world.N_ARTICLES}" for n in range(LIST_LENGTH)]
    return [item["article_id"] for item in answer["items"]] == expected


async def ask_on(url: str, seconds: float, tally: Tally) -> None:
    """Askers, each one request after the other, until the time is up."""
    names = serve_world.names(N_READERS)
    deadline = time.monotonic() + seconds
    numbers = itertools.count()

    async def ask(client: httpx.AsyncClient) -> None:
        while time.monotonic() < deadline:
            n = next(numbers)
            reader = names[n * 7 % N_READERS] if n % _UNKNOWN_EVERY else f"nobody-{n}"
            started = time.perf_counter()
            tally.add(reader, await _list(client, reader), time.perf_counter() - started)

    async with httpx.AsyncClient(base_url=url, timeout=10, headers={"X-API-Key": KEY}) as client:
        await asyncio.gather(*(ask(client) for _ in range(N_ASKERS)))


def see_everybody(url: str) -> None:
    """Ask for every reader's list, often enough that each worker has had its turn."""
    names = serve_world.names(N_READERS)
    for start in (*range(0, N_READERS, _BATCH),) * _TURNS:
        asked = {"reader_ids": names[start : start + _BATCH]}
        answer = httpx.post(f"{url}/v1/readers:batch", json=asked, headers={"X-API-Key": KEY}, timeout=10)
        answer.raise_for_status()


async def _list(client: httpx.AsyncClient, reader: str) -> dict[str, Any] | None:
    try:
        response = await client.get(f"/v1/readers/{reader}/recommendations")
    except httpx.TransportError:
        return None
    return response.json() if response.status_code == httpx.codes.OK else None


@contextmanager
def publishing(url: str) -> Iterator[list[int]]:
    """Publish a run every few seconds, as far as the database is there; the runs published so far."""
    published: list[int] = []
    stop = threading.Event()
    keys = serve_world.keys(N_READERS, Settings())

    def publish_on() -> None:
        for n in itertools.count(1):
            if stop.wait(PUBLISH_EVERY_SECONDS):
                return
            try:
                with connect(url) as connection:
                    execute(connection, "set statement_timeout = '10s'")  # nothing may wait for what never ends
                    as_of = serve_world.AS_OF + timedelta(seconds=n)
                    published.append(serve_world.publish_run(connection, keys, as_of, n))
                    runs.drop_old_runs(connection, "champion", Params().retention.runs)
            except (psycopg2.Error, UnavailableError):
                continue  # a restart came in between; the next run is a new attempt

    with ThreadPoolExecutor(1) as pool:
        done = pool.submit(publish_on)
        try:
            yield published
        finally:
            stop.set()
        done.result(PATIENCE_SECONDS)


def measure(seconds: float) -> dict[str, Any]:
    """Shares of lists, of own lists, of lists mixed from two runs; times to answer and to recover."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        Path(folder).chmod(0o755)
        running = serve_world.create(home, N_READERS, Settings())
        try:
            with fault_proxy(running.api_url()) as proxy, api(proxy.url) as url:
                return _measure_at(url, home, proxy, seconds)
        finally:
            server.down(home)


def _measure_at(url: str, home: Path, proxy: FaultProxy, seconds: float) -> dict[str, Any]:
    see_everybody(url)
    tally = Tally()
    with publishing(server.database_url(Settings(home=home))) as published, ThreadPoolExecutor(1) as pool:
        faults: Future[list[float]] = pool.submit(_break_things, home, proxy, seconds)
        asyncio.run(ask_on(url, seconds, tally))
        ends = faults.result(PATIENCE_SECONDS)
    counts = tally.counts
    return {
        "requests": counts["asked"],
        "share_lists": round(counts["lists"] / counts["asked"], 5),
        "share_own": round(counts["own"] / counts["asked_by_known"], 5),
        "share_stale": round(counts["stale"] / counts["asked"], 5),
        "mixed": counts["mixed"],
        "runs_published": len(published),
        "runs_seen": len(tally.runs),
        "p99_ms": round(float(np.percentile(tally.seconds, 99)) * 1_000, 1),
        "longest_ms": round(max(tally.seconds) * 1_000, 1),
        "recovery_seconds": max(tally.recovery_seconds(ends)),
    }


def _break_things(home: Path, proxy: FaultProxy, seconds: float) -> list[float]:
    """A restart, a black hole, a restart, spread over the time; when each of them was over."""
    began, ends = time.monotonic(), []
    for share, fault in ((0.15, _restart), (0.35, _go_silent), (0.8, _restart)):
        time.sleep(max(0.0, began + share * seconds - time.monotonic()))
        fault(home, proxy, min(BLACKHOLE_SECONDS, seconds / 5))
        ends.append(time.monotonic())
    return ends


def _restart(home: Path, _proxy: FaultProxy, _seconds: float) -> None:
    server.down(home)
    server.up(home)


def _go_silent(_home: Path, proxy: FaultProxy, seconds: float) -> None:
    proxy.swallow()
    time.sleep(seconds)
    proxy.heal()


def main() -> None:
    """Measure for five minutes and write docs/measurements/serve_faults.json."""
    parser = argparse.ArgumentParser(prog="python -m bench.serve_faults")
    parser.add_argument("--seconds", type=float, default=SECONDS)
    figures = {"faults": measure(parser.parse_args().seconds)}
    print(record.write("serve-faults", figures, f"generated, {N_READERS} readers", "make proof-serve-faults"))  # noqa: T201


if __name__ == "__main__":
    main()
