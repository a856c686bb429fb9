"""What the API keeps in memory never outlives its truth, and stands in for PostgreSQL while that is away."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import httpx
import pytest

from frontpage.core.settings import Settings
from frontpage.store.connect import connect, execute
from serving.lists.cache import ListCache
from tests.support.fault_proxy import FaultProxy, fault_proxy

from .serving_client import listed, path, problem, running
from .serving_world import TEN, World

GLOBAL = {("global", ""): ["g1", "g2"]}


@pytest.fixture
def world(database: str, settings: Settings) -> Iterator[World]:
    """Eight articles, two readers, one published run."""
    with connect(database) as connection:
        made = World(connection, settings)
        made.articles(["a1", "a2", "a3", "b1", "g1", "g2", "g3", "g4"])
        made.reader("ann")
        made.reader("bob")
        made.publish({"ann": ["a1", "a2"], "bob": ["b1"]}, GLOBAL)
        yield made


@pytest.fixture
def proxy(database: str) -> Iterator[FaultProxy]:
    """A network before PostgreSQL that can fail."""
    with fault_proxy(database) as made:
        yield made


@pytest.fixture
async def client(world: World, settings: Settings, proxy: FaultProxy) -> AsyncIterator[httpx.AsyncClient]:
    """The application, reaching its database through the proxy."""
    async with running(behind(proxy, settings)) as client:
        yield client


def behind(proxy: FaultProxy, settings: Settings) -> Settings:
    """Settings that reach the database through the proxy; now is an hour after TEN."""
    return settings.model_copy(update={"database_url": proxy.url, "clock": "2026-03-01T11:00:00Z"})


async def until_ready(client: httpx.AsyncClient, status: int) -> None:
    """Wait until /health/ready answers so."""
    async with asyncio.timeout(5):
        while (await client.get("/health/ready")).status_code != status:
            await asyncio.sleep(0.05)


async def test_a_new_run_replaces_what_is_in_memory(world, client):
    """A list that was just answered from memory is not answered once a new run is published."""
    assert await listed(client, "ann") == (None, ["a1", "a2"])
    world.publish({"ann": ["a3"]}, {("global", ""): ["g3"]}, TEN + timedelta(hours=1))
    assert await listed(client, "ann") == (None, ["a3"])
    assert await listed(client, "bob") == ("global", ["g3"])


async def test_a_rollback_brings_the_old_lists_back(world, client):
    """The lists of the run before are answered again."""
    from frontpage.store.lists import runs

    world.publish({"ann": ["a3"]}, GLOBAL, TEN + timedelta(hours=1))
    assert await listed(client, "ann") == (None, ["a3"])
    runs.rollback(world.connection, "champion")
    assert await listed(client, "ann") == (None, ["a1", "a2"])


async def test_a_retraction_bites_in_memory(world, client):
    """Own lists and fallbacks that were in memory lose the article at once, and get it back when it is live again."""
    assert await listed(client, "ann") == (None, ["a1", "a2"])
    assert await listed(client, "nobody") == ("global", ["g1", "g2"])
    world.articles(["a1", "g1"], status="retracted", hours=1)
    assert await listed(client, "ann") == (None, ["a2"])
    assert await listed(client, "nobody") == ("global", ["g2"])
    world.articles(["a1"], hours=2)
    assert await listed(client, "ann") == (None, ["a1", "a2"])


async def test_a_list_in_memory_of_which_everything_is_retracted_becomes_the_fallback(world, client):
    """Never an empty list where something can stand in."""
    assert await listed(client, "bob") == (None, ["b1"])
    world.articles(["b1"], status="retracted", hours=1)
    assert await listed(client, "bob") == ("global", ["g1", "g2"])


async def test_a_new_title_is_shown(world, client):
    """An article in memory is read again when a new version of it is stored, also where a row is changed by hand."""
    await listed(client, "ann")
    execute(world.connection, "update article_version set title = 'By hand' where article_id = 'a1'")
    assert (await client.get(path("ann"))).json()["items"][0]["title"] == "By hand"


async def test_a_new_article_drops_nothing(world, client):
    """Articles of which nobody knew cannot be in a list: no word is sent of them."""
    await listed(client, "ann")
    articles = client._transport.app.state.context.service.articles
    before = articles.n_changes
    world.articles(["new-1", "new-2"], hours=1)
    await listed(client, "ann")
    assert articles.n_changes == before


async def test_all_is_read_counts_less_than_an_empty_list(world, client):
    """A reader without a list who has read every fallback gets them again."""
    world.reader("eve")
    world.read("eve", "g1")
    assert await listed(client, "eve") == ("global", ["g2"])
    world.reader("old")
    for name in ("g1", "g2"):
        world.read("old", name)
    assert await listed(client, "old") == ("global", ["g1", "g2"])


@pytest.mark.parametrize("fault", ["cut", "swallow"])
async def test_while_the_database_is_away_the_last_known_lists_are_served(world, client, proxy, fault):
    """Marked stale: own lists of those seen lately, everybody's for others; ready is red; all is well afterwards."""
    assert await listed(client, "ann") == (None, ["a1", "a2"])
    await until_ready(client, 200)
    getattr(proxy, fault)()
    await until_ready(client, 503)
    assert (await problem(client, "/health/ready")).failing == ["database"]
    assert await listed(client, "ann") == ("stale", ["a1", "a2"])
    assert await listed(client, "bob", limit=1) == ("stale", ["g1"])
    world.articles(["a1"], status="retracted", hours=1)
    proxy.heal()
    await until_ready(client, 200)
    assert await listed(client, "ann") == (None, ["a2"])
    assert await listed(client, "bob") == (None, ["b1"])


async def test_nothing_in_memory_is_a_503(world, settings, proxy):
    """An application that has never reached its database has nothing to show."""
    proxy.cut()
    async with running(behind(proxy, settings)) as client:
        assert (await problem(client, path("ann"))).type == "urn:frontpage:problem:unavailable"
        proxy.heal()
        await until_ready(client, 200)
        assert await listed(client, "ann") == (None, ["a1", "a2"])


@pytest.mark.ml_test("monitor-6")
async def test_memory_is_bounded(world, settings):
    """The lists in memory stay within FRONTPAGE_SERVE_CACHE_MB, whoever asks."""
    async with running(settings.model_copy(update={"serve_cache_mb": 1})) as client:
        service = client._transport.app.state.context.service
        service.cache = ListCache(3_000)
        for n in range(20):
            await listed(client, f"nobody-{n}")
        assert 0 < len(service.cache) < 10
        assert service.cache.n_bytes <= 3_000


async def test_the_same_list_has_the_same_tag_and_is_sent_once(world, client):
    """304 for who has it; another run, another article version or another coding has another tag."""
    first = await client.get(path("ann"), headers={"Accept-Encoding": "identity"})
    tag = first.headers["etag"]
    assert tag.startswith('"')
    again = await client.get(path("ann"), headers={"If-None-Match": f'"other", W/{tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert again.headers["cache-control"] == "private, no-cache"
    assert (await client.get(path("ann"), headers={"If-None-Match": "*"})).status_code == 304
    world.articles(["a1"], status="retracted", hours=1)
    changed = await client.get(path("ann"), headers={"If-None-Match": tag})
    assert (changed.status_code, changed.headers["etag"] != tag) == (200, True)
    assert changed.headers["vary"] == "accept-encoding"


async def test_gzip_is_for_who_asks(world, client):
    """The same JSON, shorter, under a tag of its own; not for a refusal, not for a few bytes."""
    world.publish({"ann": ["a1", "a2", "a3", "b1", "g1", "g2"]}, GLOBAL, TEN + timedelta(hours=1))
    plain = await client.get(path("ann"), headers={"Accept-Encoding": "identity"})
    packed = await client.get(path("ann"), headers={"Accept-Encoding": "br, gzip;q=0.5"})
    assert packed.headers["content-encoding"] == "gzip"
    assert "content-encoding" not in plain.headers
    assert packed.json() == plain.json()
    assert packed.headers["etag"] != plain.headers["etag"]
    refused = await client.get(path("ann"), headers={"Accept-Encoding": "gzip;q=0"})
    assert "content-encoding" not in refused.headers
    short = await client.get("/health/live", headers={"Accept-Encoding": "gzip"})
    assert "content-encoding" not in short.headers


async def test_explained_reasons_say_how_much_they_counted(world, client):
    """With explain=true, of own lists and fallbacks; without it the answer does not carry the figures."""
    for reader in ("ann", "nobody"):
        plain = (await client.get(path(reader))).json()["items"]
        explained = (await client.get(path(reader), params={"explain": "true"})).json()["items"]
        assert plain[0]["reasons"] == [
            {"code": "much_read", "text": "much read in the last hour", "args": {"hours": 1}}
        ]
        assert explained[0]["reasons"] == [{**plain[0]["reasons"][0], "contribution": 0.5}]
