"""Links of real mails, followed through the API: redirects, verdicts, goodbyes."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import httpx
import pytest

from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.steps import digest, extract
from frontpage.store.connect import execute, fetch_all
from serving.app import create_app
from tests.support.api import as_api

from ..serving_world import TEN, World
from .post import GLOBAL, SHORT, links, received

BROWSER = {"User-Agent": "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"}
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def mail(world: World, mailing: Settings, mails: Path):
    """Ann's mail of three articles, sent a minute ago."""
    world.publish({"ann": ["a1", "a2", "a3"]}, GLOBAL)
    digest.run(mailing, SHORT, TEN)
    execute(world.connection, "update digest_delivery set sent_at = sent_at - interval '1 minute'")
    return next(mail for mail in received(mails) if mail["To"].startswith("ann"))


@pytest.fixture
async def client(settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The application between its start and its stop, an hour after TEN."""
    async with api(settings.model_copy(update={"clock": "2026-03-01T11:00:00Z"})) as client:
        yield client


class api:
    """A client of the application between its start and its stop."""

    def __init__(self, settings: Settings) -> None:
        self.app = create_app(settings.model_copy(update={"database_url": as_api(settings.database_url)}))
        transport = httpx.ASGITransport(self.app, raise_app_exceptions=False)
        self.client = httpx.AsyncClient(transport=transport, base_url="http://127.0.0.1:8000", headers=BROWSER)

    async def __aenter__(self) -> httpx.AsyncClient:
        self.lifespan = self.app.router.lifespan_context(self.app)
        await self.lifespan.__aenter__()
        return self.client

    async def __aexit__(self, *error: object) -> None:
        await self.client.aclose()
        await self.lifespan.__aexit__(None, None, None)


def goodbye_of(mail) -> str:
    """The link of List-Unsubscribe."""
    return mail["List-Unsubscribe"].strip("<>")


def verdicts(world: World) -> list[tuple[int, str]]:
    """(position, verdict) of each click, in order."""
    rows = fetch_all(world.connection, "select position, verdict from link_click order by click_id")
    return [(row["position"], row["verdict"]) for row in rows]


async def test_a_click_leads_to_the_article_and_is_recorded(mail, client, world):
    """302 to the article's own address; nobody is told where the reader came from, nothing is kept in caches."""
    answer = await client.get(links(mail)[1])
    assert (answer.status_code, answer.headers["location"]) == (302, "https://news.example/a2")
    assert (answer.headers["cache-control"], answer.headers["referrer-policy"]) == ("no-store", "no-referrer")
    rows = fetch_all(world.connection, "select * from link_click")
    assert [(row["reader_key"], row["article_id"], row["device"]) for row in rows] == [
        (world.key("ann"), "a2", "desktop")
    ]
    assert verdicts(world) == [(2, "human")]


async def test_machines_are_redirected_but_told_apart(mail, client, world):
    """HEAD, prefetch, robots."""
    first = links(mail)[0]
    assert (await client.head(first)).status_code == 302
    await client.get(first, headers={"Sec-Purpose": "prefetch;prerender"})
    await client.get(first, headers={"User-Agent": "BarracudaCentral/1.0"})
    assert verdicts(world) == [(1, "head"), (1, "prefetch"), (1, "robot")]


async def test_a_scanner_that_says_it_is_a_browser_opens_everything(mail, client, world):
    """Three links of a mail within a second, at once or in turn: none of them was a person's, not even the first."""
    await asyncio.gather(*(client.get(link) for link in links(mail)))
    assert verdicts(world) != []
    assert {verdict for _, verdict in verdicts(world)} == {"burst"}
    execute(world.connection, "update link_click set clicked_at = clicked_at - interval '1 minute'")
    await client.get(links(mail)[0])
    await client.get(links(mail)[0])
    await client.get(links(mail)[1])
    assert verdicts(world)[-3:] == [(1, "human"), (1, "human"), (2, "human")]


async def test_right_after_sending_nobody_has_read_a_mail(mail, client, world):
    """Within ten seconds of the handing over, or before it is noted as done."""
    execute(world.connection, "update digest_delivery set sent_at = clock_timestamp()")
    await client.get(links(mail)[0])
    execute(world.connection, "update digest_delivery set sent_at = null")
    await client.get(links(mail)[0])
    assert verdicts(world) == [(1, "too soon"), (1, "too soon")]


async def test_a_redirect_does_not_wait_for_the_database(mail, settings):
    """PostgreSQL away: the reader gets the article, the click is lost. A goodbye is not said to be done."""
    nowhere = {"database_url": "postgresql://u:p@127.0.0.1:1/none", "clock": "2026-03-01T11:00:00Z"}
    away = settings.model_copy(update=nowhere)
    async with api(away) as client:
        assert (await client.get(links(mail)[0])).status_code == 302
        answer = await client.post(goodbye_of(mail), data=ONE_CLICK)
        assert (answer.status_code, "try again" in answer.text) == (503, True)


@pytest.mark.parametrize("path", ["/r/x", "/r/a.b", "/r/aHR0cHM6Ly9ldmlsLmV4YW1wbGU.x", "/unsubscribe/x"])
async def test_no_link_but_ours_leads_anywhere(client, path):
    """404, a page of ours, and no Location."""
    answer = await client.get(path)
    assert (answer.status_code, "location" in answer.headers) == (404, False)
    assert (await client.post(path.replace("/r/", "/unsubscribe/"))).status_code == 404


async def test_a_link_of_one_kind_is_none_of_the_other(mail, client, world):
    """A token of an article does not unsubscribe, and that of a goodbye does not redirect."""
    token, goodbye = (urlsplit(link).path.rpartition("/")[2] for link in (links(mail)[0], goodbye_of(mail)))
    assert (await client.post(f"/unsubscribe/{token}", data=ONE_CLICK)).status_code == 404
    assert (await client.get(f"/r/{goodbye}")).status_code == 404
    assert fetch_all(world.connection, "select from digest_consent where not wants and how <> 'source'") == []


async def test_samples_count_for_nobody(world, client, mailing, mails):
    """A test mail's links lead to the articles, record nothing and unsubscribe nobody."""
    world.publish({"ann": ["a1"]}, GLOBAL)
    digest.run(mailing, SHORT, TEN, test_to="me@desk.example")
    (mail,) = received(mails)
    assert (await client.get(links(mail)[0])).status_code == 302
    assert (await client.post(goodbye_of(mail), data=ONE_CLICK)).status_code == 200
    assert verdicts(world) == []
    assert fetch_all(world.connection, "select from digest_consent where how <> 'source'") == []


async def test_links_end_and_keys_change(mail, settings):
    """60 days later 410, in the mail's language; a key that is not accepted any more gives 404. Goodbyes stay."""
    late = settings.model_copy(update={"clock": "2026-05-01T11:00:00Z"})
    async with api(late) as client:
        answer = await client.get(links(mail)[0])
        assert (answer.status_code, "no longer valid" in answer.text) == (410, True)
        assert (await client.get(goodbye_of(mail))).status_code == 200
    rotated = late.model_copy(
        update={"link_secrets": Settings(link_secrets="a-new-secret-of-some-length").link_secrets}
    )
    async with api(rotated) as client:
        assert (await client.get(goodbye_of(mail))).status_code == 404


async def test_one_click_unsubscribes_and_the_next_edition_obeys(mail, client, world, mailing, mails):
    """RFC 8058: a POST without cookies or log-in, answered without a redirect; once is enough, twice is the same."""
    for _ in range(2):
        answer = await client.post(goodbye_of(mail), data=ONE_CLICK)
        assert (answer.status_code, "You are unsubscribed." in answer.text) == (200, True)
    rows = fetch_all(world.connection, "select how, source from digest_consent where not wants and how <> 'source'")
    assert rows == [{"how": "one-click", "source": "2026-03-01.everywhere.0700"}]
    world.publish({"ann": ["n1"], "bob": ["n1"]}, GLOBAL, TEN + timedelta(days=1))
    digest.run(mailing, SHORT, TEN + timedelta(days=1))
    tomorrow = received(mails)[2:]
    assert [mail["To"] for mail in tomorrow] == ["bob@readers.example"]


async def test_a_scanner_that_opens_the_goodbye_unsubscribes_nobody(mail, client, world):
    """GET and HEAD show a page with a button; the button posts to the same address."""
    page = await client.get(goodbye_of(mail))
    assert '<form method="post"><button>Unsubscribe</button></form>' in page.text
    assert (await client.head(goodbye_of(mail))).status_code == 200
    assert fetch_all(world.connection, "select from digest_consent where not wants and how <> 'source'") == []
    await client.post(goodbye_of(mail))
    rows = fetch_all(world.connection, "select how from digest_consent where not wants and how <> 'source'")
    assert rows == [{"how": "page"}]


async def test_a_goodbye_shows_in_the_preferences(mail, client, world):
    """False after the goodbye; after a later yes at the source what was asked before holds again."""
    where = "/v1/readers/ann/preferences"
    assert (await client.get(where)).json()["digest"] is None
    await client.put(where, json={"digest": True})
    assert (await client.get(where)).json()["digest"] is True
    await client.post(goodbye_of(mail), data=ONE_CLICK)
    assert (await client.get(where)).json()["digest"] is False
    later = "update reader_contact set digest_opt_in = true, claimed_at = now() where email like 'ann%'"
    execute(world.connection, later)
    assert (await client.get(where)).json()["digest"] is True


async def test_a_later_yes_holds(mail, client, world, mailing):
    """A reader who says no by mail, and yes again at the source, gets mails again; an old yes does not come back."""
    await client.post(goodbye_of(mail), data=ONE_CLICK)
    address = "update reader_contact set email = 'ann2@readers.example', claimed_at = now() where email like 'ann%'"
    execute(world.connection, address)
    assert await mails_on(world, mailing, 1) == 1
    later = "update reader_contact set digest_opt_in = true, claimed_at = now() where email like 'ann%'"
    execute(world.connection, later)
    assert await mails_on(world, mailing, 2) == 2


async def mails_on(world: World, mailing: Settings, day: int) -> int:
    """Mails that went out so many days after TEN, with contacts as they are."""
    execute(world.connection, "update digest_consent set recorded_at = %s where how = 'source'", [TEN])
    world.articles([f"new{day}"])
    name = f"new{day}"
    world.publish({"ann": [name], "bob": [name]}, GLOBAL, TEN + timedelta(days=day))
    return digest.run(mailing, SHORT, TEN + timedelta(days=day)).rows_out


async def test_clicks_of_people_become_reads_once(mail, client, world, mailing):
    """Only a person's, only when it cannot be part of a burst any more, and one read however often they click."""
    first, second, _ = links(mail)
    await client.get(first)
    assert digest.run(mailing, SHORT, TEN).details["clicks"] == 0
    await client.get(first)
    await client.get(second, headers={"User-Agent": "curl/8"})
    execute(world.connection, "update link_click set clicked_at = clicked_at - interval '6 seconds'")
    assert digest.run(mailing, SHORT, TEN).details["clicks"] == 1
    assert digest.run(mailing, SHORT, TEN).details["clicks"] == 0
    rows = fetch_all(world.connection, "select reader_id, article_id, kind, surface, device from event_inbox")
    assert rows == [
        {"reader_id": "ann", "article_id": "a1", "kind": "read", "surface": "email", "device": "desktop"},
    ]  # fmt: skip


async def test_a_click_after_the_read_was_extracted_is_no_second_event(mail, client, world, mailing):
    """The same link again the next day: nothing is handed in, so nothing conflicts with the read that we have."""
    sources = [(mailing.home / "none").as_uri()]
    (mailing.home / "none" / "reads").mkdir(parents=True)
    seen = []
    for hours in (0, 1):
        await client.get(links(mail)[0])
        execute(world.connection, "update link_click set clicked_at = clicked_at - interval '6 seconds'")
        seen.append(digest.run(mailing, SHORT, TEN).details["clicks"])
        extract.run(mailing, Params(), datetime.now(UTC) + timedelta(hours=hours), sources)
    assert seen == [1, 0]
    assert fetch_all(world.connection, "select article_id from read_event") == [{"article_id": "a1"}]
    assert fetch_all(world.connection, "select from quarantine") == []
