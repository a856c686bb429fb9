"""What an edition took, by the record of its executions, for 1,000 of its lists."""

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest

from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.steps import runs as runs_step
from frontpage.store.connect import connect
from frontpage.store.watching import executions

from .serving_world import TEN, World

PARAMS = {"business": {"wh_per_cpu_second": 0.001, "wh_per_gb_hour": 0.5, "price_per_cpu_hour": 0.04, "gone": 1}}


@pytest.fixture
def world(settings: Settings) -> Iterator[World]:
    """Two readers with a list each, published for TEN."""
    with connect(settings.database_url) as connection:
        made = World(connection, settings)
        made.articles(["a1"])
        for reader_id in ("ann", "bob"):
            made.reader(reader_id)
        made.publish({"ann": ["a1"], "bob": ["a1"]}, {("global", ""): ["a1"]})
        yield made


def ran(world: World, verb: str, cpu_seconds: float, **more: Any) -> str:
    """An execution about TEN that took ten seconds and a gigabyte; its id."""
    row = {
        "execution_id": str(uuid4()), "verb": verb, "trigger": "hand", "caller": "person", "caller_run": "", "link": "",
        "reason": "", "attempt": 1, "as_of": TEN, "options": {}, "code_commit": None, "lock_hash": None,
        "packages_hash": "p", "image": "", "params_hash": "h", "inputs": {}, "outputs": {}, "rows_in": 1, "rows_out": 1,
        "rejected": 0, "artifact": "-", "details": {}, "seconds": 10.0, "cpu_seconds": cpu_seconds,
        "peak_memory_bytes": 10**9, "read_bytes": 0, "written_bytes": 2 * 10**6, "exit_code": 0, "error": None,
        "started_at": TEN, "ended_at": TEN + timedelta(seconds=10), **more,
    }  # fmt: skip
    executions.write(world.connection, row, PARAMS, {})
    return row["execution_id"]


def shown(world: World, name: str, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """What `frontpage runs show --json` prints."""
    runs_step.run(world.settings, Params(), "show", name=name, as_json=True)
    return json.loads(capsys.readouterr().out)


def test_the_whole_edition_is_told_for_1000_lists(world, capsys):
    """Steps about the moment count, repeated ones too; a training, another moment and another variant do not."""
    ran(world, "extract", 3.6)
    for _ in range(2):
        ran(world, "score", 7.2, artifact="run:1", options={"variant": "champion"})
    scored = ran(world, "publish", 1.8, artifact="run:1")
    ran(world, "train", 99.0)
    ran(world, "score", 99.0, artifact="run:9", options={"variant": "popularity"})
    ran(world, "features", 99.0, as_of=TEN + timedelta(hours=1))
    told = shown(world, scored, capsys)
    assert told["edition"] == {"run": 1, "lists": 2, "executions": 4}
    assert told["took"] == {
        "cpu_hours": 0.0005, "gb_hours": 0.002778, "gb_written": 0.002, "wh": 0.003189, "cost": 3.389e-05,
    }  # fmt: skip
    assert told["took_per_1000_lists"]["cpu_hours"] == 0.25
    assert told["edition_per_1000_lists"] == {
        "cpu_hours": 2.75, "gb_hours": 5.556, "gb_written": 4.0, "wh": 12.68, "cost": 0.1378,
    }  # fmt: skip


def test_what_made_no_lists_says_what_it_took_alone(world, capsys):
    """A training about another moment; one under way says nothing; a step before the lists helped to make them."""
    told = shown(world, ran(world, "train", 3600.0, as_of=TEN - timedelta(hours=3)), capsys)
    assert told["took"]["cpu_hours"] == 1.0
    assert told["took"]["wh"] == pytest.approx(3.6 + 0.5 * 10 / 3600, rel=1e-3)
    assert "edition" not in told
    assert "took" not in shown(world, ran(world, "score", 1.0, ended_at=None), capsys)
    assert shown(world, ran(world, "features", 1.0), capsys)["edition"]["run"] == 1
