"""Reports of misleading articles, end to end: taken, counted, held, decided, audited."""

import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from frontpage.core.errors import BadInputError
from frontpage.core.identity.links import Link, link_keys, sign
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.rules.claim_review import fact_checks
from frontpage.steps import reports
from frontpage.store import audit
from frontpage.store.connect import connect, execute, fetch_all

from ..serving_client import listed, running
from ..serving_world import World

TEN = [f"a{n}" for n in range(10)]


@pytest.fixture
def world(database: str, settings: Settings) -> Iterator[World]:
    """Ten articles in a reader's list."""
    with connect(database) as connection:
        made = World(connection, settings)
        made.articles(TEN)
        made.reader("ann")
        made.publish({"ann": TEN}, {("global", ""): TEN})
        yield made


@pytest.fixture
async def client(world: World, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The application."""
    async with running(settings.model_copy(update={"clock": "2026-03-01T11:00:00Z"})) as client:
        yield client


@pytest.fixture
def acting(settings: Settings) -> Settings:
    return settings.model_copy(update={"actor": "person:ana"})


async def report(client: httpx.AsyncClient, article: str, reader: str) -> tuple[int, str | None]:
    answer = await client.post(f"/v1/articles/{article}/reports", json={"reader_id": reader, "said": "not true"})
    return answer.status_code, answer.json().get("outcome")


async def test_readers_reports_hold_an_article_until_a_person_decides(world, client, acting, capsys):
    """One word of each reader; five of them hold it; nobody is shown it; a person lets it go; all is audited."""
    assert await report(client, "a1", "r0") == (202, "taken")
    assert await report(client, "a1", "r0") == (202, "repeated")
    assert (await report(client, "none", "r0"))[0] == 404
    for n in range(1, 4):
        await report(client, "a1", f"r{n}")
    assert reports.review(acting, Params()).details == {"held": [], "not_held": []}
    await report(client, "a1", "r4")
    assert reports.review(acting, Params()).details["held"] == ["a1"]
    assert "a1" not in (await listed(client, "ann"))[1]
    capsys.readouterr()
    reports.show(acting, Params())
    row = json.loads(capsys.readouterr().out)
    assert (row["article_id"], row["state"], row["n_reports"], row["n_lists"], row["said"]) == (
        "a1",
        "held",
        5,
        1,
        ["not true"],
    )
    reports.decide(acting, Params(), "a1", is_misleading=False, reason="checked with the source")
    assert "a1" in (await listed(client, "ann"))[1]
    assert reports.review(acting, Params()).details["held"] == []
    trail = [
        (one["action"], one["actor"].split(":")[0]) for one in audit.entries(world.connection, subject="article:a1")
    ]
    assert trail == [("flag dismissed", "person"), ("flag held", "system"), *[("article report", "reader")] * 5]
    assert audit.verify(world.connection).faults == ()
    stored = str(fetch_all(world.connection, "select * from misleading_report"))
    assert str(world.key("r0")) not in stored
    assert "r0" not in stored


async def test_one_reader_cannot_do_it_alone(world, client, acting):
    """Ten a day of one reader; the eleventh is a 429."""
    said = [await report(client, name, "r0") for name in TEN]
    assert {one for _, one in said} == {"taken"}
    world.articles(["more"])
    assert (await report(client, "more", "r0"))[0] == 429
    assert reports.review(acting, Params()).details["held"] == []


async def test_holds_take_no_more_than_a_share_of_a_list(world, client, acting):
    """Of three that are due two are held, a fifth of ten; the third waits for a person."""
    for n in range(5):
        for name in ("a1", "a2", "a3"):
            await report(client, name, f"r{n}")
    assert reports.review(acting, Params()).details == {"held": ["a1", "a2"], "not_held": ["a3"]}
    assert len((await listed(client, "ann"))[1]) == 8


async def test_a_fact_check_raises_a_flag_by_its_address(world, client, acting, tmp_path):
    """A ClaimReview feed: what it found false is reported, a person upholds it, and nobody is shown it."""
    feed = tmp_path / "feed.json"
    feed.write_text(json.dumps({"@context": "https://schema.org", "@type": "DataFeed", "dataFeedElement": [
        {"@type": "DataFeedItem", "item": [_review("https://news.example/a7?utm_source=x", "False"),
                                           _review("https://news.example/a8", "Mostly true")]}]}))  # fmt: skip
    done = reports.fetch(acting, Params(), str(feed))
    assert (done.rows_in, done.rows_out, done.details["held"]) == (1, 1, [])
    assert reports.fetch(acting, Params(), str(feed)).rows_out == 0
    assert "a7" in (await listed(client, "ann"))[1]
    reports.decide(
        acting, Params(), "a7", is_misleading=True, reason="the check holds", evidence="https://check.example/1"
    )
    assert "a7" not in (await listed(client, "ann"))[1]
    trail = [(one["action"], one["actor"]) for one in audit.entries(world.connection, subject="article:a7")]
    assert trail == [("flag upheld", "person:ana"), ("article report", "claimreview:Check Desk")]
    flag = fetch_all(world.connection, "select state, evidence, until is not null as ends from flag")[0]
    assert flag == {"state": "upheld", "evidence": "https://check.example/1", "ends": True}
    execute(world.connection, "update flag set until = now() - interval '1 s'")
    assert "a7" in (await listed(client, "ann"))[1]


def _review(url: str, rating: str) -> dict:
    return {
        "@type": "ClaimReview", "url": "https://check.example/review", "claimReviewed": "something",
        "author": {"@type": "Organization", "name": "Check Desk"},
        "itemReviewed": {"@type": "Claim", "appearance": [{"@type": "CreativeWork", "url": url}]},
        "reviewRating": {"ratingValue": 1, "bestRating": 5, "worstRating": 1, "alternateName": rating},
    }  # fmt: skip


def test_what_a_rating_means():
    """By its name where it has one, else by the lower third of its scale; what is no number says nothing."""
    numbers = [{**_review("https://n.example/1", ""), "reviewRating": {"ratingValue": n}} for n in (1, 2, 3, "x", None)]
    assert [len(fact_checks(json.dumps(one), "feed")) for one in numbers] == [1, 1, 0, 0, 0]
    assert len(fact_checks(json.dumps([_review("https://n.example/1", "Misleading")]), "feed")) == 1
    assert fact_checks('{"@type": "Article"}', "feed") == []
    with pytest.raises(BadInputError, match="feed is not JSON"):
        fact_checks("<html>", "feed")


async def test_the_link_in_a_mail_reports(world, client, settings):
    """A page with a button that a scanner does not press; a link of another kind reports nothing."""
    key = link_keys(settings)[0]
    link = Link("report", "2026-03-01.everywhere.0700", world.key("ann"), "en", article_id="a5")
    url = f"/report/{sign(link, key)}"
    assert "misleading" in (await client.get(url)).text
    assert fetch_all(world.connection, "select * from misleading_report") == []
    assert (await client.post(url)).status_code == 200
    assert (await client.post(url)).status_code == 200
    rows = fetch_all(world.connection, "select article_id, channel from misleading_report")
    assert rows == [{"article_id": "a5", "channel": "mail"}]
    other = Link("unsubscribe", "2026-03-01.everywhere.0700", world.key("ann"), "en")
    assert (await client.post(f"/report/{sign(other, key)}")).status_code == 404


def test_an_editor_reports_too(world, acting, tmp_path: Path):
    """With a reason, and of an article that is known; a decision needs a report."""
    assert reports.add(acting, Params(), "a1", reason="the picture is old").details["outcome"] == "taken"
    with pytest.raises(BadInputError, match="there is no article 'none'"):
        reports.add(acting, Params(), "none", reason="x")
    with pytest.raises(BadInputError, match="nobody has reported article 'a2'"):
        reports.decide(acting, Params(), "a2", is_misleading=True, reason="x")
    with pytest.raises(BadInputError, match="is not JSON"):
        file = tmp_path / "x"
        file.write_text("no")
        reports.fetch(acting, Params(), str(file))
