"""`make proof-archive`: the archive of runs, in seconds and bytes, and whether it tells what was served.

    python -m bench.archive --readers 15000

Six hourly runs of two versions: the first of each makes everybody's list, the others those of half of the readers, and
keep the rest. Five are archived and dropped; `why` is asked of 1,000 readers in each before and after.
"""

from __future__ import annotations

import argparse
import hashlib
import shutil
import time
from datetime import timedelta
from pathlib import Path
from typing import Any

import numpy as np

from bench import record
from bench.serve_world import AS_OF, create, keys, list_rows, names
from frontpage.core import columns as c
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.scoring.archive import Archive
from frontpage.steps import archive, why
from frontpage.store import server
from frontpage.store.connect import Connection, connect, fetch_one
from frontpage.store.lists import archived, kept_lists, run_blocks, runs
from frontpage.store.lists.kept_lists import Base

FULL_READERS, ASKED, HOURS = 521_000, 1_000, 6
HOUR = timedelta(hours=1)
#: The hour from which another version makes the lists.
_NEW_VERSION = 3


def measure(home: Path, n_readers: int) -> dict[str, dict[str, float]]:
    """Figures of a full run and of an hourly one, and how many lists came back as they were."""
    shutil.rmtree(home, ignore_errors=True)
    settings = Settings(home=home)
    running = create(home, n_readers, settings)
    settings = settings.model_copy(update={"database_url": running.url()})
    try:
        with connect(running.url()) as connection:
            run_ids = _published(connection, np.sort(keys(n_readers, settings)))
            before = _told(connection, settings, names(n_readers), run_ids[:-1])
            stored = _stored_bytes(connection, run_ids[0])
            made = _archived(connection, settings)
            dropped = runs.drop_old_runs(connection, "champion", 0, archived_only=True)
            started = time.perf_counter()
            after = _told(connection, settings, names(n_readers), run_ids[:-1])
            asked_seconds = time.perf_counter() - started
    finally:
        server.down(home)
    figures = {kind: _figures(made[at], n_readers) for kind, at in (("full run", 0), ("hourly run", 1))}
    figures["full run"]["bytes per reader in the database"] = round(stored / n_readers)
    same = sum(now == was for now, was in zip(after, before, strict=True))
    figures["why"] = {
        "readers": ASKED, "runs dropped": dropped, "lists asked": len(before), "lists the same": same,
        "milliseconds a list": round(1000 * asked_seconds / len(before), 1),
    }  # fmt: skip
    assert same == len(before) > 0, "the archive does not tell what was served"
    return figures


def _published(connection: Connection, reader_keys: np.ndarray) -> list[int]:
    """Ids of the runs, oldest first; the first one is there."""
    first = fetch_one(connection, "select run_id from rec_run")
    assert first is not None
    run_ids = [int(first[c.RUN_ID])]
    for hour in range(1, HOURS):
        as_of = AS_OF + hour * HOUR
        is_due = (np.arange(len(reader_keys)) % 2 == hour % 2) | (hour == _NEW_VERSION)
        run_id = runs.begin_run(connection, as_of, "champion", f"version-{1 + (hour >= _NEW_VERSION)}")
        run_blocks.open_account(connection, run_id)
        runs.write_lists(connection, run_id, list_rows(reader_keys[is_due], hour))
        kept_lists.keep(connection, run_id, Base(run_ids[-1], as_of - HOUR), reader_keys[~is_due].tolist(), 0)
        runs.finish_run(connection, run_id)
        runs.set_state(connection, run_id, "passed")
        runs.publish(connection, runs.newest_attempt(connection, as_of, "champion", "passed"))
        run_ids.append(run_id)
    return run_ids


def _archived(connection: Connection, settings: Settings) -> list[tuple[float, archived.ArchivedRun]]:
    """Seconds and size of each run, one after the other; the step finds nothing left to do then."""
    made, place = [], Archive.of(settings)
    for run in archived.to_do(connection, AS_OF + HOURS * HOUR):
        started = time.perf_counter()
        one = place.add(connection, run)
        made.append((time.perf_counter() - started, one))
    assert archive.run(settings, Params(), AS_OF + HOURS * HOUR).details["runs"] == 0
    return made


def _told(connection: Connection, settings: Settings, ids: list[str], run_ids: list[int]) -> list[list[dict[str, Any]]]:
    """What `why` rests on, for readers spread over all of them, run by run."""
    asked = [ids[at] for at in np.linspace(0, len(ids) - 1, ASKED).astype(int)]
    return [why.rows_of(connection, settings, reader, run_id) for run_id in run_ids for reader in asked]


def _stored_bytes(connection: Connection, run_id: int) -> int:
    row = fetch_one(connection, "select pg_total_relation_size(%s::regclass) as n", [runs.table_of(run_id)])
    assert row is not None
    return int(row["n"])


def _figures(made: tuple[float, archived.ArchivedRun], n_readers: int) -> dict[str, float]:
    seconds, run = made
    return {
        "readers": n_readers, "lists written": run.n_lists, "seconds": round(seconds, 2),
        "bytes per reader": round(run.n_bytes / n_readers, 1),
    }  # fmt: skip


def main() -> None:
    """Measure and write docs/measurements/archive.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=FULL_READERS)
    parser.add_argument("--home", type=Path, default=Path("build/archive-bench"))
    given = parser.parse_args()
    figures = measure(given.home.absolute(), given.readers)
    data_hash = hashlib.sha256(f"serve_world {given.readers}".encode()).hexdigest()
    is_full = given.readers == FULL_READERS
    print(record.write("archive", figures, data_hash, record.command("archive", is_full=is_full)))  # noqa: T201 - a command


if __name__ == "__main__":
    main()
