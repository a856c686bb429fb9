"""`frontpage bench etl`: a day's extract against one plain process that decodes, copies and inserts with ON CONFLICT.

Ours and the reference load the same files into the same tables of one server, each in a process and a database of its
own. Recognising languages and signing texts, which the reference does not do, are timed apart, in one plain loop. A
third extract is killed half-way and run again.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import orjson

from bench import etl_world, record
from bench.content import content_hash
from bench.meter import metered
from etl.rows import minhash, texts
from etl.rows.languages import recognise_language
from frontpage.core import columns as c
from frontpage.store import migrate, server
from frontpage.store.connect import connect, execute, fetch_one


def measure(n_readers: int, folder: Path) -> dict[str, Any]:
    """Seconds, rows a second and memory of ours and the reference, their ratio, and what a kill changed.

    The files are those in `folder`; where it is not there they are written first.
    """
    n_rows = etl_world.size(n_readers) if folder.is_dir() else etl_world.write(folder, n_readers)
    with tempfile.TemporaryDirectory() as name, _server(Path(name)) as running:
        plain = _database(running, "plain")
        reference = _run([sys.executable, "-m", "bench.etl_plain", str(folder), plain], running, plain)
        undisturbed, killed = (_database(running, one) for one in ("ours", "killed"))
        extract = [record.FRONTPAGE, "extract", "--as-of", etl_world.AS_OF.isoformat(), "--source", str(folder)]
        ours = _run(extract, running, undisturbed)
        _kill(extract, killed, ours["seconds"] / 2)
        again = _run(extract, running, killed)
        apart, contents = _apart(folder), [content_hash(url) for url in (undisturbed, killed)]
        return _figures(sum(n_rows), (ours, reference, apart), again, contents)


def _figures(
    n_rows: int, timed: tuple[dict[str, float], ...], again: dict[str, float], contents: list[Any]
) -> dict[str, Any]:
    ours, reference, apart = timed
    both = {"ours": ours, "reference": reference}
    speed = {name: {**of, "rows_per_s": round(n_rows / of["seconds"])} for name, of in both.items()}
    without = ours["seconds"] - sum(apart.values())
    return {
        "rows": {"articles_and_reads": n_rows},
        **speed,
        "apart": apart,
        "ratios": {
            "ratio": round(without / reference["seconds"], 2),
            "ratio_with_all": round(ours["seconds"] / reference["seconds"], 2),
        },
        "killed": {"again_seconds": again["seconds"], "is_equal": int(contents[0] == contents[1])},
    }


def _apart(folder: Path) -> dict[str, float]:
    """Seconds of one plain loop for what the reference leaves out."""
    spent = {"language_seconds": 0.0, "near_duplicates_seconds": 0.0}
    for path in sorted((folder / "articles").glob("*.jsonl")):
        for line in path.read_bytes().splitlines():
            row = orjson.loads(line)
            content = texts.comparable(row[c.TITLE], row[c.SUMMARY], row[c.BODY])
            began = time.perf_counter()
            if row[c.LANGUAGE] is None:
                recognise_language(content)
            recognised = time.perf_counter()
            minhash.signature(content)
            spent["language_seconds"] += recognised - began
            spent["near_duplicates_seconds"] += time.perf_counter() - recognised
    return {name: round(seconds, 1) for name, seconds in spent.items()}


def _run(command: list[str], running: server.Server, url: str) -> dict[str, float]:
    """Seconds of a command from its start to its end, peak memory with the server, how large its database is then."""
    with metered(Path(running.data)) as meter:
        process = _start(command, url)
        assert process.wait() == 0, f"{command} ended with {process.returncode}"
    with connect(url) as connection:
        size = (fetch_one(connection, "select pg_database_size(current_database()) as n") or {})["n"]
    return {
        "seconds": round(meter.wall_seconds, 1),
        "peak_mb": meter.peak_bytes // 1_000_000,
        "database_mb": size // 1_000_000,
    }


def _kill(command: list[str], url: str, after_seconds: float) -> None:
    """Start a command and end it, with all it started, by SIGKILL."""
    process = _start(command, url)
    time.sleep(after_seconds)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def _start(command: list[str], url: str) -> "subprocess.Popen[bytes]":
    variables = {**os.environ, "FRONTPAGE_DATABASE_URL": url}
    return subprocess.Popen(command, env=variables, cwd=record.ROOT, stdout=subprocess.DEVNULL, start_new_session=True)


@contextmanager
def _server(folder: Path) -> Iterator[server.Server]:
    folder.chmod(0o755)
    running = server.up(folder / "home", max_wal_size="4GB", shared_buffers="512MB")
    try:
        yield running
    finally:
        server.down(folder / "home")


def _database(running: server.Server, name: str) -> str:
    """URL of a fresh, migrated database."""
    with connect(running.url("postgres")) as connection:
        execute(connection, f"create database {name}")
    migrate.upgrade(running.url(name))
    return running.url(name)


def main() -> None:
    """Measure and write `--json FILE`, or docs/measurements/etl.json."""
    parser = argparse.ArgumentParser(prog="python -m bench.etl")
    parser.add_argument("--readers", type=int, default=etl_world.N_READERS)
    parser.add_argument("--files", type=Path, help="where the day's files are or stay")
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        measured = measure(asked.readers, asked.files or Path(name) / "files")
    if asked.json:
        ratio = measured["ratios"]["ratio"]
        result = {"name": "etl", **measured, "ratio": ratio, "machine": record.machine()}
        asked.json.write_text(json.dumps(result, indent=2) + "\n")
        print(json.dumps(result))  # noqa: T201 - a command
        return
    world = f"generated, seed 1, {asked.readers} readers"
    command = record.command("etl", is_full=asked.readers == etl_world.N_READERS)
    print(record.write("etl", measured, world, command))  # noqa: T201 - a command


if __name__ == "__main__":
    main()
