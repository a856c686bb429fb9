"""Catalogues through the API: what is taken in, what an extract makes of it, and what the batch says of it."""

from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from frontpage.core.clock import iso
from frontpage.core.identity.addresses import AddressKeys
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.steps import extract
from frontpage.store.catalogue.waiting import note_first_lists
from frontpage.store.connect import connect, fetch_all
from serving.catalogue.schemas import MAX_BYTES, MAX_ROWS, BatchAnswer

from .serving_world import TEN, World
from .test_serving_api import running

NOW = TEN + timedelta(hours=1)
JOINED = "2026-02-01T12:00:00Z"


@pytest.fixture
def world(database: str, settings: Settings) -> Iterator[World]:
    """An article, no reader."""
    with connect(database) as connection:
        made = World(connection, settings)
        made.articles(["a1"])
        yield made


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The application, whose now is NOW."""
    async with running(settings.model_copy(update={"clock": iso(NOW)})) as client:
        yield client


def article(name: str, **changes: Any) -> dict[str, Any]:
    """A row with what is required, and its section."""
    row = {"article_id": name, "url": f"https://gazette.example/{name}", "title": f"The {name} story"}
    return {**row, "category": "Sport", **changes}


async def sent(client: httpx.AsyncClient, path: str, body: Any, method: str = "POST", **headers: str) -> dict[str, Any]:
    """The answer to a batch that is taken in."""
    response = await client.request(method, f"/v1/{path}", json=body, headers=headers)
    assert response.status_code == 202, response.text
    assert response.headers["location"] == f"/v1/batches/{response.json()['batch_id']}"
    return response.json()


async def said(client: httpx.AsyncClient, taken: dict[str, Any]) -> dict[str, Any]:
    """What the batch says of itself, which holds to its schema."""
    answer = (await client.get(f"/v1/batches/{taken['batch_id']}")).json()
    BatchAnswer.model_validate(answer)
    return answer


def pulled(settings: Settings, folder: Any, hours: float = 1) -> dict[str, Any]:
    """Details of an extract of an empty folder and the inbox, that many hours after TEN."""
    (folder / "articles").mkdir(parents=True, exist_ok=True)
    return extract.run(settings, Params(), TEN + timedelta(hours=hours), [str(folder)]).details


async def test_an_article_is_in_the_tables_after_the_next_extract(client, world, settings, tmp_path):
    """It waits until then; it was first seen, and is recorded, when the API received it."""
    row = article("b1", summary="Short.", published_at="2026-03-01T10:30:00Z")
    del row["article_id"]
    taken = await sent(client, "articles/b1", row, "PUT")
    waiting = await said(client, taken)
    assert (waiting["state"], waiting["loaded"], waiting["rejected"]) == ("received", None, [])
    assert "loaded" in pulled(settings, tmp_path, hours=0.9)
    assert (await said(client, taken))["state"] == "received"
    assert pulled(settings, tmp_path)["loaded"] == 1
    known = "select title, category, status, source, first_seen_at, recorded_at from article where article_id = 'b1'"
    assert fetch_all(world.connection, known) == [{
        "title": "The b1 story", "category": "sport", "status": "live", "source": "inbox", "first_seen_at": NOW,
        "recorded_at": NOW,
    }]  # fmt: skip
    done = await said(client, taken)
    assert (done["state"], done["loaded"], done["updated"], done["quarantined"]) == ("extracted", 1, 0, 0)
    assert fetch_all(world.connection, "select * from catalogue_row") == []


async def test_what_cannot_be_used_is_in_quarantine_with_its_reason(client, world, settings, tmp_path):
    """By the rules of files; the batch names it by its place, and the good rows of the batch are loaded."""
    rows = [article("b1"), article("b2", url="ftp://x"), article("b3", title=None), article("a1", title="Anew")]
    taken = await sent(client, "catalogue/articles", rows)
    assert pulled(settings, tmp_path)["loaded"] == 1
    done = await said(client, taken)
    assert [done[name] for name in ("rows", "loaded", "updated", "unchanged", "quarantined")] == [4, 1, 1, 0, 2]
    assert [(one["index"], one["reason"]) for one in done["rejected"]] == [(1, "bad_url"), (2, "missing_field")]
    found = fetch_all(world.connection, "select locator, reason, kind from quarantine order by locator")
    assert found == [
        {"locator": f"catalogue#{taken['batch_id']}/1", "reason": "bad_url", "kind": "articles"},
        {"locator": f"catalogue#{taken['batch_id']}/2", "reason": "missing_field", "kind": "articles"},
    ]


async def test_the_last_word_counts_though_it_was_said_before(client, world, settings, tmp_path):
    """A lost answer may be asked for again; an older content, said anew, is a new version."""
    texts = ["one", "two", "one", "one"]
    batches = [await sent(client, "articles/b1", article("b1", title=text), "PUT") for text in texts]
    assert [one["repeated"] for one in batches] == [False, False, False, True]
    assert batches[2]["batch_id"] == batches[3]["batch_id"] != batches[0]["batch_id"]
    pulled(settings, tmp_path)
    assert fetch_all(world.connection, "select title from article where article_id = 'b1'") == [{"title": "one"}]


async def test_a_key_stands_for_one_content(client, world):
    """The same key and content is the same batch, whatever came between; with another content it is refused."""
    first = await sent(client, "catalogue/articles", [article("b1")], **{"Idempotency-Key": "k1"})
    await sent(client, "catalogue/articles", [article("b2")], **{"Idempotency-Key": "k2"})
    again = await sent(client, "catalogue/articles", [article("b1")], **{"Idempotency-Key": "k1"})
    assert again == {**first, "repeated": True}
    refused = await client.post("/v1/catalogue/articles", json=[article("b3")], headers={"Idempotency-Key": "k1"})
    assert (refused.status_code, "another content" in refused.json()["detail"]) == (422, True)
    assert fetch_all(world.connection, "select count(*) as n from catalogue_row") == [{"n": 2}]


async def test_a_reader_s_address_is_only_where_it_is_needed(client, world, settings, tmp_path):
    """It leaves the inbox with the extract, and quarantine keeps a bad row without it."""
    good = {"signed_up_at": JOINED, "region": "north", "interests": ["Sport"], "email": "ann@readers.example"}
    await sent(client, "readers/ann", {**good, "digest_opt_in": True}, "PUT")
    bad = await sent(client, "catalogue/readers", [
        {**good, "reader_id": "bob", "E-Mail": "bob@readers.example", "timezone": "Mars"},
        {**good, "reader_id": "undefined"}, {**good, "reader_id": "eve", "email": "eve at home"},
    ])  # fmt: skip
    assert fetch_all(world.connection, "select count(reader_key) as n from catalogue_row") == [{"n": 4}]
    pulled(settings, tmp_path)
    assert fetch_all(world.connection, "select region, interests from reader_version") == [
        {"region": "north", "interests": ["sport"]}
    ]
    (contact,) = fetch_all(world.connection, "select reader_key, email from reader_contact")
    assert contact["reader_key"] == world.key("ann")
    assert AddressKeys.of(settings).open(contact["email"], contact["reader_key"]) == "ann@readers.example"
    reasons = [one["reason"] for one in (await said(client, bad))["rejected"]]
    assert reasons == ["bad_timezone", "no_reader", "bad_email"]
    kept = fetch_all(world.connection, "select payload || detail as all from quarantine")
    assert len(kept) == 3
    assert not any("@" in row["all"] or "eve at home" in row["all"] for row in kept)


async def test_the_first_list_is_noted(client, world, settings, tmp_path):
    """Once: that of a later run changes nothing."""
    taken = await sent(client, "articles/b1", article("b1"), "PUT")
    pulled(settings, tmp_path)
    other = world.publish({"ann": ["a1"]}, {("global", ""): ["a1"]})
    assert note_first_lists(world.connection, other) == 0
    assert (await said(client, taken))["first_listed_at"] is None
    run_id = world.publish({"ann": ["a1", "b1"]}, {("global", ""): ["a1"]}, as_of=NOW)
    assert [note_first_lists(world.connection, run_id) for _ in range(2)] == [1, 0]
    done = await said(client, taken)
    assert done["first_listed_at"] is not None
    assert 0 < done["seconds_to_first_list"] < 60


@pytest.mark.parametrize(
    ("path", "body", "status"),
    [
        ("articles/b1", {"article_id": "b2"}, 422), ("articles/b1", [{}], 422), ("articles/%20b1", {}, 422),
        ("articles/b%2F1", {}, 404), ("readers/undefined", {"signed_up_at": JOINED}, 422),
    ],
)  # fmt: skip
async def test_what_is_refused_at_once(client, world, path, body, status):
    """Another id than in the path, what is no row, and ids that no path can hold."""
    assert (await client.put(f"/v1/{path}", json=body)).status_code == status


async def test_bodies_are_bounded(client, world):
    """By rows and bytes; what is no array of objects is named."""
    path = "/v1/catalogue/articles"
    for body, status in (([], 422), ([article("x")] * (MAX_ROWS + 1), 422), ([article("x"), 7], 422), ({}, 422)):
        assert (await client.post(path, json=body)).status_code == status
    huge = await client.post(path, content=b" " * (MAX_BYTES + 1), headers={"Content-Type": "application/json"})
    broken = await client.post(path, content=b"[{", headers={"Content-Type": "application/json"})
    assert (huge.status_code, broken.status_code) == (413, 400)
    assert (await client.get(f"/v1/batches/{'0' * 32}")).status_code == 404
    assert fetch_all(world.connection, "select * from catalogue_batch") == []


async def test_it_needs_a_scope_of_its_own(settings):
    """Neither who reads nor who sends events may write a catalogue; who may does nothing else."""
    from serving.access.security import needed_scope

    writes = [
        ("PUT", "/v1/articles/x"),
        ("PUT", "/v1/readers/x"),
        ("POST", "/v1/catalogue/readers"),
        ("GET", "/v1/batches/x"),
    ]
    assert {needed_scope(*one) for one in writes} == {"catalogue"}
    assert needed_scope("PUT", "/v1/readers/x/interests") == "events"
    assert needed_scope("GET", "/v1/articles/x/similar") == "read"
