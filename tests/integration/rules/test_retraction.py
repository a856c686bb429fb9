"""Retraction: out of every answer, list and mail, copies too; who saw it, and what they are told."""

import json
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import httpx
import pandas as pd
import pytest

from frontpage.core.errors import BadInputError
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.steps import extract, retract
from frontpage.store import audit
from frontpage.store.connect import connect, execute, fetch_all
from frontpage.store.governance import retractions
from tests.integration.extract_world import DAY, START, article, write
from tests.integration.extract_world import rows as stored

from ..serving_client import listed, path, running
from ..serving_world import World

GLOBAL = {("global", ""): ["g1", "g2", "bad"]}


@pytest.fixture
def world(database: str, settings: Settings) -> Iterator[World]:
    """Articles, two copies of one, three readers, one published run."""
    with connect(database) as connection:
        made = World(connection, settings)
        made.articles(["bad", "a2", "g1", "g2"])
        made.copy("copy", "bad")
        made.copy("near", "bad")
        execute(connection, "update article_version set duplicate_kind = 'near' where article_id = 'near'")
        for name in ("ann", "bob", "cid"):
            made.reader(name)
        made.publish({"ann": ["bad", "a2"], "bob": ["a2"]}, GLOBAL)
        yield made


@pytest.fixture
async def client(world: World, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The application."""
    async with running(settings.model_copy(update={"clock": "2026-03-01T11:00:00Z"})) as client:
        yield client


@pytest.fixture
def acting(settings: Settings) -> Settings:
    """Settings of somebody who acts."""
    return settings.model_copy(update={"actor": "person:ana"})


def statuses(world: World) -> dict[str, str]:
    return {row["article_id"]: row["status"] for row in fetch_all(world.connection, "select * from article")}


def test_an_article_goes_with_its_copies(world, acting):
    """Near-duplicates only where a person said so; the summary names what is left; each is audited."""
    done = retract.run(acting, Params(), "bad", reason="the quote was made up")
    assert done.details["articles"] == ["bad", "copy"]
    assert done.details["near_duplicates_left"] == ["near"]
    assert {name for name, status in statuses(world).items() if status == "retracted"} == {"bad", "copy"}
    assert retract.run(acting, Params(), "copy", reason="again").rows_out == 0
    retract.run(acting, Params(), "bad", reason="looked at", with_near=True)
    assert statuses(world)["near"] == "retracted"
    trail = [(row["subject"], row["actor"], row["reason"]) for row in audit.entries(world.connection)]
    assert trail[-2:] == [
        ("article:copy", "person:ana", "the quote was made up"), ("article:bad", "person:ana", "the quote was made up"),
    ]  # fmt: skip
    assert audit.verify(world.connection).faults == ()


def test_it_can_be_taken_back(world, acting):
    """All that went comes back, and the trail says who and why."""
    retract.run(acting, Params(), "copy", reason="false", with_near=True)
    assert set(statuses(world).values()) == {"live", "retracted"}
    assert retract.undo(acting, Params(), "bad", reason="it was true", with_near=True).rows_out == 3
    assert set(statuses(world).values()) == {"live"}
    ended = fetch_all(world.connection, "select ended_by, end_reason from retraction where article_id = 'near'")
    assert [(*row.values(),) for row in ended] == [("person:ana", "it was true")]


def test_bad_input_is_one_sentence(world, acting):
    """No reason, no such article."""
    with pytest.raises(BadInputError, match="give a reason"):
        retract.run(acting, Params(), "bad", reason=" ")
    with pytest.raises(BadInputError, match="there is no article 'nothing'"):
        retract.run(acting, Params(), "nothing", reason="false")


async def test_no_answer_holds_it_and_who_saw_it_is_told(world, client, acting, tmp_path):
    """From memory too, own list and fallback; ann and cid saw it and get a notice, bob did not."""
    assert await listed(client, "ann") == (None, ["bad", "a2"])
    assert (await listed(client, "cid"))[1] == ["g1", "g2", "bad"]
    assert await listed(client, "bob") == (None, ["a2"])
    await _served_log(world, 3)
    out = tmp_path / "shown.csv"
    done = retract.run(acting, Params(), "bad", reason="false", out=out)
    assert done.details["readers"] == 2
    assert await listed(client, "ann") == (None, ["a2"])
    assert (await listed(client, "cid"))[1] == ["g1", "g2"]
    notices = (await client.get(path("ann"))).json()["notices"]
    assert [(one["kind"], one["article_id"], one["title"]) for one in notices] == [("retracted", "bad", "Title of bad")]
    assert (await client.get(path("cid"))).json()["notices"]
    assert (await client.get(path("bob"))).json()["notices"] == []
    found = {(row.reader_key, row.how) for row in pd.read_csv(out).itertuples()}
    assert found == {(world.key("ann"), "list"), (world.key("cid"), "fallback")}


async def _served_log(world: World, n: int) -> None:
    import asyncio

    async with asyncio.timeout(10):
        while len(fetch_all(world.connection, "select * from served_list")) < n:
            await asyncio.sleep(0.05)


async def test_an_editor_retracts_through_the_api(world, client):
    """The database does it for the API, whose role may not write articles; unknown ids are a 404."""
    url = "/v1/articles/bad/retraction"
    answer = await client.post(url, json={"reason": "false"})
    assert answer.json() == {"article_id": "bad", "retracted": True, "changed": ["bad", "copy"]}
    assert await listed(client, "ann") == (None, ["a2"])
    assert (await client.post(url, json={"reason": "true", "retracted": False})).json()["changed"] == ["bad", "copy"]
    assert await listed(client, "ann") == (None, ["bad", "a2"])
    assert (await client.post("/v1/articles/none/retraction", json={"reason": "x"})).status_code == 404
    assert (await client.post(url, json={"reason": " "})).status_code == 422
    assert [row["actor"] for row in audit.entries(world.connection)] == ["api:development"] * 4


async def test_it_needs_the_scope_of_an_editor(world, settings):
    """A key that reads, or sends events, is refused; `admin` includes it."""
    from frontpage.core.identity.api_keys import key_hash
    from frontpage.store import keys

    for scope in ("read", "events", "editor", "admin"):
        keys.add_key(world.connection, keys.NewKey(scope, key_hash(scope * 9), [scope]), "person:ana", "a test")
    own = settings.model_copy(update={"clock": "2026-03-01T11:00:00Z", "env": "production"})
    own = own.model_copy(update={"api_keys": type(settings.api_keys)("x" * 30)})
    async with running(own) as client:
        said = {}
        for scope in ("read", "events", "editor", "admin"):
            headers = {"X-API-Key": scope * 9}
            answer = await client.post("/v1/articles/bad/retraction", json={"reason": "false"}, headers=headers)
            said[scope] = answer.status_code
    assert said == {"read": 403, "events": 403, "editor": 200, "admin": 200}
    assert audit.entries(world.connection, "article%")[0]["actor"] == "api:editor"


def test_a_source_retracts_and_brings_back(settings: Settings, tmp_path: Path):
    """`status` of canonical files; a source that says nothing changes nothing; an editor's word is above a source's."""
    write(tmp_path, "articles/1.jsonl", [article(0), article(1)])
    pull = lambda day: extract.run(settings, Params(), START + day * DAY, [str(tmp_path)])  # noqa: E731
    pull(10)
    said = "select article_id, status from article order by 1"
    write(tmp_path, "articles/2.jsonl", [{**article(0), "status": "Retracted"}])
    pull(11)
    assert stored(settings, said) == [("a0", "retracted"), ("a1", "live")]
    write(tmp_path, "articles/3.jsonl", [{**article(0), "title": "Another title"}])
    pull(12)
    assert stored(settings, said) == [("a0", "retracted"), ("a1", "live")]
    write(
        tmp_path, "articles/4.jsonl", [{**article(0), "status": "live", "recorded_at": (START + 12 * DAY).isoformat()}]
    )
    pull(13)
    assert stored(settings, said) == [("a0", "live"), ("a1", "live")]
    with connect(settings.database_url) as connection:
        retractions.set_retracted(connection, "a1", "person:ana", "false", is_retracted=True)
        write(tmp_path, "articles/5.jsonl", [{**article(1), "status": "live"}, {**article(2), "status": "gone"}])
        done = pull(14)
        assert done.details["quarantined_unknown_status"] == 1
        assert stored(settings, said) == [("a0", "live"), ("a1", "retracted")]
        sources = [row["actor"] for row in audit.entries(connection, subject="article:a0")]
    assert sources == ["system:extract", "system:extract"]


ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xmlns:at="http://purl.org/atompub/tombstones/1.0"><title>News</title>
<id>tag:n.example,2026:news</id><updated>2026-03-01T10:00:00Z</updated>{}</feed>"""


def _entry(number: int) -> str:
    return (
        f"<entry><id>tag:n.example,2026:{number}</id><title>Title {number}</title>"
        f'<link href="https://n.example/{number}"/><updated>2026-03-01T10:00:00Z</updated></entry>'
    )


@pytest.mark.parametrize(
    ("means", "expected"), [("[]", []), ("[deleted-entry]", [2]), ("[gone]", [2]), ("[deleted-entry, gone]", [2])]
)
def test_a_feed_retracts_where_it_is_set_to_mean_it(settings: Settings, tmp_path: Path, means, expected):
    """A deleted entry, or one that is missing between others; what fell off the end is only old."""
    file = tmp_path / "sources.yaml"
    file.write_text(f"sources:\n  news: {{uri: feed+news.xml, retract: {means}}}\n")
    own = settings.model_copy(update={"sources_file": str(file)})
    (tmp_path / "news.xml").write_text(ATOM.format("".join(map(_entry, (3, 2, 1)))))
    extract.run(own, Params(), START + 300 * DAY, [])
    gone = '<at:deleted-entry ref="tag:n.example,2026:2" when="2026-03-01T11:00:00Z"/>'
    (tmp_path / "news.xml").write_text(ATOM.format(_entry(4) + _entry(3) + gone + _entry(1)))
    extract.run(own, Params(), START + 300 * DAY + timedelta(hours=1), [])
    found = stored(settings, "select title from article where status = 'retracted'")
    assert [title for (title,) in found] == [f"Title {n}" for n in expected]
    (tmp_path / "news.xml").write_text(ATOM.format(_entry(5) + _entry(4) + _entry(3)))
    extract.run(own, Params(), START + 300 * DAY + timedelta(hours=2), [])
    found = stored(settings, "select title from article where status = 'retracted'")
    assert [title for (title,) in found] == [f"Title {n}" for n in expected]


def test_the_log_is_json(world, acting, capsys):
    """What a retraction wrote is read back whole."""
    retract.run(acting, Params(), "bad", reason="false")
    row = audit.entries(world.connection, subject="article:bad")[0]
    assert json.loads(json.dumps(row["after"])) == {"status": "retracted", "named": "bad", "origin": "editor"}
