"""Many readers at once, explanations, popular and similar articles."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from urllib.parse import quote

import httpx
import pytest
from pydantic import SecretStr

from frontpage.core.settings import Settings
from frontpage.store.connect import connect, execute, fetch_all
from serving.articles.schemas import PopularAnswer, SimilarAnswer
from serving.lists.schemas import Explanations, RecommendationLists

from .serving_client import path, problem, running
from .serving_world import TEN, World

GLOBAL = {("global", ""): ["g1", "g2"]}
KEY = "a-key-of-more-than-twenty-characters"


@pytest.fixture
def world(database: str, settings: Settings) -> Iterator[World]:
    """Six articles; five readers who read some of them; a list for ann."""
    with connect(database) as connection:
        made = World(connection, settings)
        made.articles(["a1", "a2", "a3", "g1", "g2", "a/4"])
        execute(connection, "update article_version set category = 'sport' where article_id in ('a3', 'g2')")
        for name, region, articles in (
            ("ann", "north", ["a1", "a2"]), ("bob", "north", ["a1", "a2", "g1"]), ("cem", "south", ["a1"]),
            ("dia", "south", ["a3"]), ("eve", "south", ["a3"]),
        ):  # fmt: skip
            made.reader(name)
            for article in articles:
                made.read(name, article, region)
        made.publish({"ann": ["a2", "a1"], "bob": ["a3"]}, GLOBAL)
        yield made


@pytest.fixture
async def client(world: World, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The application an hour after the reads."""
    async with running(settings.model_copy(update={"clock": "2026-03-01T11:00:00Z"})) as client:
        yield client


async def popular(client: httpx.AsyncClient, **asked: str | int) -> tuple[list[tuple[str, int]], str | None]:
    """([(article, reads)], cursor of the next page)."""
    response = await client.get("/v1/popular", params=asked)
    assert response.status_code == 200, response.text
    answer = PopularAnswer.model_validate(response.json())
    return [(item.article_id, item.n_reads) for item in answer.items], answer.next


async def similar(client: httpx.AsyncClient, article_id: str) -> list[tuple[str, str, int]]:
    """[(article, because, readers)]."""
    response = await client.get(f"/v1/articles/{quote(article_id, safe='')}/similar")
    assert response.status_code == 200, response.text
    answer = SimilarAnswer.model_validate(response.json())
    assert answer.article_id == article_id
    return [(item.article_id, item.because, item.n_readers) for item in answer.items]


async def test_many_readers_at_once(world, client):
    """In the order asked for, each as it would be answered alone, and written down."""
    asked = {"reader_ids": ["bob", "nobody", "ann", "bob"], "limit": 1, "surface": "digest"}
    response = await client.post("/v1/readers:batch", json=asked)
    assert response.status_code == 200, response.text
    answer = RecommendationLists.model_validate(response.json())
    assert [(of.reader_id, of.fallback, [item.article_id for item in of.items]) for of in answer.lists] == [
        ("bob", None, ["a3"]), ("nobody", "global", ["g1"]), ("ann", None, ["a2"]), ("bob", None, ["a3"]),
    ]  # fmt: skip
    assert response.json()["lists"][2] == (await client.get(path("ann"), params={"limit": 1})).json()
    assert "etag" not in response.headers


async def test_five_hundred_readers_are_two_statements(world, client):
    """The most that may be asked for; one more is refused."""
    ids = [f"reader-{n}" for n in range(500)]
    response = await client.post("/v1/readers:batch", json={"reader_ids": ids})
    assert [of["reader_id"] for of in response.json()["lists"]] == ids
    many = await client.post("/v1/readers:batch", json={"reader_ids": [*ids, "one-more"]})
    assert (many.status_code, many.json()["errors"][0]["field"]) == (422, "reader_ids")


@pytest.mark.parametrize(
    ("body", "status"),
    [(b"{", 400), (b"", 400), (b"[]", 422), (b'{"reader_ids": []}', 422), (b'{"reader_ids": [""]}', 422),
     (b'{"reader_ids": ["a"], "limit": 11}', 422), (b'{"reader_ids": ["a"], "more": 1}', 422),
     (b'{"reader_ids": "a"}', 422), (b"x" * 10_000_000, 413)],
)  # fmt: skip
async def test_a_batch_that_cannot_be_read_is_a_problem(client, body, status):
    """Bad JSON, wrong fields, too large."""
    response = await client.post("/v1/readers:batch", content=body, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.headers["content-type"]) == (status, "application/problem+json")


async def test_a_key_that_may_read_may_ask_for_many(world, settings):
    """The batch is a read, though it is a POST."""
    async with running(settings.model_copy(update={"api_keys": SecretStr(KEY)})) as client:
        execute(world.connection, "insert into api_key (name, key_hash, scopes) values ('r', sha256('"
                "another-key-of-more-than-twenty'), array['read'])")  # fmt: skip
        ring = client._transport.app.state.key_ring
        from frontpage.store.read.keys import fetch_keys

        ring.replace(await fetch_keys(client._transport.app.state.context.database))
        key = {"X-API-Key": "another-key-of-more-than-twenty"}
        asked = {"reader_ids": ["ann"]}
        assert (await client.post("/v1/readers:batch", json=asked, headers=key)).status_code == 200
        assert (await client.post("/v1/events", json=[], headers=key)).status_code == 403


async def test_explanations_show_all_that_made_a_list(world, client):
    """As `frontpage why`: run, data, source, score, each reason with what it counted; of fallbacks too."""
    execute(world.connection, "update rec_run set snapshot_hash = 'abc'")
    response = await client.get("/v1/readers/ann/explanations")
    answer = Explanations.model_validate(response.json())
    run = fetch_all(world.connection, "select * from rec_run")[0]
    assert (answer.run_id, answer.as_of, answer.checksum) == (run["run_id"], run["as_of"], run["checksum"])
    assert (answer.model_version, answer.variant, answer.fallback) == ("model-1", "champion", None)
    assert [(item.article_id, item.rank, item.score, item.candidate_source) for item in answer.items] == [
        ("a2", 1, 1.0, "popular"), ("a1", 2, 0.5, "popular"),
    ]  # fmt: skip
    assert answer.items[0].reasons[0].contribution == 0.5
    stranger = Explanations.model_validate((await client.get("/v1/readers/nobody/explanations")).json())
    assert (stranger.fallback, stranger.items[0].candidate_source) == ("global", "popular")


async def test_popular_counts_the_reads_of_a_day(world, client):
    """Everywhere, in a region, of a category, both; ties by id; older and suspicious reads do not count."""
    assert await popular(client) == ([("a1", 3), ("a2", 2), ("a3", 2), ("g1", 1)], None)
    assert await popular(client, region="north") == ([("a1", 2), ("a2", 2), ("g1", 1)], None)
    assert await popular(client, category="sport") == ([("a3", 2)], None)
    assert await popular(client, region="north", category="sport") == ([], None)


async def test_what_is_old_suspicious_or_retracted_is_not_popular(world, client):
    """Only honest reads of the last 24 hours, of live articles; a retraction bites in what is remembered."""
    execute(world.connection, "update read_event set suspicion = 'bot' where article_id = 'a2'")
    old = TEN - timedelta(hours=24)
    execute(world.connection, "update read_event set recorded_at = %s where article_id = 'g1'", [old])
    assert await popular(client) == ([("a1", 3), ("a3", 2)], None)
    world.articles(["a1"], status="retracted", hours=0.5)
    assert await popular(client) == ([("a3", 2)], None)


async def test_popular_is_paged_by_key(world, client):
    """Each article once, however small the pages."""
    pages, cursor = [], None
    while True:
        items, cursor = await popular(client, limit=1, **({"cursor": cursor} if cursor else {}))
        pages += items
        if cursor is None:
            break
    assert [name for name, _ in pages] == ["a1", "a2", "a3", "g1"]


@pytest.mark.parametrize("cursor", ["x", "-a1", "1", "a1-1", "12345678901-a1", "é"])
async def test_a_cursor_of_ones_own_is_refused(client, cursor):
    """Anything but what an answer gave is a 422."""
    answer = await problem(client, "/v1/popular", params={"cursor": cursor})
    assert (answer.status, answer.errors[0].field) == (422, "query.cursor")


async def test_similar_is_what_the_same_readers_read_then_the_same_category(world, client):
    """a1 was read by ann, bob and cem: a2 with two of them, g1 with one; a/4 is of its category."""
    assert await similar(client, "a1") == [
        ("a2", "co_read", 2), ("g1", "co_read", 1), ("a/4", "same_category", 0),
    ]  # fmt: skip
    assert await similar(client, "a/4") == [
        ("a1", "same_category", 0), ("a2", "same_category", 0), ("g1", "same_category", 0),
    ]  # fmt: skip
    world.articles(["a2"], status="retracted", hours=0.5)
    assert [name for name, _, _ in await similar(client, "a1")] == ["g1", "a/4"]


async def test_popular_counts_reads_of_copies_for_the_original(world, client):
    """Three read a1 and two a copy of it: five reads of a1, in its category; a copy of which only it was read, too."""
    world.copy("copy1", "a1")
    world.copy("copy4", "a/4")
    for name in ("dia", "eve"):
        world.read(name, "copy1", "west")
    world.read("ann", "copy4", "west")
    found, _ = await popular(client)
    assert found == [("a1", 5), ("a2", 2), ("a3", 2), ("a/4", 1), ("g1", 1)]
    assert (await popular(client, region="west"))[0] == [("a1", 2), ("a/4", 1)]
    assert ("a1", 5) in (await popular(client, category="science"))[0]


async def test_similar_lists_no_copies_and_answers_for_the_original_of_one(world, client):
    """Dia read a copy of a1 and a3, ann a copy of a2 beside a2 itself: each story stands once, for a1 and its copy."""
    world.copy("copy1", "a1")
    world.copy("copy2", "a2")
    world.read("dia", "copy1")
    world.read("ann", "copy2")
    expected = [("a2", "co_read", 2), ("a3", "co_read", 1), ("g1", "co_read", 1), ("a/4", "same_category", 0)]
    assert await similar(client, "a1") == expected
    assert await similar(client, "copy1") == expected
    assert {name for name, _, _ in await similar(client, "a3")} == {"a1", "g2"}


async def test_a_reader_of_a_copy_is_not_given_the_original_as_a_stand_in(world, client):
    """Fay read a copy of g1: g2 stands in; gil hid one of g2: g1 does."""
    world.copy("copy1", "g1")
    world.copy("copy2", "g2")
    world.reader("fay")
    world.reader("gil")
    world.read("fay", "copy1")
    hidden = "insert into reader_preference values (%s, 'hidden_article', 'copy2', %s)"
    execute(world.connection, hidden, [world.key("gil"), TEN])
    given = {name: (await client.get(path(name))).json()["items"] for name in ("fay", "gil")}
    assert {name: [one["article_id"] for one in items] for name, items in given.items()} == {
        "fay": ["g2"], "gil": ["g1"],
    }  # fmt: skip


@pytest.mark.parametrize("article_id", ["unknown", "a1\x00", "'; drop table reader", "é" * 500])
async def test_an_unknown_article_is_a_404(client, article_id):
    """A problem, whatever the id looks like."""
    answer = await problem(client, f"/v1/articles/{quote(article_id, safe='')}/similar")
    assert answer.status == 404
