"""Runs planned work through Airflow's scheduler and shows each task as it goes."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from core.clock import iso
from core.errors import CheckFailedError, UnavailableError

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from stack.airflow_api import AirflowApi, RunState
    from stack.console import Console
    from stack.plan import PlannedRun

POLL_SECONDS = 1.0
#: A task in one of these states has ended, one way or the other.
_ENDED = frozenset({"success", "failed", "upstream_failed", "skipped", "removed"})
RUN_LIMIT_SECONDS = 3600.0


def run_all(api: AirflowApi, planned: Sequence[PlannedRun], console: Console, alive: Callable[[], None]) -> None:
    """Ask for the runs one after the other, each after the one before has succeeded.

    alive: called between looks; raises where a process that is needed has ended.
    Raises CheckFailedError naming the task that failed and its last words, UnavailableError after an hour.
    """
    for number, run in enumerate(planned, start=1):
        console.say(f"run {number} of {len(planned)}: {run.dag_id} as of {iso(run.as_of)}")
        api.unpause(run.dag_id)
        run_id = api.ensure_run(run.dag_id, run.as_of)
        final = _follow(api, run.dag_id, run_id, console, alive)
        if final.state != "success":
            raise CheckFailedError(_what_failed(api, run.dag_id, run_id, final))


def wait_until_healthy(api: AirflowApi, workflows: Sequence[str], console: Console, alive: Callable[[], None]) -> None:
    """Wait until Airflow's parts report to be well and it has read the workflows; two minutes at most."""
    deadline = time.monotonic() + 120
    while not (api.is_healthy() and set(workflows) <= api.dag_ids()):
        if time.monotonic() > deadline:
            raise UnavailableError("Airflow is not healthy after two minutes; see airflow-*.log below the home folder")
        alive()
        console.status("waiting for Airflow")
        time.sleep(POLL_SECONDS)


def _follow(api: AirflowApi, dag_id: str, run_id: str, console: Console, alive: Callable[[], None]) -> RunState:
    seen: dict[str, str] = {}
    since: dict[str, float] = {}
    deadline = time.monotonic() + RUN_LIMIT_SECONDS
    while time.monotonic() < deadline:
        now = api.run_state(dag_id, run_id)
        for task, state in now.tasks.items():
            if state != seen.get(task):
                _show(console, task, state, since)
        seen = now.tasks
        if now.is_over:
            return now
        console.status(_going_on(dag_id, now, since))
        alive()
        time.sleep(POLL_SECONDS)
    raise UnavailableError(f"{dag_id} has not ended within an hour")


def _show(console: Console, task: str, state: str, since: dict[str, float]) -> None:
    """Ends and retries are lines; a start is only remembered."""
    if state == "running":
        since[task] = time.monotonic()
    elif state in _ENDED or state == "up_for_retry":
        took = f"{time.monotonic() - since[task]:4.0f} s" if task in since else "    -  "
        console.say(f"    {task:10} {took}  {state.replace('_', ' ')}")


def _going_on(dag_id: str, now: RunState, since: dict[str, float]) -> str:
    running = [task for task, state in now.tasks.items() if state == "running"]
    ended = sum(state in _ENDED for state in now.tasks.values())
    parts = [f"{task} for {time.monotonic() - since[task]:.0f} s" for task in running if task in since]
    return f"{dag_id} {ended}/{len(now.tasks)}  {', '.join(parts) or 'waiting for the scheduler'}"


def _what_failed(api: AirflowApi, dag_id: str, run_id: str, final: RunState) -> str:
    failed = [task for task, state in final.tasks.items() if state == "failed"]
    if not failed:
        return f"{dag_id} ended as {final.state}"
    lines = api.last_lines(dag_id, run_id, failed[0], 40)
    words = [line for line in lines if line.startswith(f"{failed[0]}: exit code")]
    return f"{dag_id}: {failed[0]} failed; {words[-1] if words else 'see its log'}"
