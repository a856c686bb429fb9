"""The load test of a deployed API, against a real one: what it lets pass, and what turns it red."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from frontpage.core.settings import Settings
from frontpage.store.connect import connect
from tests.integration.serving_client import path
from tests.integration.serving_world import World
from tests.kubernetes.kubernetes import LOAD, load_of
from tests.support.api import api, until

ROOT = Path(__file__).resolve().parents[3]
KEY = "k" * 40
SHORT = ("--per-second", "40", "--seconds", "2")


@pytest.fixture
def url(database: str, settings: Settings, tmp_path: Path) -> Iterator[str]:
    """Where an API listens that wants a key and has a list for everybody."""
    ten = [f"x{n}" for n in range(1, 11)]
    with connect(database) as connection:
        made = World(connection, settings)
        made.articles(ten)
        made.reader("reader/1")
        made.publish({"reader/1": ten}, {("global", ""): ten})
    variables = {"FRONTPAGE_API_KEYS": KEY, "FRONTPAGE_CLOCK": "2026-03-01T11:00:00Z"}
    with api(database, tmp_path / "log", **variables) as running:
        until(lambda: running.client.get(path("reader/1"), headers={"X-API-Key": KEY}).status_code == 200, 60)
        yield str(running.client.base_url)


def _load(*arguments: str, key: str = KEY, source: str | None = None) -> subprocess.CompletedProcess:
    """The command; or, with a source, Python that reads it from its standard input, as a pod does."""
    called = ["-m", "gates.load"] if source is None else ["-"]
    environment = {**os.environ, "LOAD_KEY": key}
    command = [sys.executable, *called, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, input=source, capture_output=True, text=True, timeout=60)


def test_an_api_that_answers_passes(url: str, tmp_path: Path):
    """And the same from standard input, which ends once a file is there."""
    done = _load(*SHORT, "--most-p99-ms", "10000", "--", url, "reader/1")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert 0 < found["requests"] <= 80
    assert found["failed"] == 0
    stop = tmp_path / "stop"
    stop.touch()
    in_pod = _load(*load_of(url, 40, str(stop), ["reader/1"]), source=LOAD.read_text())
    assert json.loads(in_pod.stdout) | {"p50_ms": 0, "p99_ms": 0} == {
        "requests": 4, "failed": 0, "failures": [], "p50_ms": 0, "p99_ms": 0,
    }  # fmt: skip


def test_slow_answers_are_red(url: str):
    done = _load(*SHORT, "--most-p99-ms", "0.001", url)
    assert done.returncode == 4
    assert "and 0.001 is the most" in done.stderr


def test_refused_requests_are_red(url: str):
    """A wrong key, and a port where nobody listens."""
    wrong = _load(*SHORT, url, key="x" * 40)
    assert wrong.returncode == 4
    assert wrong.stderr.endswith(" requests failed\n")
    assert json.loads(wrong.stdout)["failures"][0].startswith("401 ")
    nobody = _load("--seconds", "1", "http://127.0.0.1:9")
    assert nobody.returncode == 4
    assert "ConnectionRefusedError" in nobody.stdout


@pytest.mark.parametrize(
    "wrong", [("ftp://x",), ("",), ("http://x", "--seconds", "601"), ("http://x", "--per-second", "501")]
)
def test_more_than_a_test_is_refused(wrong: tuple[str, ...]):
    assert _load(*wrong).returncode == 2
