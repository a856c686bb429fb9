"""What is written down of each request: the log of served lists, metrics, log lines; and what is refused."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from frontpage.core.settings import Settings
from frontpage.store.connect import connect, fetch_all
from serving.http import load_shedding, middleware
from tests.support.fault_proxy import FaultProxy, fault_proxy

from .serving_client import listed, path, problem, running
from .serving_world import World

GLOBAL = {("global", ""): ["g1", "g2"]}
MAX = middleware.MAX_BODY_BYTES


@pytest.fixture
def world(database: str, settings: Settings) -> Iterator[World]:
    """One reader with a list, and a fallback."""
    with connect(database) as connection:
        made = World(connection, settings)
        made.articles(["a1", "a2", "g1", "g2"])
        made.reader("ann")
        made.publish({"ann": ["a1", "a2"]}, GLOBAL)
        yield made


@pytest.fixture
def proxy(database: str) -> Iterator[FaultProxy]:
    """A network before PostgreSQL that can fail."""
    with fault_proxy(database) as made:
        yield made


@pytest.fixture
async def client(world: World, settings: Settings, proxy: FaultProxy) -> AsyncIterator[httpx.AsyncClient]:
    """The application, an hour after the run was made."""
    changes = {"database_url": proxy.url, "clock": "2026-03-01T11:00:00Z"}
    async with running(settings.model_copy(update=changes)) as client:
        yield client


async def served(world: World, n_rows: int) -> list[dict]:
    """The log of served lists, once it has so many rows."""
    async with asyncio.timeout(5):
        while len(rows := fetch_all(world.connection, "select * from served_list order by request_id")) < n_rows:
            await asyncio.sleep(0.05)
    return rows


async def counted(client: httpx.AsyncClient, name: str) -> float:
    """The value of a metric, with its labels as they are written."""
    page = (await client.get("/metrics")).text
    values = dict(line.rsplit(" ", 1) for line in page.splitlines() if not line.startswith("#"))
    return float(values.get(name, "0"))


async def test_every_list_that_is_answered_is_written_down(world, client):
    """Own list, fallback and 304, each with run, surface, request id and content; a refused request is not a list."""
    first = await client.get(path("ann") + "?surface=home&limit=1", headers={"X-Request-ID": "1"})
    known = {"X-Request-ID": "2", "If-None-Match": first.headers["etag"]}
    assert (await client.get(path("ann") + "?surface=home&limit=1", headers=known)).status_code == 304
    await client.get(path("nobody"), headers={"X-Request-ID": "3"})
    await client.get(path("ann") + "?limit=99")
    rows = await served(world, 3)
    assert [
        (row["request_id"], row["reader_key"], row["surface"], row["fallback"], row["not_modified"], row["n_items"])
        for row in rows
    ] == [
        ("1", world.key("ann"), "home", None, False, 1),
        ("2", world.key("ann"), "home", None, True, 1),
        ("3", world.key("nobody"), None, "global", False, 2),
    ]
    assert {(row["run_id"], row["variant"]) for row in rows} == {(first.json()["run_id"], "champion")}
    assert [(row["ranks"], row["article_ids"]) for row in rows] == [(1, None), (1, None), (None, ["g1", "g2"])]
    assert {row["served_at"].isoformat() for row in rows} == {"2026-03-01T11:00:00+00:00"}


@pytest.mark.parametrize("surface", ["home page", "x" * 33, "", "é"])
async def test_an_odd_surface_is_refused(client, surface):
    """Letters, digits, `.`, `_` and `-`, at most 32."""
    answer = await problem(client, path("ann"), params={"surface": surface})
    assert (answer.status, answer.errors[0].field) == (422, "query.surface")


async def test_the_log_waits_for_the_database_within_a_bound(world, client, proxy):
    """While PostgreSQL is away rows wait; what there is no room for is dropped and counted."""
    await listed(client, "ann")
    await served(world, 1)
    proxy.cut()
    await asyncio.sleep(0.3)
    client._transport.app.state.context.served_log._max_kept = 3
    for _ in range(5):
        assert (await listed(client, "ann"))[0] == "stale"
    proxy.heal()
    assert len(await served(world, 4)) == 4
    assert await counted(client, "frontpage_served_list_dropped_total") == 2
    assert await counted(client, "frontpage_served_list_written_total") == 4
    assert await counted(client, 'frontpage_lists_served_total{fallback="stale"}') == 5


async def test_what_waits_is_written_at_the_end(world, settings):
    """Stopping writes the last batch."""
    async with running(settings) as client:
        await listed(client, "ann")
    assert len(await served(world, 1)) == 1


async def test_metrics_count_by_route_and_outcome(world, client, proxy):
    """Success, client error and timeout apart; no id in any label; age of the list, state of the pool."""
    await listed(client, "ann")
    await client.get(path("ann") + "?limit=99")
    await client.get("/nowhere/ann")
    route = 'route="/v1/readers/{reader_id}/recommendations"'
    assert await counted(client, f'frontpage_requests_total{{outcome="success",{route}}}') == 1
    assert await counted(client, f'frontpage_requests_total{{outcome="client_error",{route}}}') == 1
    assert await counted(client, 'frontpage_requests_total{outcome="client_error",route="(no such path)"}') == 1
    assert await counted(client, f"frontpage_request_seconds_count{{{route}}}") == 2
    assert await counted(client, 'frontpage_lists_served_total{fallback="none"}') == 1
    assert await counted(client, "frontpage_list_age_seconds") == 3600
    assert await counted(client, "frontpage_pool_connections_limit") == 8
    assert await counted(client, "frontpage_database_away_workers") == 0
    assert '"ann' not in (await client.get("/metrics")).text
    proxy.swallow()
    assert (await client.get("/v1/runs/current")).status_code == 503
    timeout = 'frontpage_requests_total{outcome="timeout",route="/v1/runs/current"}'
    assert await counted(client, timeout) == 1
    assert await counted(client, "frontpage_database_away_workers") == 1


async def test_one_line_of_json_for_each_request_without_reader_ids(world, client, capfd):
    """ECS names, the route in place of the path, the request's id."""
    await client.get(path("ann") + "?surface=home", headers={"X-Request-ID": "line-1"})
    await client.get(path("ann") + "?limit=99", headers={"X-Request-ID": "line-2"})
    await asyncio.sleep(0.5)
    text = capfd.readouterr().out
    lines = {line["http.request.id"]: line for line in map(json.loads, text.splitlines())}
    assert "ann" not in text
    good, bad = lines["line-1"], lines["line-2"]
    assert good["message"] == "GET /v1/readers/{reader_id}/recommendations 200"
    assert (good["event.outcome"], good["frontpage.surface"], good["frontpage.fallback"]) == ("success", "home", None)
    assert good["event.duration"] > 0
    assert good["http.response.body.bytes"] > 100
    assert (bad["http.response.status_code"], bad["frontpage.outcome"]) == (422, "client_error")


async def test_load_beyond_capacity_is_refused_at_once(world, client, monkeypatch):
    """503 with Retry-After and an outcome of its own; probes still answer; when it is over, lists are answered."""
    monkeypatch.setattr(load_shedding, "MAX_CONCURRENT", 0)
    response = await client.get(path("ann"))
    assert (response.status_code, response.headers["retry-after"]) == (503, "2")
    assert response.json()["type"] == "urn:frontpage:problem:overloaded"
    assert (await client.get("/health/live")).status_code == 200
    monkeypatch.undo()
    assert await listed(client, "ann") == (None, ["a1", "a2"])
    assert await counted(client, 'frontpage_requests_total{outcome="shed",route="(no such path)"}') == 1


async def test_a_loop_that_is_late_refuses(world, client):
    """A worker whose requests wait too long, again and again, sheds too; a single hiccup does not count."""
    load = client._transport.app.state.context.load
    for is_full in (False, False, True):
        load.waited(load_shedding.MAX_WAIT_SECONDS + 0.1)
        assert load.is_full is is_full
    load.waited(0.0)
    assert not load.is_full


@pytest.mark.parametrize("n_bytes", [MAX + 1, 10_000_000])
async def test_a_large_body_is_refused(client, n_bytes):
    """Nobody needs to send one with a request to read."""
    response = await client.request("GET", path("ann"), content=b"x" * n_bytes)
    assert (response.status_code, response.json()["type"]) == (413, "urn:frontpage:problem:unusable-body")


async def test_every_answer_has_security_headers(world, client):
    """Of lists and of problems; no other origin is let in."""
    for url in (path("ann"), "/nowhere", "/metrics"):
        response = await client.get(url, headers={"Origin": "https://elsewhere.example"})
        assert response.headers["x-content-type-options"] == "nosniff"
        assert response.headers["content-security-policy"] == "default-src 'none'; frame-ancestors 'none'"
        assert response.headers["referrer-policy"] == "no-referrer"
        assert len(response.headers.get_list("x-request-id")) == 1
        assert "access-control-allow-origin" not in response.headers


async def test_a_bug_is_a_problem_with_all_headers(world, client, monkeypatch):
    """500 with request id, counted as a failure."""

    async def broken(*_: object, **__: object) -> None:
        raise RuntimeError("a bug")

    monkeypatch.setattr(type(client._transport.app.state.context.service), "list_for", broken)
    response = await client.get(path("ann"), headers={"X-Request-ID": "bug-1"})
    assert (response.status_code, response.json()["request_id"]) == (500, "bug-1")
    assert response.headers["x-request-id"] == "bug-1"
    assert "a bug" not in response.text


async def test_an_old_run_makes_ready_red(world, settings):
    """More than FRONTPAGE_RUN_TOO_OLD_MINUTES after as_of; lists are still served."""
    async with running(settings.model_copy(update={"clock": "2026-03-01T13:00:01Z"})) as client:
        assert await listed(client, "ann") == (None, ["a1", "a2"])
        answer = await problem(client, "/health/ready")
        assert (answer.status, answer.failing) == (503, ["run_age"])
