"""`make proof-cluster`: the pilot's extract and lists on a real Flink and on the local runner, and a worker killed.

A newsroom of 15,000 readers, its features and a model are made once; then the same moment is scored in several ways.
Every command is `frontpage`, in a process of its own. `--home DIR` takes (or leaves) the prepared installation there.
"""

import argparse
import json
import os
import re
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from bench import record
from bench.content import content_hash
from bench.flink import Flink, local_flink
from frontpage.store.connect import connect, execute, fetch_all, fetch_one
from frontpage.store.server import Server, down, up

UNTIL = "2026-03-04T12:00:00Z"
N_READERS, N_DAYS = 15_000, 7
ROUNDS = 2
_BLOCKS = "select max(relname) as name from pg_class where relname ~ '^run_block_[0-9]+$'"


@dataclass(frozen=True)
class Bench:
    """An installation below `home`, driven by its command."""

    home: Path
    server: Server
    n_readers: int = N_READERS
    database: str = "frontpage"

    @property
    def url(self) -> str:
        """Of its database."""
        return self.server.url(self.database)

    def run(self, *arguments: str) -> dict[str, Any]:
        """What the command said, and how long it took; it must succeed."""
        variables = {
            **os.environ, "FRONTPAGE_HOME": str(self.home), "FRONTPAGE_DATABASE_URL": self.url,
            "FRONTPAGE_MLFLOW_URL": self.server.url("mlflow"), "FRONTPAGE_SOURCES": str(self.home / "world"),
            "FRONTPAGE_PARAMS_FILE": str(self.params()),
        }  # fmt: skip
        began = time.monotonic()
        done = subprocess.run(
            [record.FRONTPAGE, *arguments], env=variables, cwd=record.ROOT, capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return {**json.loads(done.stdout.splitlines()[-1]), "seconds": time.monotonic() - began}

    def params(self) -> Path:
        """Ours, but with one thread a worker: slots are compared, not the threads inside of one."""
        path = self.home / "params.yaml"
        path.write_text(re.sub(r"^threads: .*", "threads: 1", (record.ROOT / "params.yaml").read_text(), flags=re.M))
        return path

    def prepare(self) -> str:
        """The version of a trained model; world, features and training are made where they are not there yet."""
        world = self.home / "world"
        self.run("db", "migrate")
        if not world.is_dir():
            size = ("--readers", str(self.n_readers), "--days", str(N_DAYS))
            self.run("simulate", *size, "--until", UNTIL, "--out", str(world))
        for verb in ("extract", "features", "train"):
            said = self.run(verb, "--as-of", UNTIL)
        return str(said["frontpage.details"]["version"])

    def score(self, version: str, options: list[str]) -> tuple[str, float, int]:
        """Checksum, seconds between the run's begin and its being built, and its rows."""
        said = self.run("score", "--as-of", UNTIL, "--variant", version, *options)
        run_id = said["frontpage.artifact"].removeprefix("run:")
        statement = "select extract(epoch from built_at - created_at)::float8 as seconds from rec_run where run_id = %s"
        with connect(self.url) as connection:
            row = fetch_one(connection, statement, [run_id]) or {}
        return said["frontpage.details"]["checksum"], row["seconds"], said["frontpage.rows_out"]


def measure(bench: Bench, flink: Flink) -> dict[str, Any]:
    """Checksums, seconds and throughput of each way to score, in turns; and of the extract on both runners."""
    version = bench.prepare()
    ways = {"local": [], "flink_1_slot": flink.options(1), "flink_2_slots": flink.options(2)}
    runs: dict[str, list[Any]] = {name: [] for name in ways}
    for _ in range(ROUNDS):
        for name, options in ways.items():
            runs[name].append(bench.score(version, options))
    killed: list[int] = []
    watch = threading.Thread(target=kill_a_worker, args=(bench.url, flink, killed))
    watch.start()
    runs["flink_worker_killed"] = [bench.score(version, flink.options(2))]
    watch.join()
    return figures(runs, len(killed), is_extract_equal=extracted(bench, flink))


def kill_a_worker(url: str, flink: Flink, killed: list[int]) -> None:
    """Kill the worker that is writing, once the first block of a run is there."""
    with connect(url) as connection:
        while not killed:
            time.sleep(0.02)
            name = (fetch_one(connection, _BLOCKS) or {})["name"]
            if name and fetch_all(connection, f"select block from {name} limit 1"):  # noqa: S608 - a table of ours
                worker = flink.workers()[-1]
                worker.kill()
                killed.append(worker.pid)


def extracted(bench: Bench, flink: Flink) -> bool:
    """Whether an extract on Flink brings what the local one brought."""
    with connect(bench.server.url("postgres")) as connection:
        execute(connection, "drop database if exists on_flink with (force)")
        execute(connection, "create database on_flink template template0")
    there = replace(bench, database="on_flink")
    there.run("db", "migrate")
    there.run("extract", "--as-of", UNTIL, *flink.options(2))
    return bool(content_hash(there.url) == content_hash(bench.url))


def figures(runs: dict[str, list[Any]], n_killed: int, *, is_extract_equal: bool) -> dict[str, Any]:
    """The best of the rounds of each way: what disturbs a round only makes it longer."""
    checksums = {checksum for one in runs.values() for checksum, _, _ in one}
    best = {name: min(seconds for _, seconds, _ in one) for name, one in runs.items()}
    rows = runs["local"][0][2]
    return {
        "same": {"scores_equal": int(len(checksums) == 1), "extracts_equal": int(is_extract_equal),
                 "workers_killed": n_killed},
        "score_seconds": {name: round(seconds, 1) for name, seconds in best.items()},
        "lists_per_s": {name: round(rows / 10 / seconds) for name, seconds in best.items()},
        "ratio": {"two_slots_to_one": round(best["flink_1_slot"] / best["flink_2_slots"], 2)},
    }  # fmt: skip


def main() -> None:
    """Measure and write `--json FILE`, or docs/measurements/cluster.json."""
    parser = argparse.ArgumentParser(prog="python -m bench.cluster")
    parser.add_argument("--home", type=Path, help="where the prepared installation is or stays")
    parser.add_argument("--readers", type=int, default=N_READERS)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        folder.chmod(0o755)
        home = asked.home or folder / "home"
        with local_flink(folder) as flink:
            try:
                measured = measure(Bench(home, up(home), asked.readers), flink)
            finally:
                down(home)
    if asked.json:
        asked.json.write_text(json.dumps({"name": "cluster", **measured, "machine": record.machine()}, indent=2) + "\n")
        return
    world = f"synthetic newsroom, seed 1, {asked.readers} readers, {N_DAYS} days until {UNTIL}"
    print(record.write("cluster", measured, world, "make proof-cluster"))  # noqa: T201 - a command


if __name__ == "__main__":
    main()
