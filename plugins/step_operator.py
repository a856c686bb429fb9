"""One Airflow task = one `frontpage` verb. Airflow schedules; the verb computes, in a process of its own."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException

from frontpage.core.actor import VARIABLE as ACTOR
from frontpage.core.actor import Actor
from frontpage.core.clock import iso, parse_as_of
from frontpage.core.errors import (
    EXIT_CODES,
    BadInputError,
    CheckFailedError,
    NothingPublishedError,
    NothingToLearnError,
)
from frontpage.core.lineage.trigger import Trigger
from frontpage.core.tracing.verbs import CARRIED
from plugins.said import event_extra, message_of, summary_of, table_of
from plugins.schedule import cron, resolve_as_of

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from airflow.sdk import Context

_WRONG_COMMAND_LINE = 2
#: Another try of the same call cannot help: a person has to act first.
FINAL_EXIT_CODES = frozenset(
    {_WRONG_COMMAND_LINE, BadInputError.exit_code, CheckFailedError.exit_code, NothingPublishedError.exit_code}
)
#: Nothing is wrong, there is only nothing to do yet: the task, and all that needs its result, is skipped.
SKIPPED_EXIT_CODE = NothingToLearnError.exit_code
#: Airflow itself kills what has not stopped five seconds after being told to.
GRACE_SECONDS = 3.0


class StepOperator(BaseOperator):
    """Runs `frontpage VERB --as-of T`, with its lines in the task's log; the result is the verb's summary line.

    Beside it stands the same as a table (`summary`, of the task's XComs); events of the task's outlets carry rows,
    checksum, execution and a link to it.

    verb: one verb of the command line, or `GROUP VERB`; the task's id unless given.
    arguments: further arguments; templated.
    niceness: CPU priority given up in favour of other work, 0 to 19.
    program: the command, by default the `frontpage` beside this interpreter.
    Fails for good where only a person can help (FINAL_EXIT_CODES), else leaves it to the task's retries. Skipped where
    there is nothing to do yet.
    """

    template_fields: Sequence[str] = ("arguments",)
    ui_color = "#e8eef7"

    def __init__(
        self,
        *,
        task_id: str,
        verb: str = "",
        arguments: Sequence[str] = (),
        niceness: int = 0,
        program: str = "",
        **kwargs: Any,
    ) -> None:
        super().__init__(task_id=task_id, **kwargs)
        self.verb = verb or task_id
        self.arguments = list(arguments)
        self.niceness = niceness
        self.program = program
        self._process: subprocess.Popen[str] | None = None

    def execute(self, context: Context) -> str:
        """The verb's summary line."""
        try:
            as_of = run_as_of(context)
        except BadInputError as error:
            raise AirflowFailException(str(error)) from error
        command = [self._program(), *self.verb.split(), "--as-of", iso(as_of), *self.arguments]
        self.log.info("%s", " ".join(command))
        variables = {ACTOR: str(run_actor(context)), **trigger_of(context).variables(), **trace_variables()}
        lines = self._run([*_guard(self.niceness), *command], variables)
        self._report(context, table_of(lines), iso(as_of))
        return summary_of(self.verb, lines)

    def on_kill(self) -> None:
        """End the verb and everything it started; called when the task is cleared, marked or runs out of time."""
        process = self._process
        if process is None or process.poll() is not None:
            return
        _signal_group(process, signal.SIGTERM)
        try:
            process.wait(GRACE_SECONDS)
        except subprocess.TimeoutExpired:
            _signal_group(process, signal.SIGKILL)

    def environment(self) -> dict[str, str]:
        """Variables of the verb beside those of Airflow itself."""
        return {}

    def _report(self, context: Context, table: dict[str, Any], as_of: str) -> None:
        """Put what the verb told where Airflow's pages show it."""
        if table:
            context["ti"].xcom_push(key="summary", value=table)
        for outlet in self.outlets:
            context["outlet_events"][outlet].extra = event_extra(table, as_of, context["ti"].log_url or "")

    def _program(self) -> str:
        return self.program or str(Path(sys.executable).with_name("frontpage"))

    def _run(self, command: list[str], variables: dict[str, str]) -> list[str]:
        """All lines of the command's output, each logged as it comes; raises for any exit code but 0."""
        self._process = subprocess.Popen(
            command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, stdin=subprocess.DEVNULL,
            text=True, errors="replace", bufsize=1, start_new_session=True,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **variables, **self.environment()},
        )  # fmt: skip
        _give_way(self._process.pid, self.niceness)
        assert self._process.stdout is not None
        lines = []
        with self._process.stdout as output:
            for line in output:
                lines.append(line.rstrip())
                self.log.info("%s", message_of(lines[-1]))
        failure = _failure(self.verb, self._process.wait(), lines)
        if failure is not None:
            say = self.log.info if isinstance(failure, AirflowSkipException) else self.log.error
            say("%s", failure)
            raise failure
        return lines


def run_as_of(context: Context) -> datetime:
    """The moment the task's run is about; the same for each of its tasks and retries.

    A run that an asset's event started is about the event's `as_of`, the newest where several came together.
    Raises BadInputError where an event says none.
    """
    run = context["dag_run"]
    if run.run_type == "asset_triggered":
        return max(parse_as_of(extra["as_of"]) for extra in event_extras(context))
    tick = None if run.run_type == "manual" else run.logical_date
    asked_at = run.logical_date or run.run_after
    return resolve_as_of(context["params"].get("as_of"), tick, asked_at, cron("refresh"))


def event_extras(context: Context) -> list[dict[str, Any]]:
    """What the events that started the run carry; each has an `as_of`, never taken from a clock."""
    extras = [_payload(event.extra) for events in context["triggering_asset_events"].values() for event in events]
    if not extras or not all(extra.get("as_of") for extra in extras):
        raise BadInputError("an event without an as_of started this run; give it one in the event's extra")
    return extras


def _payload(extra: dict[str, Any]) -> dict[str, Any]:
    """The extra of an event; where a watcher sent it, Airflow puts the watcher's word under `payload`."""
    payload = extra.get("payload", extra)
    return dict(payload) if isinstance(payload, dict) else {}


def trigger_of(context: Context) -> Trigger:
    """What started the task's run, for the record of the verb's execution."""
    run, instance = context["dag_run"], context["ti"]
    kinds = {"scheduled": "schedule", "backfill": "schedule"}
    kind, reason = kinds.get(str(run.run_type), "hand"), ""
    if run.run_type == "asset_triggered":
        newest = max(event_extras(context), key=lambda extra: parse_as_of(extra["as_of"]))
        kind, reason = newest.get("kind", "asset"), newest.get("reason", "")
    return Trigger(
        kind=kind,
        reason=reason,
        caller="airflow",
        run=f"{instance.dag_id}/{instance.run_id}",
        link=instance.log_url or "",
        attempt=instance.try_number,
    )


def run_actor(context: Context) -> Actor:
    """The workflow's run as what acts, with the person who asked for it where Airflow knows one."""
    run = context["dag_run"]
    person = run.triggering_user_name or ""
    return Actor(run.dag_id, "airflow", run.run_id, re.sub(r"\s", "_", person))


def trace_variables() -> dict[str, str]:
    """The task's place in its trace, for the verb; none unless Airflow itself traces (`[traces] otel_on`).

    Where it does not, what it carries along says "not sampled", and the verb would be left out, too.
    """
    from airflow.sdk.configuration import conf

    if not conf.getboolean("traces", "otel_on", fallback=False):
        return {}
    from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

    carrier: dict[str, str] = {}
    TraceContextTextMapPropagator().inject(carrier)
    return {CARRIED[header]: value for header, value in carrier.items()}


def _guard(niceness: int) -> list[str]:
    """What goes before a command so that it dies with this task (Linux) and gives way to others."""
    end_with_us = ["setpriv", "--pdeathsig", "KILL"] if shutil.which("setpriv") else []
    return [*end_with_us, *(["nice", "-n", str(niceness)] if niceness else [])]


def _give_way(pid: int, niceness: int) -> None:
    """Let a session give way to others: where Linux groups processes by session, `nice` counts within one only."""
    if niceness:
        with contextlib.suppress(OSError):
            Path(f"/proc/{pid}/autogroup").write_text(str(niceness))


def _signal_group(process: subprocess.Popen[str], number: signal.Signals) -> None:
    try:
        os.killpg(process.pid, number)
    except ProcessLookupError:
        return


def _failure(verb: str, exit_code: int, lines: list[str]) -> AirflowException | None:
    """What the exit code means to Airflow; None for 0."""
    if exit_code == 0:
        return None
    meaning = EXIT_CODES.get(exit_code, "killed" if exit_code < 0 else "unknown exit code")
    sentence = f"{verb}: exit code {exit_code} ({meaning}); {message_of(lines[-1]) if lines else 'no output'}"
    if exit_code == SKIPPED_EXIT_CODE:
        return AirflowSkipException(sentence)
    return AirflowFailException(sentence) if exit_code in FINAL_EXIT_CODES else AirflowException(sentence)
