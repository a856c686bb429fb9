"""What readers ask of us: kept with its time, obeyed at once by the API, and by whatever lists are made next."""

from collections.abc import AsyncIterator, Iterator
from datetime import datetime, timedelta
from typing import Any

import asyncpg
import httpx
import pytest
from pydantic import SecretStr

from frontpage.core.settings import Settings
from frontpage.store.connect import connect, execute, fetch_all
from frontpage.store.history import load_excluded
from frontpage.store.read.changes import READER_CHANGED

from .extract_world import iso, pull, write
from .serving_world import TEN, World
from .test_serving_api import listed, running

NOW = TEN + timedelta(hours=1)
HOUR = timedelta(hours=1)
WEEK = timedelta(days=7)


@pytest.fixture
def world(database: str, settings: Settings) -> Iterator[World]:
    """Two publishers, two categories; ann has a list of her own, bea and everybody else the fallbacks."""
    with connect(database) as connection:
        made = World(connection, settings)
        made.articles(["a1", "a2", "a3", "g1", "g2", "s1"])
        execute(connection, "update article_version set publisher = 'Gazette' where article_id like 'g%'")
        execute(connection, "update article_version set category = 'sport' where article_id = 's1'")
        made.reader("ann", region="north", interests=["science"])
        made.reader("bea")
        fallbacks = {("global", ""): ["g1", "g2", "a3", "s1"], ("category", "sport"): ["s1"]}
        made.publish({"ann": ["a1", "g1", "a2", "s1"]}, fallbacks)
        yield made


class Clock:
    """The API's now."""

    now = NOW


@pytest.fixture
async def client(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[httpx.AsyncClient]:
    """The application; its now is `Clock.now`."""
    app = running(settings)
    app.app.state.context.now = lambda: Clock.now
    monkeypatch.setattr(Clock, "now", NOW)
    async with app as client:
        yield client


async def asked(client: httpx.AsyncClient, reader_id: str, **wishes: Any) -> dict[str, Any]:
    """All that is in force after a change."""
    response = await client.put(f"/v1/readers/{reader_id}/preferences", json=wishes)
    assert response.status_code == 200, response.text
    return response.json()


def excluded(world: World, as_of: datetime) -> set[tuple[int, str]]:
    """(reader_key, article_id) that lists of that moment must not hold."""
    frame = load_excluded(world.connection, as_of, WEEK)
    return set(frame.itertuples(index=False, name=None))


async def test_a_publisher_of_copies_is_muted_without_the_originals(client, world):
    """A copy counts for its original in lists, so one that the reader did not hide itself is not excluded."""
    world.copy("copy1", "a1")
    world.copy("copy2", "a2")
    execute(world.connection, "update article_version set publisher = 'Wire' where article_id like 'copy%'")
    await asked(client, "ann", hidden_articles=["copy2"], muted_publishers=["Wire"])
    assert excluded(world, TEN + WEEK) == {(world.key("ann"), "copy2")}


async def test_preferences_are_replaced_field_by_field(client, world):
    """A field given replaces what was asked before, an empty list takes it back, one left out stays."""
    everything = {"hidden_articles": ["a2", "a1"], "muted_publishers": ["Gazette"], "muted_categories": [" Sport "],
                  "digest": False, "personalised": False}  # fmt: skip
    assert await asked(client, "ann", **everything) == {
        "hidden_articles": ["a1", "a2"], "muted_publishers": ["Gazette"], "muted_categories": ["sport"],
        "digest": False, "personalised": False,
    }  # fmt: skip
    after = await asked(client, "ann", hidden_articles=["a2"], muted_publishers=[], digest=True)
    assert after == {
        "hidden_articles": ["a2"], "muted_publishers": [], "muted_categories": ["sport"],
        "digest": True, "personalised": False,
    }  # fmt: skip
    assert (await client.get("/v1/readers/ann/preferences")).json() == after
    nothing = {
        "hidden_articles": [], "muted_publishers": [], "muted_categories": [], "digest": None, "personalised": True,
    }  # fmt: skip
    assert (await client.get("/v1/readers/nobody/preferences")).json() == nothing


async def test_hiding_bites_at_once_for_that_reader_only(client, world):
    """The next answer is without it, in an own list and in a fallback; taking it back brings it back."""
    assert await listed(client, "ann") == (None, ["a1", "g1", "a2", "s1"])
    await asked(client, "ann", hidden_articles=["a1", "s1"])
    assert await listed(client, "ann") == (None, ["g1", "a2"])
    await asked(client, "stranger", hidden_articles=["g2"])
    assert await listed(client, "stranger") == ("global", ["g1", "a3", "s1"])
    assert await listed(client, "bea") == ("global", ["g1", "g2", "a3", "s1"])
    await asked(client, "ann", hidden_articles=[])
    assert await listed(client, "ann") == (None, ["a1", "g1", "a2", "s1"])


async def test_what_is_muted_leaves_fallbacks_at_once(client, world):
    """A reader without a list of their own has no refresh of their own to wait for."""
    await asked(client, "bea", muted_publishers=["Gazette"], muted_categories=["SPORT"])
    assert await listed(client, "bea") == ("global", ["a3"])


async def test_a_moment_sees_what_was_asked_by_then(client, world):
    """Hidden and muted articles are excluded from the moment on in which it was asked, until it was taken back."""
    await asked(client, "ann", hidden_articles=["a1"], muted_publishers=["Gazette"])
    Clock.now = NOW + HOUR
    await asked(client, "ann", muted_publishers=[], muted_categories=["sport"])
    ann = world.key("ann")
    before, during = NOW - timedelta(microseconds=1), {(ann, "a1"), (ann, "g1"), (ann, "g2")}
    assert [excluded(world, as_of) for as_of in (before, NOW, NOW + HOUR - timedelta(microseconds=1))] == [
        set(), during, during,
    ]  # fmt: skip
    assert excluded(world, NOW + HOUR) == {(ann, "a1"), (ann, "s1")}


async def test_asking_twice_or_in_one_instant_is_fine(client, world):
    """The same again writes nothing; hidden, shown and hidden again at one moment of a standing clock ends hidden."""
    for articles in (["a1"], ["a1"], [], ["a1"], ["a1", "a1"]):
        await asked(client, "ann", hidden_articles=articles)
    rows = fetch_all(world.connection, "select recorded_at, ended_at from reader_preference order by 1")
    assert [row["ended_at"] for row in rows] == [NOW + timedelta(microseconds=1), None]
    assert await listed(client, "ann") == (None, ["g1", "a2", "s1"])


async def test_whoever_listens_is_told_when_a_reader_changed(client, world, database):
    """NOTIFY reader_changed with the reader's key, once per change that is one."""
    heard: list[str] = []
    listener = await asyncpg.connect(database)
    await listener.add_listener(READER_CHANGED, lambda *event: heard.append(event[3]))
    await asked(client, "ann", hidden_articles=["a1"])
    await asked(client, "ann", hidden_articles=["a1"])
    await client.put("/v1/readers/ann/interests", json={"interests": ["sport"]})
    await listener.execute("select 1")
    await listener.close()
    assert heard == [str(world.key("ann"))] * 2


async def test_interests_are_a_new_version_of_the_reader(client, world):
    """All else as it was known; the same again is no version; the fallback list changes at once."""
    for _ in range(2):
        response = await client.put("/v1/readers/ann/interests", json={"interests": ["Sport", " sport", "world  news"]})
        assert (response.status_code, response.json()) == (200, {"interests": ["sport", "world news"]})
    versions = fetch_all(world.connection, "select * from reader_version order by recorded_at")
    assert [(row["recorded_at"], row["interests"], row["region"], row["signed_up_at"]) for row in versions] == [
        (TEN, ["science"], "north", TEN), (NOW, ["sport", "world news"], "north", TEN),
    ]  # fmt: skip
    await client.put("/v1/readers/bea/interests", json={"interests": ["sport"]})
    assert await listed(client, "bea") == ("category", ["s1", "g1", "g2", "a3"])
    signed_up = fetch_all(world.connection, "select signed_up_at from reader_version where source = 'api'")
    assert {row["signed_up_at"] for row in signed_up} == {TEN, None}


async def test_interests_are_not_undone_by_a_profile_from_before(client, world, settings, tmp_path):
    """A row that its source recorded before the pick, and that we pull after it, replaces nothing; a later one does."""
    await client.put("/v1/readers/ann/interests", json={"interests": ["sport"]})
    for minutes, chosen in ((-1, ["sport"]), (1, ["science"])):
        profile = {"reader_id": "ann", "signed_up_at": iso(TEN), "region": "south", "interests": ["science"]}
        write(tmp_path, f"readers/{minutes}.jsonl", [profile | {"recorded_at": iso(NOW + timedelta(minutes=minutes))}])
        pull(settings, NOW + HOUR, tmp_path)
        versions = fetch_all(world.connection, "select interests from reader_version order by recorded_at")
        assert versions[-1] == {"interests": chosen}


async def test_an_unknown_reader_signs_up_with_interests(client, world):
    """They are known from now on, so that the next refresh makes them a list."""
    await client.put("/v1/readers/cem/interests", json={"interests": ["sport"]})
    assert fetch_all(world.connection, "select reader_key, recorded_at from reader where reader_id = 'cem'") == [
        {"reader_key": world.key("cem"), "recorded_at": NOW}
    ]
    version = fetch_all(world.connection, "select signed_up_at from reader_version where source = 'api'")
    assert version == [{"signed_up_at": NOW}]


async def test_the_newest_claim_about_the_digest_wins(client, world):
    """An address that we have is opted out and in; a later claim of a source stays; no address is made up."""
    world.contact("ann", "ann@example.org")
    contact = "select reader_key, email, digest_opt_in from reader_contact"
    await asked(client, "ann", digest=False)
    assert fetch_all(world.connection, contact) == [
        {"reader_key": world.key("ann"), "email": "ann@example.org", "digest_opt_in": False}
    ]
    execute(world.connection, "update reader_contact set claimed_at = %s", [NOW + HOUR])
    await asked(client, "ann", digest=True)
    await asked(client, "bea", digest=True)
    assert [row["digest_opt_in"] for row in fetch_all(world.connection, contact)] == [False]


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("ann/preferences", {"hidden": ["a1"]}, "hidden"),
        ("ann/preferences", {"hidden_articles": "a1"}, "hidden_articles"),
        ("ann/preferences", {"hidden_articles": ["a\x00"]}, "hidden_articles.0"),
        ("ann/preferences", {"hidden_articles": ["a"] * 5_001}, "hidden_articles"),
        ("ann/preferences", {"muted_categories": [""]}, "muted_categories.0"),
        ("ann/preferences", {"digest": "no"}, "digest"),
        ("ann/preferences", [], "body"),
        ("ann/interests", {}, "interests"),
        ("ann/interests", {"interests": None}, "interests"),
        ("ann/interests", {"interests": ["x" * 513]}, "interests.0"),
        ("%20ann/interests", {"interests": []}, "path.reader_id"),
        ("a%00nn/preferences", {"digest": True}, "path.reader_id"),
        ("a" * 600 + "/preferences", {"digest": True}, "path.reader_id"),
    ],
)
async def test_what_cannot_be_kept_is_a_422(client, world, path, body, field):
    """The field is named, and nothing is written."""
    response = await client.put(f"/v1/readers/{path}", json=body)
    assert response.status_code == 422, response.text
    assert [error["field"] for error in response.json()["errors"]] == [field]
    assert fetch_all(world.connection, "select * from reader_preference") == []


async def test_reading_preferences_and_changing_them_are_different_scopes(settings, world):
    """Without a key neither is possible where keys are needed."""
    async with running(settings.model_copy(update={"api_keys": SecretStr("k" * 20)})) as client:
        assert (await client.get("/v1/readers/ann/preferences")).status_code == 401
        assert (await client.put("/v1/readers/ann/preferences", json={})).status_code == 401
        assert (await client.put("/v1/readers/ann/preferences", json={}, headers={"X-API-Key": "k" * 20})).json()
