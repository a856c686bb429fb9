"""`make upgrade` on the running stack: readers notice nothing, whether it goes well or not."""

import itertools
import json
import subprocess
import threading
import time
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime

import pytest

from tests.compose.conftest import ROOT, Stack

pytestmark = [pytest.mark.slow, pytest.mark.timeout(2400)]
SCRIPT = ROOT / "deploy" / "docker" / "upgrade.sh"
#: Clients ask at most ten times a second each: together far less than a key may, also after a pause of the machine.
N_READERS, PER_SECOND = 4, 10
AIRFLOW = ("airflow-api", "airflow-scheduler", "airflow-dag-processor", "airflow-triggerer")
REPLACED = ("api", *AIRFLOW, "newsroom", "mlflow", "mail")


def upgrade(stack: Stack, **given: str) -> subprocess.CompletedProcess[str]:
    """Run it on that stack; given: further variables."""
    environment = {**stack.environment, "COMPOSE_PROJECT_NAME": "frontpage-test", **given}
    return subprocess.run([str(SCRIPT)], env=environment, text=True, capture_output=True, timeout=900)


@dataclass
class Load:
    """Requests sent through the gateway, each once: how they were answered, and the seconds that the longest took."""

    answers: Counter[str] = field(default_factory=Counter)
    longest: float = 0.0
    is_over: threading.Event = field(default_factory=threading.Event)

    def send(self, make: Callable[[int], urllib.request.Request]) -> None:
        """One request after the other, until it is over."""
        for number in itertools.count():
            began = time.monotonic()
            try:
                with urllib.request.urlopen(make(number), timeout=10) as answer:
                    answer.read()
                    self.answers[f"{answer.status}"] += 1
            except OSError as error:
                self.answers[f"{error}"] += 1
            self.longest = max(self.longest, time.monotonic() - began)
            if self.is_over.wait(1 / PER_SECOND):
                return


@contextmanager
def load(stack: Stack) -> Iterator[Load]:
    """Reads of lists, and events, until the block ends."""
    headers = {"X-API-Key": stack.environment["FRONTPAGE_API_KEYS"], "Content-Type": "application/json"}

    def read(number: int) -> urllib.request.Request:
        return urllib.request.Request(f"{stack.url}/v1/readers/newcomer-{number}/recommendations", headers=headers)

    def event(number: int) -> urllib.request.Request:
        told = {
            "event_id": f"upgrade-{number}-{time.time_ns()}", "reader_id": "nobody", "article_id": "nothing",
            "kind": "read", "occurred_at": datetime.now(UTC).isoformat(),
        }  # fmt: skip
        return urllib.request.Request(f"{stack.url}/v1/events", json.dumps(told).encode(), headers)

    seen = Load()
    clients = [threading.Thread(target=seen.send, args=(make,)) for make in (*[read] * N_READERS, event)]
    for client in clients:
        client.start()
    try:
        time.sleep(3)  # requests of before are part of what is measured
        yield seen
    finally:
        seen.is_over.set()
        for client in clients:
            client.join()


def test_an_upgrade_wants_a_running_stack(stack: Stack):
    """One sentence, and nothing is built or stopped."""
    done = upgrade(stack, COMPOSE_PROJECT_NAME="frontpage-nowhere")
    assert (done.returncode, done.stderr.count("\n")) == (5, 1), done.stderr
    assert "upgrade: db is not running" in done.stderr
    assert done.stdout == ""


def test_an_upgrade_loses_no_request(stack: Stack):
    """To images of another commit: all of ours are new, database and gateway are those that were there."""
    kept, old = stack.containers("db", "gateway"), stack.containers(*REPLACED)
    with load(stack) as seen:
        began = time.monotonic()
        done = upgrade(stack, CODE_COMMIT="of-the-upgrade")
        seconds = time.monotonic() - began
    print(f"\nupgraded in {seconds:.0f} s; answers {dict(seen.answers)}, the longest took {seen.longest:.1f} s")
    assert done.returncode == 0, done.stdout + done.stderr
    assert seen.answers.keys() == {"200", "202"}
    assert seen.answers["200"] > 100
    assert stack.containers("db", "gateway") == kept
    new = stack.containers(*REPLACED)
    assert len(new) == len(old)
    assert not new & old
    commit = stack.compose("exec", "-T", "airflow-scheduler", "printenv", "FRONTPAGE_CODE_COMMIT").stdout.strip()
    assert commit == "of-the-upgrade"


def test_a_replica_that_does_not_serve_replaces_none(stack: Stack):
    """One that gets no log-in from the database is gone again; the others serve on, and Airflow goes on."""
    before = stack.containers("api", "airflow-scheduler")
    with load(stack) as seen:
        done = upgrade(stack, FRONTPAGE_API_DB_PASSWORD="wrong", CODE_COMMIT="of-the-upgrade", PATIENCE="20")
    assert done.returncode == 5, done.stdout + done.stderr
    assert "upgrade: the new replica of the API did not serve within 20 seconds" in done.stderr
    assert seen.answers.keys() == {"200", "202"}
    assert stack.containers("api", "airflow-scheduler") == before
