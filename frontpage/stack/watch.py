"""Runs planned work through Airflow's scheduler and shows each task as it goes."""

from __future__ import annotations

import contextlib
import json
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

import httpx

from frontpage.core.clock import iso
from frontpage.core.errors import CheckFailedError, UnavailableError
from frontpage.core.progress import progress_file
from frontpage.stack.airflow_api import PARTS

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from frontpage.stack.airflow_api import AirflowApi, RunState
    from frontpage.stack.console import Console
    from frontpage.stack.plan import PlannedRun

POLL_SECONDS = 1.0
#: A task in one of these states has ended, one way or the other.
_ENDED = frozenset({"success", "failed", "upstream_failed", "skipped", "removed"})
RUN_LIMIT_SECONDS = 3600.0
#: Airflow takes twenty seconds of two idle cores to start, minutes where others have them.
HEALTHY_LIMIT_SECONDS = 300.0


@dataclass(frozen=True, slots=True)
class Watch:
    """How runs are watched.

    alive: called between looks; raises where a process that is needed has ended. home: where verbs that take long
    leave how far they have come.
    """

    api: AirflowApi
    console: Console
    alive: Callable[[], None]
    home: Path


def run_all(watch: Watch, planned: Sequence[PlannedRun]) -> None:
    """Ask for the runs one after the other, each after the one before has succeeded, or has come to its `until`.

    Raises CheckFailedError naming the task that failed and its last words, UnavailableError after an hour.
    """
    for run in planned:
        watch.console.say(": ".join(filter(None, [run.purpose, f"{run.dag_id} as of {iso(run.as_of)}"])))
        watch.api.unpause(run.dag_id)
        run_id = watch.api.ensure_run(run.dag_id, run.as_of, run.purpose, run.asked_by)
        final = _follow(watch, run, run_id)
        if final.state != "success" and final.tasks.get(run.until) != "success":
            raise CheckFailedError(_what_failed(watch.api, run.dag_id, run_id, final))


def wait_until_healthy(watch: Watch, workflows: Sequence[str], parts: Sequence[str] = PARTS) -> None:
    """Wait until Airflow's `parts` report to be well and it has read the workflows; five minutes at most."""
    deadline = time.monotonic() + HEALTHY_LIMIT_SECONDS
    while not (watch.api.is_healthy(parts) and set(workflows) <= watch.api.dag_ids()):
        if time.monotonic() > deadline:
            raise UnavailableError("Airflow is not healthy after five minutes; see airflow-*.log below the home folder")
        watch.alive()
        watch.console.status("waiting for Airflow")
        time.sleep(POLL_SECONDS)


def wait_for_page(url: str, watch: Watch) -> None:
    """Wait until a page answers, whatever it says; a minute at most."""
    deadline = time.monotonic() + 60
    while True:
        with contextlib.suppress(httpx.TransportError):
            httpx.get(url, timeout=5.0, trust_env=False)
            return
        if time.monotonic() > deadline:
            raise UnavailableError(f"nothing answers at {url} after a minute; see the logs below the home folder")
        watch.alive()
        watch.console.status(f"waiting for {url}")
        time.sleep(POLL_SECONDS)


def _follow(watch: Watch, run: PlannedRun, run_id: str) -> RunState:
    seen: dict[str, str] = {}
    since: dict[str, float] = {}
    deadline = time.monotonic() + RUN_LIMIT_SECONDS
    while time.monotonic() < deadline:
        now = watch.api.run_state(run.dag_id, run_id)
        for task, state in now.tasks.items():
            if state != seen.get(task):
                _show(watch.console, task, state, since)
        seen = now.tasks
        if now.is_over or now.tasks.get(run.until) == "success":
            return now
        watch.console.status(_going_on(watch.home, run.dag_id, now, since))
        watch.alive()
        time.sleep(POLL_SECONDS)
    raise UnavailableError(f"{run.dag_id} has not ended within an hour")


def _show(console: Console, task: str, state: str, since: dict[str, float]) -> None:
    """Ends and retries are lines; a start is only remembered."""
    if state == "running":
        since[task] = time.monotonic()
    elif state in _ENDED or state == "up_for_retry":
        took = f"{time.monotonic() - since[task]:4.0f} s" if task in since else "    -  "
        console.say(f"    {task:10} {took}  {state.replace('_', ' ')}")


def _going_on(home: Path, dag_id: str, now: RunState, since: dict[str, float]) -> str:
    running = [task for task, state in now.tasks.items() if state == "running"]
    ended = sum(state in _ENDED for state in now.tasks.values())
    parts = [
        progress_of(home, task) or f"{task} for {time.monotonic() - since[task]:.0f} s"
        for task in running
        if task in since
    ]
    return f"{dag_id} {ended}/{len(now.tasks)}  {', '.join(parts) or 'waiting for the scheduler'}"


def progress_of(home: Path, verb: str) -> str:
    """How far a verb that runs in the background has come, in its own words; empty between two stages."""
    with contextlib.suppress(OSError, ValueError):
        told = json.loads(progress_file(home, verb).read_text())
        done, total = told["frontpage.progress.done"], told["frontpage.progress.total"]
        return "" if total is not None and done >= total else str(told["message"])
    return ""


def _what_failed(api: AirflowApi, dag_id: str, run_id: str, final: RunState) -> str:
    failed = [task for task, state in final.tasks.items() if state == "failed"]
    if not failed:
        return f"{dag_id} ended as {final.state}"
    lines = api.last_lines(dag_id, run_id, failed[0], 40)
    words = [line for line in lines if line.startswith(f"{failed[0]}: exit code")]
    return f"{dag_id}: {failed[0]} failed; {words[-1] if words else 'see its log'}"
