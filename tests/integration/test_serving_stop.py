"""Workers that stop or are replaced lose no request; clients that dawdle cost nobody else anything."""

import asyncio
import json
import select
import signal
import socket
import threading
import time
from collections import Counter
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import psutil
import pytest

from frontpage.core.settings import Settings
from frontpage.store.connect import connect
from serving.http.protocol import REQUEST_SECONDS
from tests.support.api import Api, api, until

from .serving_world import World

NOW = {"FRONTPAGE_CLOCK": "2026-03-01T11:00:00Z"}
LIST = "/v1/readers/ann/recommendations"
EVENT = {"event_id": "1", "kind": "read", "reader_id": "ann", "article_id": "a1", "occurred_at": "2026-03-01T10:30:00Z"}
BODY = json.dumps(EVENT).encode()
HEAD = f"POST /v1/events HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {len(BODY)}\r\n\r\n"
#: Clients that send a byte now and then.
N_SLOW = 200


@pytest.fixture
def running(database: str, settings: Settings, tmp_path) -> Iterator[Api]:
    """Two workers over a published list."""
    with connect(database) as connection:
        world = World(connection, settings)
        world.articles(["a1"])
        world.reader("ann")
        world.publish({"ann": ["a1"]}, {("global", ""): ["a1"]})
    with api(database, tmp_path / "log", "--workers", "2", **NOW) as started:
        until(lambda: started.client.get("/health/ready").status_code == 200)
        yield started


def workers(running: Api) -> set[int]:
    """The processes that answer, among them those that are on their way."""
    return {child.pid for child in psutil.Process(running.process.pid).children() if _is_worker(child)}


def _is_worker(child: psutil.Process) -> bool:
    try:
        return any("spawn_main" in part for part in child.cmdline())
    except psutil.NoSuchProcess:  # it has just ended
        return False


async def ask_until(stop: threading.Event, url: str) -> Counter[str]:
    """What sixteen clients got that keep their connections and try nothing twice."""
    answers: Counter[str] = Counter()

    async def ask(client: httpx.AsyncClient, n: int) -> None:
        while not stop.is_set():
            try:
                answers[str((await client.get(LIST)).status_code)] += 1
            except httpx.TransportError as error:
                answers[repr(error)] += 1
            await asyncio.sleep(n / 500)

    async with httpx.AsyncClient(base_url=url, timeout=10) as client:
        await asyncio.gather(*(ask(client, n) for n in range(16)))
    return answers


@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_rolling_restart_under_load_loses_no_request(running):
    """SIGHUP replaces each worker, twice; every request that was sent meanwhile got its list."""
    stop = threading.Event()
    before = workers(running)
    with ThreadPoolExecutor(1) as pool:
        asked = pool.submit(asyncio.run, ask_until(stop, str(running.client.base_url)))
        try:
            for _ in range(2):
                time.sleep(1)
                known = workers(running)
                running.process.send_signal(signal.SIGHUP)
                until(lambda known=known: len(workers(running) - known) == 2 and not workers(running) & known, 90)
        finally:
            stop.set()
        answers = asked.result(30)
    assert set(answers) == {"200"}
    assert answers["200"] > 100
    assert not workers(running) & before


@pytest.mark.slow
def test_what_is_under_way_when_the_server_stops_is_finished(running):
    """A request whose body is still coming when SIGTERM comes is answered, and the server ends well."""
    with socket.create_connection((running.client.base_url.host, running.client.base_url.port)) as connection:
        connection.sendall(HEAD.encode() + BODY[:10])
        time.sleep(0.3)
        running.process.send_signal(signal.SIGTERM)
        time.sleep(0.5)
        connection.sendall(BODY[10:])
        connection.settimeout(10)
        assert connection.recv(65_536).startswith(b"HTTP/1.1 202 ")
    assert running.process.wait(timeout=20) == 0


@pytest.mark.slow
@pytest.mark.parametrize("sent", [b"GET " + LIST.encode() + b" HTTP/1.1\r\nHost: x\r\nX-A: " + b"a" * 500,
                                  HEAD.encode() + BODY], ids=["head", "body"])  # fmt: skip
def test_clients_that_send_byte_by_byte_are_given_up_and_hold_nobody_up(running, sent):
    """Two hundred at once: each is told 408, or cut off, within the limit; others get their lists as ever."""
    begin = sent.index(b"\r\n\r\n") + 4 if b"\r\n\r\n" in sent else 1
    address = running.client.base_url.host, running.client.base_url.port
    slow = [socket.create_connection(address) for _ in range(N_SLOW)]
    began, n_sent, longest = time.monotonic(), begin, 0.0
    answers: dict[socket.socket, bytes] = {}
    for connection in slow:
        connection.sendall(sent[:begin])
    while len(answers) < N_SLOW:
        assert time.monotonic() - began < REQUEST_SECONDS + 5, f"{N_SLOW - len(answers)} are still held"
        for connection in select.select([one for one in slow if one not in answers], [], [], 0.5)[0]:
            answers[connection] = _said(connection)
        longest = max(longest, running.client.get(LIST).raise_for_status().elapsed.total_seconds())
        for connection in slow:
            if connection not in answers and n_sent < len(sent) - 1:
                _send(connection, sent[n_sent : n_sent + 1])
        n_sent += 1
    assert {answer[:13] for answer in answers.values()} <= {b"HTTP/1.1 408 ", b""}
    assert time.monotonic() - began > REQUEST_SECONDS - 1
    assert longest < 1
    for connection in slow:
        connection.close()


def _said(connection: socket.socket) -> bytes:
    try:
        return connection.recv(65_536)
    except ConnectionError:
        return b""


def _send(connection: socket.socket, byte: bytes) -> None:
    try:
        connection.sendall(byte)
    except ConnectionError:
        return  # it has been given up; what it was told comes with the next look
