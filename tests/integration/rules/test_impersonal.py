"""Lists without profiling: asked for by request, or once and for all in the preferences."""

from collections.abc import AsyncIterator, Iterator

import httpx
import pytest

from frontpage.core.settings import Settings
from frontpage.steps import features, score
from frontpage.store.connect import connect, execute, fetch_all
from frontpage.store.lists import runs

from ..serving_client import path, running
from ..serving_world import World
from .conftest import KEEPING, SECOND

FALLBACKS = {("global", ""): ["g1", "g2"], ("region", "north"): ["n1", "g1"], ("category", "sport"): ["s1"]}
#: Every table that holds anything about a reader.
PERSONAL = (
    *("reader", "reader_version", "reader_contact", "read_event", "reader_preference", "recommendation"),
    *("recommendation_1", "correction", "event_inbox", "digest_consent"),
)


@pytest.fixture
def world(database: str, settings: Settings) -> Iterator[World]:
    """Two readers of one region with lists and interests of their own."""
    with connect(database) as connection:
        made = World(connection, settings)
        made.articles(["a1", "b1", "g1", "g2", "n1", "s1"])
        made.reader("ann", region="north", interests=["sport"])
        made.reader("bob", region="north")
        made.publish({"ann": ["a1"], "bob": ["b1"]}, FALLBACKS)
        yield made


@pytest.fixture
async def client(world: World, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The application."""
    async with running(settings.model_copy(update={"clock": "2026-03-01T11:00:00Z"})) as client:
        yield client


async def items(client: httpx.AsyncClient, reader_id: str, **asked: str) -> tuple[str | None, list[str]]:
    answer = await client.get(path(reader_id), params=asked)
    assert answer.status_code == 200, answer.text
    return answer.json()["fallback"], [item["article_id"] for item in answer.json()["items"]]


async def test_it_is_the_same_for_two_readers_of_a_region(client):
    """Whatever they read and picked; without a region it is everybody's list."""
    impersonal = {"personalised": "false", "region": "north"}
    assert await items(client, "ann", **impersonal) == await items(client, "bob", **impersonal)
    assert await items(client, "ann", **impersonal) == ("region", ["n1", "g1", "g2", "s1"])
    assert (await items(client, "ann", personalised="false"))[0] == "global"
    assert await items(client, "ann") == (None, ["a1"])


async def test_no_statement_touches_a_readers_row(world, client):
    """The API may not even read a table about readers, and still answers; what it writes down names nobody."""
    for table in PERSONAL:
        execute(world.connection, f"revoke all on {table} from frontpage_serving")
    asked = {"personalised": "false", "region": "north"}
    assert await items(client, "ann", **asked) == ("region", ["n1", "g1", "g2", "s1"])
    assert await items(client, "bob", **asked) == ("region", ["n1", "g1", "g2", "s1"])
    assert (await client.get(path("ann"))).status_code >= 500
    import asyncio

    async with asyncio.timeout(10):
        while not (rows := fetch_all(world.connection, "select reader_key from served_list")):
            await asyncio.sleep(0.05)
    assert {row["reader_key"] for row in rows} == {0}


async def test_a_reader_may_want_that_for_good(world, client):
    """From the next answer on: everybody's list, whatever is known of the reader; and back again."""
    url = "/v1/readers/ann/preferences"
    assert (await client.get(url)).json()["personalised"] is True
    assert (await client.put(url, json={"personalised": False})).json()["personalised"] is False
    found = await items(client, "ann")
    assert found[0] == "global"
    assert "a1" not in found[1]
    assert await items(client, "bob") == (None, ["b1"])
    assert (await client.put(url, json={"personalised": True})).json()["personalised"] is True
    assert await items(client, "ann") == (None, ["a1"])


@pytest.mark.slow
def test_no_list_is_made_of_who_wants_none(installation: Settings):
    """The next refresh leaves them out: nothing is ranked for them."""
    with connect(installation.database_url) as connection:
        run = runs.current(connection, "champion")
        assert run is not None
        keys = fetch_all(
            connection, f"select distinct reader_key from {runs.table_of(run['run_id'])} order by 1 limit 2"
        )
        execute(
            connection,
            "insert into reader_preference values (%s, 'personalised', 'off', now())",
            [keys[0]["reader_key"]],
        )
        features.run(installation, KEEPING, SECOND)
        run_id = int(score.run(installation, KEEPING, SECOND).artifact.removeprefix("run:"))
        left = {row["reader_key"] for row in fetch_all(connection, f"select reader_key from {runs.table_of(run_id)}")}
    assert keys[0]["reader_key"] not in left
    assert keys[1]["reader_key"] in left
