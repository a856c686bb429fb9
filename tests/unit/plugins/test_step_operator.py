"""The operator: a verb in a process of its own, its lines in the log, its exit code as the outcome."""

import contextlib
import logging
import os
import signal
import threading
import time
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest

from tests.support.workflows import use_own_airflow_home

use_own_airflow_home()

from airflow.sdk import Asset  # noqa: E402
from airflow.sdk.exceptions import AirflowException, AirflowFailException, AirflowSkipException  # noqa: E402
from airflow.sdk.execution_time.context import OutletEventAccessors  # noqa: E402

from frontpage.core.actor import Actor  # noqa: E402
from plugins.defaults import log_failure  # noqa: E402
from plugins.step_operator import StepOperator  # noqa: E402

TICK = datetime(2026, 3, 1, 10, tzinfo=UTC)


def program(tmp_path, body: str) -> str:
    """A fallback for the `frontpage` command."""
    path = tmp_path / "frontpage"
    path.write_text(f"#!/bin/bash\n{body}\n")
    path.chmod(0o755)
    return str(path)


def context(as_of=None, run_type="scheduled", logical_date=TICK):
    """What Airflow hands to a task."""
    run = SimpleNamespace(
        dag_id="refresh_hourly",
        run_id="r1",
        run_type=run_type,
        logical_date=logical_date,
        run_after=TICK,
        triggering_user_name="Ana Lima" if run_type == "manual" else None,
    )
    pushed = {}
    instance = SimpleNamespace(
        dag_id="refresh_hourly", task_id="score", run_id="r1", try_number=2, log_url="http://127.0.0.1/dags/r/log",
        xcoms=pushed, xcom_push=lambda key, value: pushed.update({key: value}),
    )  # fmt: skip
    return {
        "params": {"as_of": as_of}, "dag_run": run, "ti": instance, "outlet_events": OutletEventAccessors(),
    }  # fmt: skip


def operator(tmp_path, body: str, **options) -> StepOperator:
    """The task `score` calling a fallback."""
    return StepOperator(task_id="score", program=program(tmp_path, body), **options)


def test_the_result_is_the_summary_line(tmp_path):
    """The verb is called as on the command line; what it prints last does not hide its summary."""
    body = 'echo starting; echo "score rows_in=3 rows_out=2 args=$*"; echo "a warning at exit" >&2'
    result = operator(tmp_path, body, arguments=["--variant", "b"]).execute(context())
    assert result == "score rows_in=3 rows_out=2 args=score --as-of 2026-03-01T10:00:00Z --variant b"


@pytest.mark.parametrize(
    ("run_type", "actor"),
    [("scheduled", "airflow:refresh_hourly/r1"), ("manual", "airflow:refresh_hourly/r1 by Ana_Lima")],
)
def test_the_verb_knows_who_acts(tmp_path, run_type, actor):
    """The run, and where Airflow knows one the person who asked for it."""
    result = operator(tmp_path, 'echo "$FRONTPAGE_ACTOR"').execute(context(run_type=run_type))
    assert result == actor
    assert str(Actor.parse(result)) == actor


def test_the_summary_of_a_json_log_line_is_its_message(tmp_path):
    """Without a terminal the command writes JSON lines."""
    body = """echo '{"message": "score rows_in=3 rows_out=2", "frontpage.rows_in": 3}'"""
    assert operator(tmp_path, body).execute(context()) == "score rows_in=3 rows_out=2"


JSON_LINE = """{"message": "score rows_in=3 rows_out=2", "frontpage.rows_in": 3, "frontpage.rows_out": 2,
"frontpage.artifact": "run:7", "frontpage.execution_id": "e1", "frontpage.details": {"checksum": "abc"}}""".replace(
    "\n", ""
)


def test_the_result_is_a_table_too_and_an_assets_event_says_what_it_is(tmp_path):
    """Rows, checksum, execution, and the execution's page on the desk beside Airflow's pages."""
    lists, given = Asset("lists", uri="x-test://lists"), context()
    operator(tmp_path, f"echo '{JSON_LINE}'", outlets=[lists]).execute(given)
    table = {"rows_in": 3, "rows_out": 2, "artifact": "run:7", "execution_id": "e1", "checksum": "abc"}
    assert given["ti"].xcoms == {"summary": table}
    assert given["outlet_events"][lists].extra == {
        "as_of": "2026-03-01T10:00:00Z", "rows": 2, "artifact": "run:7", "checksum": "abc", "execution": "e1",
        "link": "http://127.0.0.1/desk/runs/e1",
    }  # fmt: skip


def test_an_event_of_a_verb_without_json_has_its_moment(tmp_path):
    """Nothing is made up: no table, and no facts in the event."""
    lists, given = Asset("lists", uri="x-test://lists"), context()
    operator(tmp_path, "echo score rows_in=3 rows_out=2", outlets=[lists]).execute(given)
    assert given["ti"].xcoms == {}
    assert given["outlet_events"][lists].extra == {"as_of": "2026-03-01T10:00:00Z"}


def test_every_line_is_in_the_log_as_it_comes(tmp_path, caplog):
    """Standard output and standard error, in order."""
    with caplog.at_level(logging.INFO):
        task = operator(tmp_path, "echo one; echo two >&2; printf three")
        lines = []
        task.log.info = lambda _, line: lines.append(line)
        task.execute(context())
    assert lines[1:] == ["one", "two", "three"]


@pytest.mark.parametrize("exit_code", [2, 3, 4, 6])
def test_what_only_a_person_can_mend_is_not_tried_again(tmp_path, exit_code):
    """Bad input, a failed check, a missing model; the sentence names the verb, the code, and the last line."""
    with pytest.raises(AirflowFailException, match=rf"score: exit code {exit_code} .*; the reason"):
        operator(tmp_path, f"echo the reason; exit {exit_code}").execute(context())


def test_nothing_to_do_yet_is_skipped(tmp_path):
    """Exit code 7 is no failure: the task and those after it are skipped, with the reason in the log."""
    with pytest.raises(AirflowSkipException, match=r"score: exit code 7 .*; no reads yet"):
        operator(tmp_path, "echo no reads yet; exit 7").execute(context())


@pytest.mark.parametrize("body", ["exit 1", "exit 5", "kill -9 $$"])
def test_what_may_pass_is_left_to_the_retries(tmp_path, body):
    """A server that did not answer, a bug, a process that was killed."""
    with pytest.raises(AirflowException) as caught:
        operator(tmp_path, body).execute(context())
    assert not isinstance(caught.value, AirflowFailException)


def test_an_as_of_that_is_no_time_is_not_tried_again(tmp_path):
    """The form of a manual run takes any text."""
    with pytest.raises(AirflowFailException, match="yesterday"):
        operator(tmp_path, "echo never").execute(context(as_of="yesterday"))


def test_a_manual_run_is_about_the_last_refresh_tick(tmp_path):
    """With a logical date from the form or without."""
    body = 'echo "score rows_in=0 $3"'
    asked_at = TICK.replace(minute=23)
    assert operator(tmp_path, body).execute(context(None, "manual", asked_at)).endswith("T10:00:00Z")
    assert operator(tmp_path, body).execute(context(None, "manual", None)).endswith("T10:00:00Z")


def test_a_killed_task_leaves_no_process(tmp_path):
    """on_kill ends the verb and what the verb started, also where they do not listen to a polite signal."""
    pids = tmp_path / "pids"
    task = operator(
        tmp_path, f"trap '' TERM; (trap '' TERM; echo $BASHPID >> {pids}; sleep 60) & echo $$ >> {pids}; wait"
    )
    thread = threading.Thread(target=_run, args=(task,))
    thread.start()
    deadline = time.monotonic() + 10
    while (not pids.exists() or len(pids.read_text().split()) < 2) and time.monotonic() < deadline:
        time.sleep(0.05)
    started = time.monotonic()
    task.on_kill()
    thread.join(10)
    assert time.monotonic() - started < 5, "Airflow kills the task itself after five seconds"
    assert [pid for pid in map(int, pids.read_text().split()) if _lives(pid)] == []


def test_the_verb_dies_with_its_task(tmp_path):
    """After kill -9 of the task a retry must not meet the first try still running."""
    pid_file = tmp_path / "pid"
    body = f"echo $$ > {pid_file}; exec sleep 60"
    task = operator(tmp_path, body)
    child = os.fork()
    if child == 0:
        with contextlib.suppress(BaseException):
            task.execute(context())
        os._exit(0)
    deadline = time.monotonic() + 10
    while (not pid_file.exists() or not pid_file.read_text().strip()) and time.monotonic() < deadline:
        time.sleep(0.05)
    os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)
    time.sleep(0.3)
    assert not _lives(int(pid_file.read_text()))


def test_niceness_is_the_verbs(tmp_path):
    """Training gives way on the processor; the task itself does not."""
    before = os.getpriority(os.PRIO_PROCESS, 0)
    assert (
        operator(tmp_path, 'echo "score rows_in=0 nice=$(nice)"', niceness=7)
        .execute(context())
        .endswith(f"nice={before + 7}")
    )
    assert os.getpriority(os.PRIO_PROCESS, 0) == before


@pytest.mark.skipif(not Path("/proc/self/autogroup").exists(), reason="this kernel has no groups by session")
def test_its_session_gives_way_too(tmp_path):
    """Where Linux shares the processor among sessions, niceness counts within a session only."""
    task = operator(tmp_path, 'sleep 0.5; echo "score rows_in=0 $(cat /proc/self/autogroup)"', niceness=7)
    assert task.execute(context()).endswith("nice 7")


def test_a_failure_is_one_line_with_everything_to_find_it(caplog):
    """Workflow, task, run, moment, try, and where the log is."""
    with caplog.at_level(logging.ERROR, logger="frontpage.dags"):
        log_failure(context())
    assert caplog.messages == [
        "task_failed dag=refresh_hourly task=score run=r1 as_of=2026-03-01T10:00:00Z try=2 log=http://127.0.0.1/dags/r/log"
    ]


def _run(task: StepOperator) -> None:
    with contextlib.suppress(AirflowException):
        task.execute(context())


def _lives(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
