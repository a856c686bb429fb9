"""An article that a reader has read is in none of their lists from then on, whichever worker answers."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import httpx
import pytest

from frontpage.core.settings import Settings
from frontpage.store.connect import connect, fetch_all
from tests.support.api import api, until

from .serving_client import listed, path, running
from .serving_world import World

AT = "2026-03-01T10:30:00Z"
CLOCK = "2026-03-01T11:00:00Z"
GLOBAL = {("global", ""): ["g1", "g2", "g3"]}
#: Another worker has been told by then, on a busy machine too.
TOLD_SECONDS = 10.0


@pytest.fixture
def world(database: str, settings: Settings) -> Iterator[World]:
    """Ann and bob have lists of their own, cem and everybody else the fallbacks."""
    with connect(database) as connection:
        made = World(connection, settings)
        made.articles(["a1", "a2", "a3", "g1", "g2", "g3"])
        for reader_id in ("ann", "bob", "cem"):
            made.reader(reader_id)
        made.publish({"ann": ["a1", "a2", "a3"], "bob": ["a1", "a2"]}, GLOBAL)
        yield made


@pytest.fixture
async def client(settings: Settings, world: World) -> AsyncIterator[httpx.AsyncClient]:
    """The application, whose now is an hour after TEN."""
    async with running(settings.model_copy(update={"clock": CLOCK})) as client:
        yield client


def event(reader_id: str, article_id: str, kind: str = "read") -> dict[str, Any]:
    """An event with an id of its own."""
    return {"event_id": f"{reader_id}/{article_id}/{kind}", "reader_id": reader_id, "article_id": article_id,
            "kind": kind, "occurred_at": AT}  # fmt: skip


async def happened(client: httpx.AsyncClient, *events: dict[str, Any]) -> None:
    """Events are taken in."""
    response = await client.post("/v1/events", json=list(events))
    assert response.status_code == 202, response.text


async def seen(client: httpx.AsyncClient, reader_id: str, **parameters: int) -> tuple[str | None, list[str]]:
    """(fallback, article ids), asked again where the database took too long, as it may on a busy machine."""
    async with asyncio.timeout(TOLD_SECONDS):
        while (found := await listed(client, reader_id, **parameters))[0] == "stale":
            await asyncio.sleep(0.1)
    return found


async def until_listed(client: httpx.AsyncClient, reader_id: str, articles: list[str]) -> None:
    """Word of a change has come: a reader's own list is this one."""
    async with asyncio.timeout(TOLD_SECONDS):
        while await seen(client, reader_id) != (None, articles):
            await asyncio.sleep(0.02)


async def test_the_next_answer_is_without_it_for_that_reader_only(client):
    """Order is kept and the next article moves up, where few are asked for too; ranks still name the stored places."""
    assert await seen(client, "ann") == (None, ["a1", "a2", "a3"])
    await happened(client, event("ann", "a1"))
    assert await seen(client, "ann") == (None, ["a2", "a3"])
    assert await seen(client, "ann", limit=1) == (None, ["a2"])
    items = (await client.get(path("ann"))).json()["items"]
    assert [item["rank"] for item in items] == [2, 3]
    assert await seen(client, "bob") == (None, ["a1", "a2"])


async def test_every_kind_but_an_exposure_counts(client):
    """What the next refresh would leave out is left out now, and nothing else."""
    await happened(client, event("ann", "a1", "exposure"), event("ann", "a2", "bookmark"))
    assert await seen(client, "ann") == (None, ["a1", "a3"])


async def test_the_tag_of_the_answer_changes(client):
    """An answer from before is no 304 any more; the one after it is, as long as nothing is read."""
    before = (await client.get(path("ann"))).headers["etag"]
    assert (await client.get(path("ann"), headers={"If-None-Match": before})).status_code == 304
    await happened(client, event("ann", "a2"))
    after = await client.get(path("ann"), headers={"If-None-Match": before})
    assert (after.status_code, after.headers["cache-control"]) == (200, "private, no-cache")
    tag = after.headers["etag"]
    assert tag != before
    await happened(client, event("ann", "a2"), event("bob", "a1"))
    assert (await client.get(path("ann"), headers={"If-None-Match": tag})).status_code == 304


async def test_explanations_and_batches_are_without_it_too(client):
    """Every way to a reader's list gives the same articles."""
    await happened(client, event("ann", "a1"))
    explained = (await client.get("/v1/readers/ann/explanations")).json()["items"]
    assert [item["article_id"] for item in explained] == ["a2", "a3"]
    lists = (await client.post("/v1/readers:batch", json={"reader_ids": ["ann", "bob"]})).json()["lists"]
    assert [[item["article_id"] for item in one["items"]] for one in lists] == [["a2", "a3"], ["a1", "a2"]]


async def test_who_has_read_all_of_their_list_gets_a_fallback(client):
    """Flagged as one, and without what they have just read."""
    assert await seen(client, "bob") == (None, ["a1", "a2"])
    await happened(client, event("bob", "a1"), event("bob", "a2"), event("bob", "g1"))
    assert await seen(client, "bob") == ("global", ["g2", "g3"])


async def test_fallbacks_of_known_readers_are_without_it(client):
    """At once, too; of a reader nobody knows nothing is left out, and where all was read all is listed."""
    assert await seen(client, "cem") == ("global", ["g1", "g2", "g3"])
    await happened(client, event("cem", "g2"), event("stranger", "g2"))
    assert await seen(client, "cem") == ("global", ["g1", "g3"])
    assert await seen(client, "stranger") == ("global", ["g1", "g2", "g3"])
    await happened(client, event("cem", "g1"), event("cem", "g3"))
    assert await seen(client, "cem") == ("global", ["g1", "g2", "g3"])


async def test_the_log_of_lists_has_the_places_that_were_shown(client, world):
    """Bits of the ranks in the stored list: the second and the third."""
    await happened(client, event("ann", "a1"))
    await client.get(path("ann"))
    async with asyncio.timeout(5):
        while not (rows := fetch_all(world.connection, "select ranks, n_items from served_list")):
            await asyncio.sleep(0.1)
    assert rows == [{"ranks": 0b110, "n_items": 2}]


async def test_the_log_numbers_places_as_the_run_does_where_an_article_is_hidden(client, world):
    """What a reader hid never comes from the database: the others keep their ranks all the same."""
    wishes = {"hidden_articles": ["a1"]}
    assert (await client.put("/v1/readers/ann/preferences", json=wishes)).status_code == 200
    assert await seen(client, "ann") == (None, ["a2", "a3"])
    async with asyncio.timeout(5):
        while not (rows := fetch_all(world.connection, "select distinct ranks, n_items from served_list")):
            await asyncio.sleep(0.1)
    assert rows == [{"ranks": 0b110, "n_items": 2}]


async def test_a_new_list_is_whole(client, world):
    """A run made later has left it out; what it has instead is shown."""
    await happened(client, event("ann", "a1"))
    world.publish({"ann": ["a2", "a3", "g1"]}, GLOBAL, world.later())
    await until_listed(client, "ann", ["a2", "a3", "g1"])


async def test_another_worker_is_told(client, settings, world):
    """Without being asked by it, from the database; a list in its memory is without the article, and only that one."""
    async with running(settings.model_copy(update={"clock": CLOCK})) as other:
        await until_listed(other, "ann", ["a1", "a2", "a3"])
        await until_listed(other, "bob", ["a1", "a2"])
        await happened(client, event("ann", "a1"))
        await until_listed(other, "ann", ["a2", "a3"])
        assert await seen(other, "bob") == (None, ["a1", "a2"])


@pytest.mark.slow
def test_two_workers_of_one_server_agree(database, world, tmp_path):
    """Once word has come round no connection, to whichever worker, is answered with the article."""
    secret = world.settings.pseudonym_secret.get_secret_value()
    options = {"FRONTPAGE_CLOCK": CLOCK, "FRONTPAGE_PSEUDONYM_SECRET": secret}
    with api(database, tmp_path / "log", "--workers", "2", **options) as running_api, ThreadPoolExecutor(8) as pool:
        base = str(running_api.client.base_url)

        def asked(_turn: int) -> tuple[str, ...]:
            items = httpx.get(f"{base}{path('ann')}", timeout=10).json()["items"]
            return tuple(item["article_id"] for item in items)

        until(lambda: set(pool.map(asked, range(40))) == {("a1", "a2", "a3")})
        assert running_api.client.post("/v1/events", json=event("ann", "a2")).status_code == 202
        until(lambda: set(pool.map(asked, range(40))) == {("a1", "a3")})
        assert not any("a2" in names for names in pool.map(asked, range(80)))
