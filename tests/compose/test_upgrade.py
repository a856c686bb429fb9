"""`make upgrade` on the running stack: readers notice nothing, whether it goes well or not."""

import json
import os
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.compose.conftest import ROOT, Stack

pytestmark = [pytest.mark.slow, pytest.mark.timeout(2400)]
SCRIPT = ROOT / "deploy" / "docker" / "upgrade.sh"
PER_SECOND, EVENTS_PER_SECOND = 40, 5
AIRFLOW = ("airflow-api", "airflow-scheduler", "airflow-dag-processor", "airflow-triggerer")
REPLACED = ("api", *AIRFLOW, "newsroom", "mlflow", "mail")


def upgrade(stack: Stack, **given: str) -> subprocess.CompletedProcess[str]:
    """Run it on that stack; given: further variables."""
    environment = {**stack.environment, "COMPOSE_PROJECT_NAME": "frontpage-test", **given}
    return subprocess.run([str(SCRIPT)], env=environment, text=True, capture_output=True, timeout=900)


@contextmanager
def load(stack: Stack, folder: Path) -> Iterator[dict[str, Any]]:
    """Reads of lists, and events, which are never sent twice, through the gateway until the block ends; the figures."""
    stop, figures = folder / "stop", dict[str, Any]()
    answers: Counter[str] = Counter()
    command = [sys.executable, "-m", "gates.load", "--seconds", "600", "--until", str(stop)]
    key = {"LOAD_KEY": stack.environment["FRONTPAGE_API_KEYS"]}
    reads = subprocess.Popen(
        [*command, "--per-second", str(PER_SECOND), "--", stack.url],
        cwd=ROOT, env={**os.environ, **key}, text=True, stdout=subprocess.PIPE,
    )  # fmt: skip
    events = threading.Thread(target=_send_events, args=(stack, stop, answers))
    events.start()
    try:
        time.sleep(3)  # requests of before are part of what is measured
        yield figures
    finally:
        stop.touch()
        events.join()
        figures.update(json.loads(reads.communicate(timeout=60)[0]), events=dict(answers))


def _send_events(stack: Stack, stop: Path, answers: Counter[str]) -> None:
    headers = {"X-API-Key": stack.environment["FRONTPAGE_API_KEYS"], "Content-Type": "application/json"}
    while not stop.exists():
        event = {
            "event_id": f"upgrade-{answers.total()}-{time.time_ns()}", "reader_id": "nobody", "article_id": "nothing",
            "kind": "read", "occurred_at": datetime.now(UTC).isoformat(),
        }  # fmt: skip
        request = urllib.request.Request(f"{stack.url}/v1/events", json.dumps(event).encode(), headers)
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                answers[str(answer.status)] += 1
        except OSError as error:
            answers[str(error)] += 1
        time.sleep(1 / EVENTS_PER_SECOND)


def test_an_upgrade_wants_a_running_stack(stack: Stack):
    """One sentence, and nothing is built or stopped."""
    done = upgrade(stack, COMPOSE_PROJECT_NAME="frontpage-nowhere")
    assert (done.returncode, done.stderr.count("\n")) == (5, 1), done.stderr
    assert "upgrade: db is not running" in done.stderr
    assert done.stdout == ""


def test_an_upgrade_loses_no_request(stack: Stack, tmp_path: Path):
    """To images of another commit: all of ours are new, database and gateway are those that were there."""
    kept, old = stack.containers("db", "gateway"), stack.containers(*REPLACED)
    with load(stack, tmp_path) as seen:
        began = time.monotonic()
        done = upgrade(stack, CODE_COMMIT="of-the-upgrade")
        seconds = time.monotonic() - began
    print(f"\nupgraded in {seconds:.0f} s: {seen}\n{done.stdout}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert seen["requests"] > PER_SECOND * 10
    assert seen["failed"] == 0, seen["failures"]
    assert seen["events"].keys() == {"202"}
    assert stack.containers("db", "gateway") == kept
    new = stack.containers(*REPLACED)
    assert len(new) == len(old)
    assert not new & old
    commit = stack.compose("exec", "-T", "airflow-scheduler", "printenv", "FRONTPAGE_CODE_COMMIT").stdout.strip()
    assert commit == "of-the-upgrade"


def test_a_replica_that_does_not_serve_replaces_none(stack: Stack, tmp_path: Path):
    """One that gets no log-in from the database is gone again; the others serve on, and Airflow goes on."""
    before = stack.containers("api", "airflow-scheduler")
    with load(stack, tmp_path) as seen:
        done = upgrade(stack, FRONTPAGE_API_DB_PASSWORD="wrong", CODE_COMMIT="of-the-upgrade", PATIENCE="20")
    assert done.returncode == 5, done.stdout + done.stderr
    assert "upgrade: the new replica of the API did not serve within 20 seconds" in done.stderr
    assert (seen["failed"], seen["events"].keys()) == (0, {"202"}), seen
    assert stack.containers("api", "airflow-scheduler") == before
