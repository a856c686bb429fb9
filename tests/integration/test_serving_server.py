"""The API as a process of its own: refusals, publishing under its feet, a database that goes and comes back."""

import asyncio
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import httpx
import pytest

from frontpage.core.settings import Settings
from frontpage.store import migrate, server
from frontpage.store.connect import connect
from frontpage.store.read.changes import PATIENCE_SECONDS
from serving.http.server import bind
from tests.support.fault_proxy import fault_proxy

from .serving_world import TEN, World

MARKS = ("x", "y")


@contextmanager
def serving(url: str, *options: str, **variables: str) -> Iterator[httpx.Client]:
    """`python -m serving` on a free port of loopback, until the end of the block."""
    with bind("127.0.0.1", 0) as probe:
        port = probe.getsockname()[1]
    process = _start(url, "--port", str(port), *options, **variables)
    try:
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=10) as client:
            _until(lambda: _status(client, "/health/live") == 200)
            yield client
    finally:
        process.send_signal(signal.SIGINT)
        assert process.wait(timeout=15) == 0


def _start(url: str, *options: str, **variables: str) -> subprocess.Popen:
    environment = {
        "PATH": os.environ["PATH"],
        "FRONTPAGE_DATABASE_URL": url,
        "FRONTPAGE_CLOCK": "2026-03-01T11:00:00Z",
        **variables,
    }
    command = [sys.executable, "-m", "serving", *options]
    return subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)


def _status(client: httpx.Client, path: str) -> int:
    try:
        return client.get(path).status_code
    except httpx.TransportError:
        return 0


def _until(is_so: Callable[[], bool], seconds: float = 20) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.05)


@pytest.fixture
def world(database: str, settings: Settings) -> Iterator[World]:
    """Articles x1..x10 and y1..y10, fifty readers, nothing published."""
    with connect(database) as connection:
        made = World(connection, settings)
        made.articles([f"{mark}{n}" for mark in MARKS for n in range(1, 11)])
        for n in range(50):
            made.reader(f"reader-{n}")
        yield made


def publish_marked(world: World, number: int) -> int:
    """Run `number`: everybody gets articles of one mark only, x and y by turns."""
    names = [f"{MARKS[number % 2]}{n}" for n in range(1, 11)]
    as_of = TEN + timedelta(minutes=number)
    return world.publish({f"reader-{n}": names for n in range(50)}, {("global", ""): names}, as_of)


@pytest.mark.slow
def test_answers_never_mix_two_runs(world, database):
    """While a run is published about every 100 ms, each answer is one run's whole list, fallbacks included."""
    marks: dict[int, str] = {}
    stop = threading.Event()

    def publish_on() -> None:
        number = 0
        while not stop.is_set():
            marks[publish_marked(world, number)] = MARKS[number % 2]
            number += 1
            stop.wait(0.1)

    publisher = threading.Thread(target=publish_on)
    with serving(database) as client:
        publisher.start()
        try:
            _until(lambda: len(marks) > 0)
            answers = asyncio.run(_read_for(5.0, str(client.base_url)))
        finally:
            stop.set()
            publisher.join()
    assert len(answers) > 200
    assert len({answer["run_id"] for answer in answers}) > 10
    for answer in answers:
        assert [item["article_id"] for item in answer["items"]] == [
            f"{marks[answer['run_id']]}{n}" for n in range(1, 11)
        ]
        assert answer["fallback"] == ("global" if answer["reader_id"].startswith("nobody") else None)


async def _read_for(seconds: float, base_url: str) -> list[dict]:
    """Every answer that eight readers at a time get, one in ten of them unknown; each must be a 200."""
    answers: list[dict] = []
    deadline = time.monotonic() + seconds

    async def read(client: httpx.AsyncClient, n: int) -> None:
        while time.monotonic() < deadline:
            n += 1
            name = f"nobody-{n}" if n % 10 == 0 else f"reader-{n % 50}"
            response = await client.get(f"/v1/readers/{name}/recommendations")
            assert response.status_code == 200, response.text
            answers.append(response.json())

    async with httpx.AsyncClient(base_url=base_url, timeout=10) as client:
        await asyncio.gather(*(read(client, n * 7) for n in range(8)))
    return answers


@pytest.mark.slow
def test_the_api_outlives_the_database(tmp_path_factory):
    """It starts while PostgreSQL is away, says so at once, recovers by itself, and again after a restart."""
    home = tmp_path_factory.mktemp("away")
    for folder in [home, *home.parents[:2]]:
        folder.chmod(0o755)
    running = server.up(home, fsync="off")
    try:
        migrate.upgrade(running.url())
        with connect(running.url()) as connection:
            made = World(connection, Settings())
            made.articles(["x1"])
            made.reader("ann")
            made.publish({"ann": ["x1"]}, {})
        server.down(home)
        with serving(running.url()) as client:
            assert_away(client)
            response = client.get("/v1/readers/ann/recommendations")
            assert response.json()["type"] == "urn:frontpage:problem:unavailable"
            for _ in range(2):
                server.up(home, fsync="off")
                _until(lambda: _status(client, "/health/ready") == 200, 5)
                assert shown(client) == (None, ["x1"])
                server.down(home)
                _until(lambda: _status(client, "/health/ready") == 503, 5)
                assert shown(client) == ("stale", ["x1"])
                assert_away(client)
    finally:
        server.down(home)


def shown(client: httpx.Client) -> tuple[str | None, list[str]]:
    """(fallback, articles) of ann's list, which must come at once."""
    response = client.get("/v1/readers/ann/recommendations")
    assert response.elapsed.total_seconds() < 1
    answer = response.json()
    return answer["fallback"], [item["article_id"] for item in answer["items"]]


def assert_away(client: httpx.Client) -> None:
    """Ready names the database, live stays green."""
    assert client.get("/health/ready").json()["failing"] == ["database"]
    assert client.get("/health/live").status_code == 200


@pytest.mark.slow
def test_a_silent_network_is_noticed_within_the_patience(world, database):
    """When packets vanish, every request of a crowd gets a list in time, stale; when they flow again, their own."""
    publish_marked(world, 0)
    with fault_proxy(database) as proxy, serving(proxy.url) as client:
        _until(lambda: _status(client, "/health/ready") == 200)
        proxy.swallow()
        for _ in range(2):
            answers = asyncio.run(_crowd(str(client.base_url)))
            assert {answer.status_code for answer in answers} == {200}
            assert {answer.json()["fallback"] for answer in answers} == {"stale"}
            assert max(answer.elapsed.total_seconds() for answer in answers) < PATIENCE_SECONDS + 1
        _until(lambda: _status(client, "/health/ready") == 503, 5)
        proxy.heal()
        _until(lambda: _status(client, "/health/ready") == 200, 5)
        assert {answer.json()["fallback"] for answer in asyncio.run(_crowd(str(client.base_url)))} == {None}


async def _crowd(base_url: str) -> list[httpx.Response]:
    async with httpx.AsyncClient(base_url=base_url, timeout=10) as client:
        return await asyncio.gather(*(client.get(f"/v1/readers/reader-{n}/recommendations") for n in range(30)))


@pytest.mark.slow
def test_several_workers_share_one_port(world, database):
    """With two workers, two processes answer."""
    publish_marked(world, 0)
    with serving(database, "--workers", "2") as client:
        _until(lambda: _status(client, "/health/ready") == 200)
        children = {path.read_text().split()[0] for path in Path("/proc").glob("[0-9]*/stat") if _serves(path)}
        assert len(children) >= 2
        assert len(client.get("/v1/readers/reader-1/recommendations").json()["items"]) == 10


def _serves(stat: Path) -> bool:
    """Whether a process was spawned by a `python -m serving` process that this test started."""
    try:
        parent = stat.read_text().rsplit(")", 1)[1].split()[1]
        command = Path(f"/proc/{parent}/cmdline").read_text()
        grandparent = Path(f"/proc/{parent}/stat").read_text().rsplit(")", 1)[1].split()[1]
    except OSError:
        return False
    return "\x00serving\x00" in command and int(grandparent) == os.getpid()


@pytest.mark.parametrize(
    ("options", "variables", "code", "sentence"),
    [
        (["--host", "0.0.0.0"], {}, 3, "the API does not start on 0.0.0.0 without keys; set FRONTPAGE_API_KEYS"),
        ([], {"FRONTPAGE_ENV": "production", "FRONTPAGE_PSEUDONYM_SECRET": "a-long-secret-of-our-own"}, 3,
         "the API does not start with FRONTPAGE_ENV=production without keys; set FRONTPAGE_API_KEYS"),
        ([], {"FRONTPAGE_API_KEYS": "short"}, 3, "FRONTPAGE_API_KEYS holds a key shorter than 20 characters"),
        (["--port", "99999"], {}, 3, "cannot listen on 127.0.0.1:99999"),
        (["--host", "no.such.invalid"], {"FRONTPAGE_API_KEYS": "k" * 20}, 3, "cannot listen on no.such.invalid"),
    ],
)  # fmt: skip
def test_what_keeps_it_from_starting_is_one_sentence(options, variables, code, sentence):
    """No key where others can reach it, a weak key, an impossible address: exit code 3 and no traceback."""
    url = "postgresql://u:a-password-of-our-own@127.0.0.1:1/frontpage"
    process = _start(url, *options, **variables)
    _, complaint = process.communicate(timeout=30)
    assert process.returncode == code
    assert complaint.startswith(f"frontpage: {sentence}")
    assert complaint.count("\n") == 1


def test_a_taken_port_is_one_sentence():
    """A port that is in use ends the command with exit code 5."""
    with bind("127.0.0.1", 0) as taken:
        process = _start("postgresql://u:p@127.0.0.1:1/frontpage", "--port", str(taken.getsockname()[1]))
        _, complaint = process.communicate(timeout=30)
    assert process.returncode == 5
    assert complaint.startswith("frontpage: cannot listen on 127.0.0.1:")
    assert complaint.count("\n") == 1


def test_without_a_database_at_all_it_says_what_to_do(tmp_path):
    """Neither FRONTPAGE_DATABASE_URL nor an embedded server: exit code 5."""
    process = _start("", FRONTPAGE_HOME=str(tmp_path))
    _, complaint = process.communicate(timeout=30)
    assert process.returncode == 5
    assert "frontpage db up" in complaint
