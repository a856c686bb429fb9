"""Events through the API: what is taken in, what is not, and what an extract makes of it."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from frontpage.core.clock import iso
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.steps import extract
from frontpage.store.connect import connect, execute, fetch_all
from serving.events.schemas import MAX_EVENTS
from serving.http.bodies import MAX_BYTES

from .serving_world import TEN, World
from .test_serving_api import running

NOW = TEN + timedelta(hours=1)
PATH = "/v1/events"


@pytest.fixture
def world(database: str, settings: Settings) -> Iterator[World]:
    """Three articles, no reader."""
    with connect(database) as connection:
        made = World(connection, settings)
        made.articles(["a1", "a2", "a3"])
        yield made


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The application, whose now is NOW."""
    async with running(settings.model_copy(update={"clock": iso(NOW)})) as client:
        yield client


def event(number: int, **changes: Any) -> dict[str, Any]:
    """Event `number`: ann reads a1, that many minutes after TEN."""
    row = {
        "event_id": f"e{number}", "reader_id": "ann", "article_id": "a1", "kind": "read",
        "occurred_at": iso(TEN + timedelta(minutes=number)),
    }  # fmt: skip
    return {**row, **changes}


def after(seconds: float) -> dict[str, str]:
    """The field that says so many seconds after TEN."""
    return {"occurred_at": iso(TEN + timedelta(seconds=seconds))}


async def sent(client: httpx.AsyncClient, body: Any) -> dict[str, Any]:
    """The answer to events that can be used."""
    response = await client.post(PATH, json=body)
    assert response.status_code == 202, response.text
    return response.json()


def pulled(settings: Settings, folder: Any, hours: float = 1) -> dict[str, Any]:
    """Details of an extract of an empty folder and the inbox, that many hours after TEN."""
    (folder / "reads").mkdir(parents=True, exist_ok=True)
    return extract.run(settings, Params(), TEN + timedelta(hours=hours), [str(folder)]).details


def waiting(world: World) -> list[str]:
    """Ids of the events in the inbox."""
    return [row["event_id"] for row in fetch_all(world.connection, "select event_id from event_inbox order by 1")]


async def test_an_event_is_a_read_after_the_next_extract(client, world, settings, tmp_path):
    """It waits in the inbox under the moment it came, and is recorded then, with all that it says."""
    full = event(1, dwell_seconds=42, surface="app", region=" north ", device="phone", referrer="")
    assert await sent(client, full) == {"accepted": 1, "repeated": 0, "rejected": []}
    assert pulled(settings, tmp_path / "none", hours=0.9)["deferred"] == 1
    assert pulled(settings, tmp_path / "none")["loaded"] == 1
    assert waiting(world) == []
    assert fetch_all(world.connection, "select * from read_event") == [{
        "event_id": "e1", "reader_key": world.key("ann"), "article_id": "a1", "kind": "read",
        "occurred_at": TEN + timedelta(minutes=1), "recorded_at": NOW, "dwell_seconds": 42.0, "surface": "app",
        "region": "north", "device": "phone", "referrer": None, "suspicion": None, "source": "inbox",
        "extract_id": 4,
    }]  # fmt: skip
    assert fetch_all(world.connection, "select reader_id from reader") == [{"reader_id": "ann"}]


async def test_events_of_nobody_make_no_reader(client, world, settings, tmp_path):
    """Pages whose script found no reader send such ids: their events and exposures are quarantined."""
    sends = [event(1), event(2, reader_id="undefined"), event(3, reader_id="NULL", kind="exposure", position=1)]
    assert (await sent(client, sends))["accepted"] == 3
    assert pulled(settings, tmp_path / "none")["quarantined_no_reader"] == 2
    assert fetch_all(world.connection, "select reader_id from reader") == [{"reader_id": "ann"}]
    found = fetch_all(world.connection, "select kind, locator, reason from quarantine order by kind")
    assert found == [
        {"kind": "impressions", "locator": "inbox#e3", "reason": "no_reader"},
        {"kind": "reads", "locator": "inbox#e2", "reason": "no_reader"},
    ]
    assert waiting(world) == []


async def test_an_exposure_is_an_impression_and_no_read(client, world, settings, tmp_path):
    """Position, run and surface are kept; whether it was clicked is not said."""
    shown = event(1, kind="exposure", position=3, run_id=42, surface="home")
    assert (await sent(client, shown))["accepted"] == 1
    pulled(settings, tmp_path / "none")
    columns = "impression_id, article_id, position, clicked, occurred_at, recorded_at, run_id, surface"
    assert fetch_all(world.connection, f"select {columns} from impression") == [{
        "impression_id": "e1", "article_id": "a1", "position": 3, "clicked": None,
        "occurred_at": TEN + timedelta(minutes=1), "recorded_at": NOW, "run_id": 42, "surface": "home",
    }]  # fmt: skip
    assert fetch_all(world.connection, "select * from read_event") == []


async def test_an_event_counts_once_however_often_it_comes(client, world, settings, tmp_path):
    """Within a batch, across batches, and after an extract; of two contents under one id the first counts."""
    batch = [event(1), event(2), event(1, article_id="a2"), event(2)]
    assert await sent(client, batch) == {"accepted": 2, "repeated": 2, "rejected": []}
    assert await sent(client, [event(2), event(3)]) == {"accepted": 1, "repeated": 1, "rejected": []}
    assert pulled(settings, tmp_path / "none")["loaded"] == 3
    assert (await sent(client, [event(1), event(3, article_id="a2")]))["accepted"] == 2
    details = pulled(settings, tmp_path / "none")
    assert (details["unchanged"], details["quarantined_conflicting_event"]) == (1, 1)
    reads = fetch_all(world.connection, "select event_id, article_id from read_event order by 1")
    assert [(row["event_id"], row["article_id"]) for row in reads] == [("e1", "a1"), ("e2", "a1"), ("e3", "a1")]


async def test_unknown_articles_wait_in_quarantine(client, world, settings, tmp_path):
    """Reads and exposures of an article that has not come yet are loaded, whole, by the extract that finds it known."""
    batch = [event(1, article_id="new"), event(2, article_id="new", kind="exposure", run_id=7, surface="home")]
    await sent(client, batch)
    assert pulled(settings, tmp_path / "none")["quarantined_unknown_article"] == 2
    assert waiting(world) == []
    world.articles(["new"])
    assert pulled(settings, tmp_path / "none", hours=2)["loaded"] == 2
    assert fetch_all(world.connection, "select event_id from read_event") == [{"event_id": "e1"}]
    assert fetch_all(world.connection, "select run_id, surface from impression") == [{"run_id": 7, "surface": "home"}]
    assert fetch_all(world.connection, "select * from quarantine where released_at is null") == []


async def test_every_extract_balances(client, world, settings, tmp_path):
    """Rows in = loaded + updated + unchanged + quarantined, row by row of the inbox."""
    batch = [event(1), event(2, kind="exposure"), event(3, article_id="nowhere"), event(4, reader_id="bea")]
    await sent(client, batch)
    pulled(settings, tmp_path / "none")
    account = "select rows_in, loaded, updated, unchanged, quarantined from extract_run where source = 'inbox'"
    assert fetch_all(world.connection, account) == [
        {"rows_in": 4, "loaded": 3, "updated": 0, "unchanged": 0, "quarantined": 1}
    ]


async def test_a_late_commit_does_not_change_a_past_answer(client, world, settings, tmp_path):
    """An event received before a moment that was answered without it is recorded just after that moment."""
    pulled(settings, tmp_path / "none", hours=3)
    await sent(client, event(1))
    pulled(settings, tmp_path / "none", hours=4)
    recorded = fetch_all(world.connection, "select recorded_at from read_event")
    assert recorded == [{"recorded_at": TEN + timedelta(hours=3, microseconds=1)}]


@pytest.mark.parametrize(
    ("changes", "field", "detail"),
    [
        ({"event_id": ""}, "event_id", "String should have at least 1 character"),
        ({"event_id": "e" * 513}, "event_id", "String should have at most 512 characters"),
        ({"reader_id": "é" * 300}, "reader_id", "is longer than 512 bytes"),
        ({"reader_id": " \t"}, "reader_id", "is empty"),
        ({"article_id": "a\x001"}, "article_id", "holds a NUL character"),
        ({"article_id": 7}, "article_id", "Input should be a valid string"),
        ({"kind": "click"}, "kind", "Input should be 'read', "),
        ({"occurred_at": "yesterday"}, "occurred_at", "is not an ISO 8601 time"),
        ({"occurred_at": 1_772_000_000}, "occurred_at", "is not an ISO 8601 time"),
        ({"occurred_at": "1772000000"}, "occurred_at", "is not an ISO 8601 time"),
        ({"occurred_at": "1066-10-14T09:00:00Z"}, "occurred_at", "is before 1990"),
        ({"occurred_at": "0001-01-01T00:00:00+23:00"}, "occurred_at", "is not an ISO 8601 time"),
        ({"occurred_at": "9999-12-31T23:59:59-23:00"}, "occurred_at", "is not an ISO 8601 time"),
        ({"occurred_at": "2026-03-04T10:00:00Z"}, "occurred_at", "is more than 2 days ahead"),
        ({"dwell_seconds": -0.1}, "dwell_seconds", "Input should be greater than or equal to 0"),
        ({"dwell_seconds": 21_601}, "dwell_seconds", "Input should be less than or equal to 21600"),
        ({"dwell_seconds": "12"}, "dwell_seconds", "Input should be a valid number"),
        ({"kind": "exposure", "position": 10**30}, "position", "Input should be less than or equal to 32767"),
        ({"kind": "exposure", "position": 32_768}, "position", "Input should be less than or equal to 32767"),
        ({"kind": "exposure", "run_id": 2**63}, "run_id", "Input should be less than or equal to"),
        ({"kind": "exposure", "dwell_seconds": 1}, "event", "dwell_seconds does not go with kind exposure"),
        ({"position": 1}, "event", "position does not go with kind read"),
        ({"region": "x" * 513}, "region", "String should have at most 512 characters"),
        ({"referrer": "\x00"}, "referrer", "holds a NUL character"),
        ({"dwel_seconds": 3}, "dwel_seconds", "is not a field of events"),
    ],
)  # fmt: skip
async def test_what_cannot_be_used_is_named_by_its_index(client, world, changes, field, detail):
    """The good ones of a batch are kept; alone it is a 422, and nothing is."""
    answer = await sent(client, [event(1), event(2, **changes), event(3)])
    assert answer["accepted"] == 2
    assert [(one["index"], one["field"]) for one in answer["rejected"]] == [(1, field)]
    assert answer["rejected"][0]["detail"].startswith(detail)
    assert waiting(world) == ["e1", "e3"]
    alone = await client.post(PATH, json=event(4, **changes))
    assert alone.status_code == 422
    assert alone.json()["errors"] == [{"field": f"0.{field}", "detail": answer["rejected"][0]["detail"]}]
    assert waiting(world) == ["e1", "e3"]


@pytest.mark.parametrize(
    "body", [b"", b"{", b"[1,", b"\xff\xfe", b'{"a": "\\ud800"}', b"[" * 3_000, b'{"a":1},{"a":2}']
)
async def test_what_is_not_json_is_a_400(client, world, body):
    """Torn, empty, not UTF-8, too deep: one sentence that says where."""
    response = await client.post(PATH, content=body, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()["type"]) == (400, "urn:frontpage:problem:unusable-body")


@pytest.mark.parametrize("body", [b"[]", b"null", b"7", b'"event"', b"[null, 7, []]", b'{"dwell_seconds": 1e999}'])
async def test_what_holds_no_event_is_a_422(client, world, body):
    """JSON, but nothing that could be kept."""
    response = await client.post(PATH, content=body, headers={"Content-Type": "application/json"})
    assert (response.status_code, response.json()["type"]) == (422, "urn:frontpage:problem:invalid-request")


async def test_a_thousand_events_are_taken_and_no_more(client, world, settings, tmp_path):
    """The largest batch is kept whole; one more event is a 422 and keeps nothing."""
    batch = [event(n, reader_id=f"reader {n}", occurred_at=iso(TEN)) for n in range(MAX_EVENTS + 1)]
    refused = await client.post(PATH, json=batch)
    assert (refused.status_code, waiting(world)) == (422, [])
    assert (await sent(client, batch[:-1]))["accepted"] == MAX_EVENTS
    assert pulled(settings, tmp_path / "none")["loaded"] == MAX_EVENTS


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Content-Type": "text/plain"}, 415),
        ({}, 415),
        ({"Content-Type": "application/json", "Content-Encoding": "gzip"}, 415),
        ({"Content-Type": "Application/JSON; charset=utf-8"}, 202),
    ],
)
async def test_only_plain_json_is_looked_at(client, world, headers, status):
    """A web page of another origin cannot send application/json without asking first."""
    response = await client.post(PATH, content=json.dumps(event(1)), headers=headers)
    assert response.status_code == status


async def test_a_body_larger_than_allowed_is_a_413(client, world):
    """Whether it says so beforehand or not."""
    large = b" " * (MAX_BYTES + 1)

    async def pieces() -> AsyncIterator[bytes]:
        yield large

    for content in (large, pieces()):
        response = await client.post(PATH, content=content, headers={"Content-Type": "application/json"})
        assert (response.status_code, response.json()["type"]) == (413, "urn:frontpage:problem:unusable-body")


async def test_a_reader_cannot_vote_an_article_up(client, world, settings, tmp_path):
    """A bot's thousand clicks, at any pace, count as one read a day, its likes as one like; fast runs are bursts."""
    clicks = [event(n, **after(2.3 * n + n % 7)) for n in range(1000)]
    likes = [event(2000 + n, kind="like", **after(41 * n + n % 5)) for n in range(50)]
    runs = [event(3000 + n, reader_id="bob", article_id=f"a{n % 3 + 1}", **after(0.9 * n)) for n in range(30)]
    await sent(client, clicks)
    await sent(client, likes + runs)
    pulled(settings, tmp_path / "none")
    honest = "select reader_key, kind, count(*) as n from read_event where suspicion is null group by 1, 2"
    counts = {(row["reader_key"], row["kind"]): row["n"] for row in fetch_all(world.connection, honest)}
    assert counts == {(world.key("ann"), "read"): 1, (world.key("ann"), "like"): 1, (world.key("bob"), "read"): 3}
    marks = fetch_all(world.connection, "select distinct suspicion from read_event where suspicion is not null")
    assert {row["suspicion"] for row in marks} >= {"again", "burst"}


async def test_the_database_away_is_a_503_and_the_same_batch_may_come_again(client, world, database):
    """What was not answered with 202 may be sent again; it is kept once."""
    execute(world.connection, "alter table event_inbox rename to hidden_inbox")
    response = await client.post(PATH, json=[event(1)])
    assert (response.status_code, response.headers["retry-after"]) == (503, "2")
    execute(world.connection, "alter table hidden_inbox rename to event_inbox")
    assert await sent(client, [event(1)]) == {"accepted": 1, "repeated": 0, "rejected": []}
    assert waiting(world) == ["e1"]
