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
from tests.integration.serving_world import World
from tests.integration.test_serving_server import serving
from tests.kubernetes.kubernetes import LOAD, load_of

ROOT = Path(__file__).resolve().parents[3]
KEY = "k" * 40
SHORT = ("--per-second", "40", "--seconds", "2")


@pytest.fixture
def api(database: str, settings: Settings) -> Iterator[str]:
    """Where an API listens that wants a key and has a list for everybody."""
    with connect(database) as connection:
        made = World(connection, settings)
        made.articles([f"x{n}" for n in range(1, 11)])
        made.reader("reader/1")
        made.publish({"reader/1": [f"x{n}" for n in range(1, 11)]})
    with serving(database, FRONTPAGE_API_KEYS=KEY) as client:
        yield str(client.base_url)


def _load(*arguments: str, key: str = KEY, source: str | None = None) -> subprocess.CompletedProcess:
    """The command; or, with a source, Python that reads it from its standard input, as a pod does."""
    called = ["-m", "gates.load"] if source is None else ["-"]
    environment = {**os.environ, "LOAD_KEY": key}
    command = [sys.executable, *called, *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, input=source, capture_output=True, text=True, timeout=60)


def test_an_api_that_answers_passes(api: str, tmp_path: Path):
    """And the same from standard input, which ends once a file is there."""
    done = _load(*SHORT, "--most-p99-ms", "5000", "--", api, "reader/1")
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert (found["requests"], found["failed"]) == (80, 0)
    stop = tmp_path / "stop"
    stop.touch()
    in_pod = _load(*load_of(api, 40, str(stop), ["reader/1"]), source=LOAD.read_text())
    assert json.loads(in_pod.stdout) | {"p50_ms": 0, "p99_ms": 0} == {
        "requests": 4, "failed": 0, "failures": [], "p50_ms": 0, "p99_ms": 0,
    }  # fmt: skip


def test_slow_answers_are_red(api: str):
    done = _load(*SHORT, "--most-p99-ms", "0.001", api)
    assert done.returncode == 4
    assert "and 0.001 is the most" in done.stderr


def test_refused_requests_are_red(api: str):
    """A wrong key, and a port where nobody listens."""
    wrong = _load(*SHORT, api, key="x" * 40)
    assert (wrong.returncode, wrong.stderr) == (4, "80 of 80 requests failed\n")
    assert json.loads(wrong.stdout)["failures"][0].startswith("401 ")
    nobody = _load("--seconds", "1", "http://127.0.0.1:9")
    assert nobody.returncode == 4
    assert "ConnectionRefusedError" in nobody.stdout


@pytest.mark.parametrize(
    "wrong", [("ftp://x",), ("",), ("http://x", "--seconds", "601"), ("http://x", "--per-second", "501")]
)
def test_more_than_a_test_is_refused(wrong: tuple[str, ...]):
    assert _load(*wrong).returncode == 2
