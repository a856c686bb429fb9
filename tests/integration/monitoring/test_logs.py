"""Log lines on their way: nothing is lost while the store is away, and one id finds the whole story."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from frontpage.monitoring.logs import LogStore
from tests.support.log_store import Node, Shipper, java

_OUTAGE_SECONDS = 60
_ARRIVE_SECONDS = 240
_TASK = "airflow/logs/dag_id=refresh_hourly/run_id=scheduled__1/task_id=score"


@pytest.fixture
def node(tmp_path: Path) -> Iterator[Node]:
    """A store with our template."""
    (tmp_path / "store").mkdir()
    node = Node(java(), tmp_path / "store")
    node.start()
    node.provision()
    yield node
    node.stop()


def line(**members: object) -> str:
    """One of ours."""
    return json.dumps({"@timestamp": "2026-03-01T10:00:00Z", **members}) + "\n"


def request(n: int) -> str:
    """As the API writes it, of run 12."""
    told = {"http.request.id": f"r{n}", "frontpage.run_id": 12, "event.dataset": "frontpage.requests"}
    return line(message=f"GET {n}", **told)


def wait_for(node: Node, n: int) -> int:
    """How many lines are there once there are so many, or the time is over."""
    deadline = time.monotonic() + _ARRIVE_SECONDS
    while (found := node.count()) < n and time.monotonic() < deadline:
        time.sleep(2)
    return found


@pytest.mark.slow
def test_an_outage_loses_nothing_and_one_id_finds_the_story(node: Node, tmp_path: Path):
    """Three thousand lines, two thousand of them while the store is away; then the id of one answer is asked for."""
    home = tmp_path / "home"
    (home / "logs").mkdir(parents=True)
    (home / _TASK).mkdir(parents=True)
    shipper = Shipper(home, tmp_path / "shipper", node.port)
    shipper.start()
    try:
        with (home / "logs" / "api.log").open("a") as api:
            api.writelines(request(n) for n in range(1000))
            api.flush()
            assert wait_for(node, 1000) == 1000
            node.stop()
            api.writelines(request(n) for n in range(1000, 3000))
            api.flush()
            time.sleep(_OUTAGE_SECONDS)
            node.start()
            assert wait_for(node, 3000) == 3000
        scored = {"frontpage.run_id": "12", "frontpage.verb": "score", "frontpage.caller_run": "scheduled__1"}
        (home / "logs" / "steps.log").write_text(line(message="score rows_in=1", **scored))
        task = {"timestamp": "2026-03-01T09:59:00Z", "level": "info", "event": "task began"}
        (home / _TASK / "attempt=1.log").write_text(json.dumps(task) + "\n")
        assert wait_for(node, 3002) == 3002
    finally:
        shipper.stop()
    found = {each.message for each in LogStore(node.url).story("r7")}
    assert {"GET 7", "score rows_in=1", "task began"} == found
