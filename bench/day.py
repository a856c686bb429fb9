"""`make proof-day`: a day of the pilot through Airflow: 24 hourly refreshes, and a retrain beside some of them.

A real installation, as `make run` starts it, whose clock is the newsroom's: the hour's articles and reads are written,
the tick's run is asked for, and the next hour begins when its lists are published. Only the ticks are ours: Airflow's
own would take a day. The retrain of the night is asked for at its tick and left to run; refreshes go on beside it.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from bench import record
from frontpage.core.clock import HOUR, iso
from frontpage.core.settings import Settings
from frontpage.newsroom.faults import Switches
from frontpage.newsroom.parameters import load_parameters
from frontpage.newsroom.simulate import Newsroom, Size, open_newsroom
from frontpage.stack import processes, services, watch
from frontpage.stack.airflow_api import NEEDED, AirflowApi
from frontpage.stack.console import Console
from frontpage.stack.environment import USER, airflow_secrets
from frontpage.stack.layout import Layout, Ports
from frontpage.stack.plan import REFRESH, RETRAIN, WORKFLOWS, PlannedRun
from frontpage.stack.services import Stack
from frontpage.stack.watch import Watch
from frontpage.store.connect import connect
from frontpage.store.lists import runs
from frontpage.store.server import database_url

#: Midnight before the day; the newsroom is then HISTORY_DAYS old.
MIDNIGHT = datetime(2026, 3, 4, tzinfo=UTC)
N_READERS, HISTORY_DAYS, ARTICLES_A_DAY = 15_000, 14, 2_000
N_HOURS = 24
#: As in params.yaml: the night's training is asked for between two refreshes.
RETRAIN_AT = timedelta(hours=2, minutes=30)
#: A refresh whose lists are out later than this after its tick is late.
LATE_SECONDS = 60.0
_LOOK_SECONDS = 0.5
_SECONDS = re.compile(r" seconds=([\d.]+) ")


@dataclass(frozen=True, slots=True)
class Timed:
    """One run: from being asked for to its end, what its steps say they took, and how long tasks stood in a queue."""

    wall_seconds: float
    step_seconds: dict[str, float]
    queued_seconds: float

    @property
    def airflow_seconds(self) -> float:
        """What is not a step's: scheduling, starting processes, noting ends."""
        return self.wall_seconds - sum(self.step_seconds.values())


@dataclass(frozen=True, slots=True)
class Day:
    """An installation whose newsroom is written as the day goes."""

    stack: Stack
    api: AirflowApi
    newsroom: Newsroom

    def ask(self, run: PlannedRun) -> str:
        """The id of a run, for which the newsroom has written what it knew by then."""
        self.newsroom.write_until(run.as_of)
        self.api.unpause(run.dag_id)
        return self.api.ensure_run(run.dag_id, run.as_of)

    def ended(self, run: PlannedRun) -> Timed:
        """The times of a run, once it has succeeded; asked for if that was not done before."""
        run_id = self.ask(run)
        watch.run_all(Watch(self.api, Console(), lambda: None, self.stack.layout.home), [run])
        return timed(self.api.run_record(run.dag_id, run_id))

    def refreshed(self, tick: datetime) -> Timed:
        """A refresh about the tick, whose lists are then the ones that are served."""
        made = self.ended(PlannedRun(REFRESH, tick))
        with connect(database_url(self.stack.settings)) as connection:
            served = runs.current(connection, "champion")
        assert served is not None, "nothing is served"
        assert served["as_of"] == tick, f"the run of {served['as_of']} is served after the refresh of {tick}"
        return made

    def is_under_way(self, run: PlannedRun, task_id: str = "") -> bool:
        """Whether a run is not over; with a task, whether it has come so far that this one runs."""
        state = self.api.run_state(run.dag_id, self.api.ensure_run(run.dag_id, run.as_of))
        return state.tasks.get(task_id) == "running" if task_id else not state.is_over


def timed(run: dict[str, Any]) -> Timed:
    """The times of a run as Airflow's REST API tells them."""
    tasks = run["tasks"]
    steps = {name: _seconds_said(task["result"]) for name, task in tasks.items()}
    waits = [_between(task["queued_when"], task["start_date"]) for task in tasks.values()]
    return Timed(_between(run["queued_at"], run["end_date"]), steps, sum(waits))


def _seconds_said(summary: str) -> float:
    found = _SECONDS.search(summary)
    assert found is not None, f"no seconds in {summary!r}"
    return float(found[1])


def _between(start: str, end: str) -> float:
    return (datetime.fromisoformat(end) - datetime.fromisoformat(start)).total_seconds()


def walk(day: Day, n_hours: int) -> dict[str, Any]:
    """Figures of the day's refreshes and its retrain, after a first model and first lists at midnight."""
    first, night = PlannedRun(RETRAIN, MIDNIGHT), PlannedRun(RETRAIN, MIDNIGHT + RETRAIN_AT)
    day.ended(first)
    day.refreshed(MIDNIGHT)
    beside, refreshes = [], []
    for tick in (MIDNIGHT + hour * HOUR for hour in range(1, n_hours + 1)):
        if tick - HOUR <= night.as_of < tick:
            day.ask(night)
            while not day.is_under_way(night, "train"):
                time.sleep(_LOOK_SECONDS)
        refreshes.append(day.refreshed(tick))
        beside.append(tick > night.as_of and day.is_under_way(night))
        print(iso(tick), refreshes[-1], "beside the retrain" if beside[-1] else "", flush=True)  # noqa: T201
    return figures(refreshes, beside, day.ended(night))


def figures(refreshes: list[Timed], beside: list[bool], retrain: Timed) -> dict[str, Any]:
    """What the docs show: all refreshes, those beside the retrain, each hour, each step, and the retrain."""
    groups = {
        "alone": [run for run, is_beside in zip(refreshes, beside, strict=True) if not is_beside],
        "beside_the_retrain": [run for run, is_beside in zip(refreshes, beside, strict=True) if is_beside],
    }
    late = sum(run.wall_seconds > LATE_SECONDS for run in refreshes)
    return {
        "day": {"refreshes": len(refreshes), "late": late, **_spread(refreshes)},
        **{name: {"refreshes": len(runs), **_spread(runs)} for name, runs in groups.items() if runs},
        "steps": {name: _median([run.step_seconds[name] for run in refreshes]) for name in refreshes[0].step_seconds},
        "retrain": {"wall_seconds": round(retrain.wall_seconds, 1), **_rounded(retrain.step_seconds)},
        **{f"hour_{number:02d}": _row(run) for number, run in enumerate(refreshes, start=1)},
    }


def _spread(runs: list[Timed]) -> dict[str, float]:
    walls, overheads = [run.wall_seconds for run in runs], [run.airflow_seconds for run in runs]
    return {
        "wall_median": _median(walls), "wall_max": round(max(walls), 1),
        "airflow_median": _median(overheads), "airflow_max": round(max(overheads), 1),
        "queued_median": _median([run.queued_seconds for run in runs]),
    }  # fmt: skip


def _row(run: Timed) -> dict[str, float]:
    steps = sum(run.step_seconds.values())
    return {"wall": round(run.wall_seconds, 1), "steps": round(steps, 1), "airflow": round(run.airflow_seconds, 1)}


def _median(values: list[float]) -> float:
    return round(float(np.median(values)), 1)


def _rounded(seconds: dict[str, float]) -> dict[str, float]:
    return {name: round(value, 1) for name, value in seconds.items()}


@contextmanager
def installation(home: Path, n_readers: int) -> Iterator[Day]:
    """PostgreSQL, Airflow and a newsroom in `home`; everything is down again afterwards."""
    ports = Ports(processes.free_port(0), processes.free_port(0), processes.free_port(0))
    stack = Stack(Settings(home=home), Layout(home), ports, os.environ)
    services.start_database(stack)
    if services.needs_airflow_migration(stack):
        services.migrate_airflow(stack)
    size = Size(n_readers, HISTORY_DAYS, ARTICLES_A_DAY, seed=1)
    try:
        newsroom = open_newsroom(load_parameters(), size, MIDNIGHT, stack.layout.newsroom, Switches())
        newsroom.write_until(MIDNIGHT)
        children = services.start_airflow(stack, scheduled=False)
        api = AirflowApi(stack.airflow_url, USER, airflow_secrets(stack.layout).password)
        seen = Watch(api, Console(), lambda: processes.check(stack.layout, children), stack.layout.home)
        watch.wait_until_healthy(seen, WORKFLOWS, NEEDED)
        yield Day(stack, api, newsroom)
    finally:
        services.take_down(stack.layout)


def main() -> None:
    """Measure and write `--json FILE`, or docs/measurements/day.json."""
    parser = argparse.ArgumentParser(prog="python -m bench.day", description=__doc__)
    parser.add_argument("--readers", type=int, default=N_READERS)
    parser.add_argument("--hours", type=int, default=N_HOURS)
    parser.add_argument("--json", type=Path)
    asked = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))  # so that nothing is left running
    home = Path(tempfile.mkdtemp(prefix="frontpage-day-"))
    home.chmod(0o755)
    try:
        with installation(home, asked.readers) as day:
            measured = walk(day, asked.hours)
            files = record.hash_of(day.stack.layout.newsroom)
    finally:
        shutil.rmtree(home)
    if asked.json:
        result = {"name": "day", **measured, "machine": record.machine()}
        asked.json.write_text(json.dumps(result, indent=2) + "\n")
        return
    print(record.write("day", measured, files, "make proof-day"))  # noqa: T201 - a command


if __name__ == "__main__":
    main()
