"""Writing to a real server process: what a 202 is worth, what hard input costs, and what is never written down."""

import asyncio
import contextlib
import json
import os
import shutil
import signal
import socket
import tempfile
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest

from frontpage.store import migrate, server
from frontpage.store.connect import connect, fetch_all
from serving.http.protocol import REQUEST_SECONDS
from tests.integration.test_serving_keys import OWN, created
from tests.support.api import Api, api, until

AT = "2026-03-01T10:00:00Z"
NOW = {"FRONTPAGE_CLOCK": "2026-03-01T11:00:00Z"}
JSON = {"Content-Type": "application/json"}


def events(first: int, n: int) -> list[dict[str, Any]]:
    """Events of their own."""
    return [
        {"event_id": f"e{first + i}", "reader_id": f"reader {i % 9}", "article_id": "a1", "kind": "read",
         "occurred_at": AT, "dwell_seconds": 30.5, "surface": "app"}
        for i in range(n)
    ]  # fmt: skip


def stored(url: str) -> set[str]:
    """Ids in the inbox."""
    with connect(url) as connection:
        return {row["event_id"] for row in fetch_all(connection, "select event_id from event_inbox")}


@pytest.mark.slow
def test_what_was_answered_with_202_is_there_after_a_crash_of_everything(tmp_path):
    """Four clients send; API and database are killed in the middle; every event that was answered for is there."""
    home = Path(tempfile.mkdtemp(prefix="frontpage-crash-"))
    running = server.up(home)
    try:
        migrate.upgrade(running.url())
        answered: list[int] = []

        def send(base_url: str, start: int) -> None:
            with httpx.Client(base_url=base_url, timeout=5) as client:
                for number in range(start, start + 100_000, 50):
                    try:
                        if client.post("/v1/events", json=events(number, 50)).status_code == 202:
                            answered.append(number)
                    except httpx.TransportError:
                        return

        with api(running.url(), tmp_path / "log", **NOW) as api_process, ThreadPoolExecutor(4) as pool:
            sent = [pool.submit(send, str(api_process.client.base_url), start) for start in range(0, 400_000, 100_000)]
            until(lambda: len(answered) > 40)
            api_process.kill()
            kill_database(home)
            [done.result() for done in sent]
        server.up(home)
        expected = {f"e{number + i}" for number in answered for i in range(50)}
        assert len(expected) > 2_000
        assert expected <= stored(running.url())
    finally:
        server.down(home)
        shutil.rmtree(home)


def kill_database(home: Path) -> None:
    """Kill PostgreSQL as a power cut would: the postmaster and all of its processes at once."""
    pid = int(next(home.rglob("postmaster.pid")).read_text().split()[0])
    children = [int(path.parent.name) for path in Path("/proc").glob("[0-9]*/stat") if _parent(path) == pid]
    for process in (pid, *children):
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, signal.SIGKILL)
    until(lambda: not Path(f"/proc/{pid}").exists())


def _parent(stat: Path) -> int:
    try:
        return int(stat.read_text().rsplit(")", 1)[1].split()[1])
    except OSError:
        return 0


@pytest.mark.slow
def test_hard_input_costs_the_server_nothing(database, tmp_path):
    """10 MB, a client that stops half-way, one that goes away: clean 4xx, no traceback, and others are served."""
    with api(database, tmp_path / "log", **NOW) as running:
        for content in (b" " * 10_000_000, iter([b" " * 1_000_000] * 10)):
            response = running.client.post("/v1/events", content=content, headers=JSON)
            assert (response.status_code, response.json()["title"]) == (413, "Request Entity Too Large")
        slow = _half_a_request(running, b'{"event_id": ')
        gone = _half_a_request(running, b"[")
        gone.close()
        assert running.client.post("/v1/events", json=events(0, 1)).status_code == 202
        began = time.monotonic()
        slow.settimeout(REQUEST_SECONDS + 5)
        answer = slow.recv(65536)
        assert answer.startswith(b"HTTP/1.1 408 ")
        assert time.monotonic() - began < REQUEST_SECONDS + 2
        until(lambda: slow.recv(65536) == b"")
    assert "Traceback" not in (tmp_path / "log").read_text()


def _half_a_request(running: Api, body: bytes) -> socket.socket:
    url = running.client.base_url
    connection = socket.create_connection((url.host, url.port))
    head = (
        f"POST /v1/events HTTP/1.1\r\nHost: {url.host}\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n"
    )
    connection.sendall(head.encode() + body)
    return connection


@pytest.mark.slow
def test_thousands_of_events_per_second(database, tmp_path):
    """Four clients with batches of 1,000 on one worker: far more than a newsroom has; the bound is generous."""
    batches = [json.dumps(events(n * 1000, 1000)).encode() for n in range(40)]

    async def send(base_url: str) -> list[int]:
        async with httpx.AsyncClient(base_url=base_url, timeout=30) as client:
            lanes = [batches[lane::4] for lane in range(4)]

            async def lane(mine: list[bytes]) -> list[int]:
                return [(await client.post("/v1/events", content=one, headers=JSON)).status_code for one in mine]

            return [code for codes in await asyncio.gather(*map(lane, lanes)) for code in codes]

    with api(database, tmp_path / "log", **NOW) as running:
        began = time.monotonic()
        codes = asyncio.run(send(str(running.client.base_url)))
        seconds = time.monotonic() - began
    assert set(codes) == {202}
    assert len(stored(database)) == 40_000
    assert 40_000 / seconds > 3_000


@pytest.mark.slow
def test_concurrent_repeats_of_one_batch_are_kept_once(database, tmp_path):
    """Eight clients send the same thousand events, each in another order, to two workers: no deadlock, no double."""
    batch = events(0, 1000)

    def send(base_url: str, turn: int) -> dict[str, Any]:
        turned = [*batch[turn * 100 :], *batch[: turn * 100]]
        return httpx.post(f"{base_url}/v1/events", json=turned, timeout=30).json()

    with api(database, tmp_path / "log", "--workers", "2", **NOW) as running, ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(send, [str(running.client.base_url)] * 8, range(8)))
    assert sum(answer["accepted"] for answer in answers) == 1000
    assert sum(answer["repeated"] for answer in answers) == 7000


@pytest.mark.slow
def test_neither_keys_nor_readers_nor_addresses_are_written_down(database, tmp_path):
    """Nothing of a request shows in the server's log, in its metrics, or in the texts of the database's statements."""
    key = created(database, "app", "--scope", "admin")
    reader, address, guess = "reader-to-be-kept-quiet", "quiet@example.org", "guess-of-a-key-0123456789"
    batch = [{**events(0, 1)[0], "reader_id": name, "event_id": name} for name in (reader, address)]
    bad = {**batch[0], "kind": reader, address: 1}
    calls = [
        ("POST", "/v1/events", json.dumps([*batch, bad])),
        ("POST", "/v1/events", reader),
        ("PUT", f"/v1/readers/{reader}/interests", json.dumps({"interests": [address]})),
        ("PUT", f"/v1/readers/{reader}/preferences", json.dumps({"hidden_articles": [address]})),
        ("GET", f"/v1/readers/{reader}/preferences", None),
        ("GET", f"/v1/readers/{reader}/recommendations", None),
        ("GET", f"/metrics?reader={reader}", None),
    ]
    said = ""
    with connect(database) as connection, api(database, tmp_path / "log", FRONTPAGE_API_KEYS=OWN, **NOW) as running:
        for given in (key, OWN, guess):
            for method, path, body in calls:
                running.client.request(method, path, content=body, headers={"X-API-Key": given, **JSON})
                said += str([row["query"] for row in fetch_all(connection, "select query from pg_stat_activity")])
        said += running.client.get("/metrics").text
    said += (tmp_path / "log").read_text()
    assert "Take events in" in said
    assert "Replace what a reader asked" in said or "What a reader asked of us" in said
    assert [secret for secret in (key, OWN, guess, reader, address) if secret in said] == []
