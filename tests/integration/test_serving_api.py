"""The API against real PostgreSQL: whose list, which run, which problem."""

import asyncio
import time
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import httpx
import pytest
from pydantic import SecretStr

from frontpage.core.settings import Settings
from frontpage.store.connect import connect, execute
from frontpage.store.lists import runs
from serving.lists.schemas import CurrentRunAnswer
from serving.lists.service import LOOK_UP_SECONDS, PAUSE_SECONDS

from .serving_client import listed, path, problem, running
from .serving_world import TEN, World

GLOBAL = {("global", ""): ["g1", "g2", "g3"]}
#: As runs stored them before reasons were codes with arguments.
OLDER_REASONS = '[{"code": "popular", "text": "much read in the last hour", "contribution": 0.5}]'
KEY = "a-key-of-more-than-twenty-characters"


@pytest.fixture
def world(database: str, settings: Settings) -> Iterator[World]:
    """A dozen articles, no reader, nothing published."""
    with connect(database) as connection:
        made = World(connection, settings)
        made.articles(["a1", "a2", "a3", "g1", "g2", "g3", "n1", "n2", "s1", "s2"])
        yield made


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The application as it starts and stops, without a socket in between; now is an hour after TEN."""
    async with running(settings.model_copy(update={"clock": "2026-03-01T11:00:00Z"})) as client:
        yield client


async def test_a_reader_gets_their_own_list(world, client):
    """Own list, best first, with everything an app shows, from the published run."""
    world.reader("ann")
    run_id = world.publish({"ann": ["a2", "a1"]}, GLOBAL)
    response = await client.get(path("ann"))
    assert response.headers["cache-control"] == "private, no-cache"
    body = response.json()
    assert body | {"items": None, "generated_at": None} == {
        "reader_id": "ann", "run_id": run_id, "model_version": "model-1", "variant": "champion", "fallback": None,
        "items": None, "generated_at": None, "notices": [],
    }  # fmt: skip
    assert body["items"][1] == {
        "article_id": "a1", "rank": 2, "score": 0.5, "title": "Title of a1", "url": "https://news.example/a1",
        "publisher": "The Example", "category": "science", "published_at": "2026-03-01T10:00:00Z",
        "reasons": [{"code": "much_read", "text": "much read in the last hour", "args": {"hours": 1}}],
    }  # fmt: skip


async def test_a_list_of_an_older_run_keeps_its_sentences(world, client):
    """Reasons stored as sentences, of own lists and fallbacks: `code` and `text` as they are, no arguments."""
    world.reader("ann")
    run = world.build({"ann": ["a1"]}, GLOBAL)
    for table in (runs.table_of(run["run_id"]), "fallback_list"):
        execute(world.connection, f"update {table} set reasons = %s", [OLDER_REASONS])
    runs.publish(world.connection, run)
    for reader in ("ann", "nobody"):
        explained = (await client.get(path(reader), params={"explain": "true"})).json()["items"]
        assert explained[0]["reasons"] == [
            {"code": "popular", "text": "much read in the last hour", "args": {}, "contribution": 0.5}
        ]


async def test_limit_cuts_from_the_top(world, client):
    """limit=2 gives ranks 1 and 2, of an own list and of a fallback alike."""
    world.reader("ann")
    world.publish({"ann": ["a3", "a2", "a1"]}, GLOBAL)
    assert await listed(client, "ann", limit=2) == (None, ["a3", "a2"])
    assert await listed(client, "nobody", limit=1) == ("global", ["g1"])


@pytest.mark.parametrize("limit", ["0", "11", "-1", "ten", "1.5", ""])
async def test_a_wrong_limit_is_a_named_problem(client, limit):
    """Anything but 1 to 10 is a 422 that names the parameter, whether or not anything is published."""
    answer = await problem(client, path("ann") + f"?limit={limit}")
    assert (answer.status, answer.type) == (422, "urn:frontpage:problem:invalid-request")
    assert answer.errors is not None
    assert answer.errors[0].field == "query.limit"


async def test_an_unknown_reader_gets_the_global_fallback(world, client):
    """Never a 404, never an empty list."""
    world.publish({}, GLOBAL | {("region", "north"): ["n1"]})
    assert await listed(client, "nobody") == ("global", ["g1", "g2", "g3", "n1"])


async def test_a_known_reader_without_a_list_gets_their_region_filled_up(world, client):
    """Own region first, then own interests, then everybody's; each article once."""
    fallbacks = GLOBAL | {("region", "north"): ["n1", "g2"], ("region", "south"): ["s1"], ("category", "sport"): ["s2"]}
    world.reader("ann", region="north", interests=["sport"])
    world.publish({}, fallbacks)
    assert await listed(client, "ann", limit=5) == ("region", ["n1", "g2", "s2", "g1", "g3"])


async def test_interests_stand_in_where_the_region_is_unknown(world, client):
    """Interests count in the order they were picked."""
    fallbacks = GLOBAL | {("category", "sport"): ["s1"], ("category", "arts"): ["a1"]}
    world.reader("ann", interests=["sport", "arts"])
    world.publish({}, fallbacks)
    assert await listed(client, "ann", limit=3) == ("category", ["s1", "a1", "g1"])


async def test_the_region_of_the_last_read_counts_where_sign_up_says_none(world, client):
    """Data sets without readers' regions carry them on reads; what was read is not offered again."""
    world.reader("ann")
    world.read("ann", "n1", region="north")
    world.publish({}, GLOBAL | {("region", "north"): ["n1", "n2"]})
    assert await listed(client, "ann", limit=2) == ("region", ["n2", "g1"])


async def test_a_retraction_bites_at_once(world, client):
    """A retracted article leaves own lists and fallbacks without a new run, and leaves a gap in the ranks."""
    world.reader("ann")
    world.publish({"ann": ["a1", "a2", "a3"]}, GLOBAL)
    world.articles(["a2", "g1"], status="retracted", hours=1)
    assert await listed(client, "ann") == (None, ["a1", "a3"])
    assert [item["rank"] for item in (await client.get(path("ann"))).json()["items"]] == [1, 3]
    assert (await listed(client, "nobody"))[1][0] == "g2"


async def test_a_list_of_nothing_but_retracted_articles_becomes_the_fallback(world, client):
    """An empty list is never served where a fallback can be."""
    world.reader("ann")
    world.publish({"ann": ["a1"]}, GLOBAL)
    world.articles(["a1"], status="retracted", hours=1)
    assert await listed(client, "ann") == ("global", ["g1", "g2", "g3"])


ODD_IDS = [
    "o'brien", 'a "quoted" id', "emoji 🙂", "a/b", "a/recommendations", "x\x00y", "a..b", "100%", "a?b#c", "; drop",
    "line\nbreak", " ", "\\", "é", "x" * 1024,
]  # fmt: skip


@pytest.mark.parametrize("reader_id", ODD_IDS, ids=lambda text: repr(text[:20]))
async def test_any_text_is_a_reader_id(world, client, reader_id):
    """Percent-encoded, every id reaches its own list."""
    world.reader(reader_id)
    world.publish({reader_id: ["a1"]}, GLOBAL)
    assert await listed(client, reader_id) == (None, ["a1"])


async def test_an_endless_reader_id_is_refused(client):
    """An id of more than 1,024 characters is a 422, not a query."""
    assert (await problem(client, path("x" * 1025))).status == 422


async def test_before_the_first_publish_nothing_is_served(database, client):
    """Lists and the current run are a 503 that says what to do; ready names the missing run; live stays green."""
    for url in (path("ann"), "/v1/runs/current"):
        answer = await problem(client, url)
        assert (answer.status, answer.type) == (503, "urn:frontpage:problem:nothing-published")
        assert "frontpage refresh" in answer.detail
    assert (await problem(client, "/health/ready")).failing == ["published_run"]
    assert (await client.get("/health/live")).json() == {"status": "live"}


async def test_a_run_without_any_list_answers_with_no_items(world, client):
    """An empty day publishes nothing to show: 200, run named, no items."""
    run_id = world.publish({}, {})
    body = (await client.get(path("ann"))).json()
    assert (body["run_id"], body["items"], body["fallback"]) == (run_id, [], None)


async def test_the_current_run_says_what_it_is_and_how_old(world, client):
    """Age counts from as_of to the API's now, which historic data sets."""
    world.reader("ann")
    run_id = world.publish({"ann": ["a1", "a2"]}, GLOBAL, as_of=TEN - timedelta(minutes=30))
    answer = CurrentRunAnswer.model_validate((await client.get("/v1/runs/current")).json())
    assert (answer.run_id, answer.n_readers, answer.n_rows, answer.age_seconds) == (run_id, 1, 2, 90 * 60.0)
    assert (await client.get("/health/ready")).json() == {"status": "ready", "run_id": run_id}


async def test_unknown_paths_and_methods_are_problems(client):
    """404 and 405 look like every other error."""
    assert (await problem(client, "/v1/nothing")).status == 404
    response = await client.post(path("ann"))
    assert response.status_code == 405
    assert response.headers["content-type"] == "application/problem+json"
    assert response.headers["allow"] == "GET"


async def test_a_request_id_is_taken_or_made(client):
    """A well-formed id comes back; one that could break a log line is replaced."""
    given = await client.get("/health/live", headers={"X-Request-ID": "app-42"})
    assert given.headers["x-request-id"] == "app-42"
    broken = await client.get("/health/live", headers={"X-Request-ID": "two words"})
    assert len(broken.headers["x-request-id"]) == 32


async def test_with_keys_only_holders_read(world, settings):
    """Either header carries the key; no key, a wrong one or half of one is a 401; probes need none."""
    world.publish({}, GLOBAL)
    async with running(settings.model_copy(update={"api_keys": SecretStr(KEY)})) as client:
        for headers in ({}, {"X-API-Key": "wrong"}, {"X-API-Key": KEY[:-1]}, {"Authorization": "Basic " + KEY}):
            answer = await problem(client, path("ann"), headers=headers)
            assert (answer.status, answer.type) == (401, "urn:frontpage:problem:unauthorized")
        for headers in ({"X-API-Key": KEY}, {"Authorization": f"Bearer {KEY}"}):
            assert (await client.get(path("ann"), headers=headers)).status_code == 200
        assert (await client.get("/health/live")).status_code == 200


async def test_a_stuck_table_costs_one_wait_and_recovers(world, client, database):
    """A query that hangs is given up; the reader gets the last known list, marked, and nobody waits after that."""
    world.reader("ann")
    world.publish({"ann": ["a1"]}, GLOBAL)
    assert await listed(client, "bob") == ("global", ["g1", "g2", "g3"])
    with connect(database) as blocker:
        execute(blocker, "begin")
        execute(blocker, "lock table recommendation in access exclusive mode")
        assert await listed(client, "ann") == ("stale", ["g1", "g2", "g3"])
        started = time.monotonic()
        assert await listed(client, "bob") == ("stale", ["g1", "g2", "g3"])
        assert time.monotonic() - started < LOOK_UP_SECONDS / 2
        execute(blocker, "rollback")
    await asyncio.sleep(PAUSE_SECONDS)
    assert await listed(client, "ann") == (None, ["a1"])


async def test_a_database_without_tables_is_not_ready(postgres, settings):
    """Before `frontpage db migrate` the API is up and says that the database is what fails."""
    async with running(settings.model_copy(update={"database_url": postgres.url("postgres")})) as client:
        assert (await problem(client, "/health/ready")).failing == ["database"]
