"""Editions and their outbox: who is owed which mail, and what became of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from frontpage.core import columns as c
from frontpage.core.errors import NothingPublishedError
from frontpage.core.lists import Reason
from frontpage.core.wording import reason_of
from frontpage.store.connect import Connection, execute, fetch_all, fetch_one
from frontpage.store.queries import query


@dataclass(frozen=True, slots=True)
class Home:
    """Where readers live, as far as it is known."""

    region: str | None
    timezone: str | None


@dataclass(frozen=True, slots=True)
class DueEdition:
    """An edition whose time has come; its readers are those of `homes`. due_at: when their morning hour came."""

    edition_id: str
    region: str | None
    local_day: date
    due_at: datetime
    homes: tuple[Home, ...]


@dataclass(frozen=True, slots=True)
class Edition:
    """An edition that was opened, tied to one run. `opened_at` is the Date of all its mails, also after a resume."""

    edition_id: str
    region: str | None
    local_day: date
    due_at: datetime
    as_of: datetime
    run_id: int
    state: str
    opened_at: datetime
    is_stopped: bool = False


@dataclass(frozen=True, slots=True)
class Recipient:
    """One delivery about to be made; `email`, sealed, is None where the reader does not want it any more."""

    message_id: str
    state: str
    attempts: int
    email: str | None


@dataclass(frozen=True, slots=True)
class DigestItem:
    """One recommendation as a mail shows it."""

    article_id: str
    title: str
    url: str
    summary: str | None = None
    publisher: str | None = None
    category: str | None = None
    language: str | None = None
    published_at: datetime | None = None
    reasons: tuple[Reason, ...] = ()


@dataclass(frozen=True, slots=True)
class Correction:
    """An article that a reader was shown and that was retracted since."""

    article_id: str
    title: str
    retracted_at: datetime


@dataclass(frozen=True, slots=True)
class Content:
    """What a run holds for one reader, best first, and the language and time zone to say it in, where known.

    corrections: what no mail has told the reader yet.
    """

    items: tuple[DigestItem, ...] = ()
    language: str | None = None
    timezone: str | None = None
    corrections: tuple[Correction, ...] = ()


@dataclass(frozen=True, slots=True)
class LastContent:
    """An article of a past edition; `share` of its mails, 0 to 1."""

    edition_id: str
    article_id: str
    title: str
    share: float


def run_for(connection: Connection, as_of: datetime, variant: str) -> int:
    """The run that an edition for `as_of` is made from.

    Raises NothingPublishedError where none was published for that time or before.
    """
    row = fetch_one(connection, query("digest/run"), {"variant": variant, c.AS_OF: as_of})
    if row is None:
        raise NothingPublishedError(
            f"no list of {variant} was published for {as_of:%Y-%m-%d %H:%M} or before; refresh first"
        )
    return int(row[c.RUN_ID])


def find_subscribers(connection: Connection, as_of: datetime) -> list[Home]:
    """Where those who want the digest live; keeps who they are until the end of the transaction, which must be open."""
    execute(connection, query("digest/subscribers"), {c.AS_OF: as_of})
    return [Home(**row) for row in fetch_all(connection, _HOMES)]


def some_subscribers(connection: Connection, homes: Sequence[Home], n_readers: int) -> list[int]:
    """Keys of at most so many subscribers at these homes, lowest first; after `find_subscribers`."""
    given = {**_columns(homes), "n_readers": n_readers}
    return [row[c.READER_KEY] for row in fetch_all(connection, _SOME_SUBSCRIBERS, given)]


def open_edition(connection: Connection, due: DueEdition, as_of: datetime, run_id: int, domain: str) -> int:
    """Open an edition with its outbox if it is not there yet; how many mails it owes. After `find_subscribers`."""
    given = {
        "edition_id": due.edition_id, c.REGION: due.region, "local_day": due.local_day, "due_at": due.due_at,
        c.AS_OF: as_of, c.RUN_ID: run_id, "domain": domain, **_columns(due.homes),
    }  # fmt: skip
    return execute(connection, query("digest/open"), given)


def expire(connection: Connection, since: datetime) -> None:
    """Give up what is still waiting of editions that were opened for `since` or before."""
    execute(connection, query("digest/expire"), {"since": since})


def editions(connection: Connection, as_of: datetime, since: datetime) -> list[Edition]:
    """Editions opened for `as_of` or before, and after `since`; first due first."""
    return [Edition(**row) for row in fetch_all(connection, query("digest/editions"), {c.AS_OF: as_of, "since": since})]


def waiting(connection: Connection, edition_id: str) -> list[tuple[int, str | None]]:
    """(reader_key, sealed address) of each delivery that may be tried now; None where no address is known any more."""
    rows = fetch_all(connection, query("digest/waiting"), {"edition_id": edition_id})
    return [(row[c.READER_KEY], row[c.EMAIL]) for row in rows]


def recipient(connection: Connection, edition_id: str, reader_key: int) -> Recipient:
    """One delivery as it is right now."""
    row = fetch_one(connection, query("digest/recipient"), {"edition_id": edition_id, c.READER_KEY: reader_key})
    assert row is not None, "deliveries are never deleted while they wait"
    return Recipient(**row)


def contents(
    connection: Connection, edition: Edition, reader_keys: Sequence[int], n_articles: int
) -> dict[int, Content]:
    """What an edition holds for each of the readers, at most so many articles."""
    keys = list(reader_keys)
    readers = fetch_all(connection, query("digest/readers"), {"reader_keys": keys, c.AS_OF: edition.as_of})
    given = {c.RUN_ID: edition.run_id, "reader_keys": keys, c.AS_OF: edition.as_of, "local_day": edition.local_day}
    rows = fetch_all(connection, query("digest/items"), given)
    items = {key: _items(group) for key, group in groupby(rows, key=lambda row: row[c.READER_KEY])}
    told = _corrections(connection, edition, keys)
    return {
        (key := row[c.READER_KEY]): Content(
            items.get(key, ())[:n_articles], row[c.LANGUAGE], row[c.TIMEZONE], told.get(key, ())
        )
        for row in readers
    }


def _corrections(
    connection: Connection, edition: Edition, reader_keys: Sequence[int]
) -> dict[int, tuple[Correction, ...]]:
    given = {"reader_keys": reader_keys, "edition_id": edition.edition_id}
    rows = fetch_all(connection, query("digest/corrections"), given)
    return {
        key: tuple(Correction(row[c.ARTICLE_ID], row[c.TITLE], row["retracted_at"]) for row in group)
        for key, group in groupby(rows, key=lambda row: row[c.READER_KEY])
    }


def corrected(connection: Connection, edition_id: str, reader_key: int, content: Content) -> None:
    """Write down that this mail tells its reader of their corrections; no later one says them again."""
    if content.corrections:
        ids = [correction.article_id for correction in content.corrections]
        given = {"edition_id": edition_id, c.READER_KEY: reader_key, "article_ids": ids}
        execute(connection, query("digest/corrected"), given)


def claim(
    connection: Connection, edition_id: str, reader_key: int, article_ids: Sequence[str], address_hash: bytes
) -> bool:
    """Write down that a mail is being handed over; False where it must not be: stopped, suppressed, or settled."""
    given = {
        "edition_id": edition_id, c.READER_KEY: reader_key, "article_ids": list(article_ids),
        "address_hash": address_hash,
    }  # fmt: skip
    return execute(connection, query("digest/claim"), given) == 1


def settle(
    connection: Connection, edition_id: str, reader_key: int, state: str, detail: str = "", wait_minutes: float = 0
) -> None:
    """Write down the state of one delivery, at once and for good."""
    given = {
        "edition_id": edition_id, c.READER_KEY: reader_key, "state": state, "detail": detail,
        "wait_minutes": wait_minutes,
    }  # fmt: skip
    execute(connection, query("digest/settle"), given)


def last_contents(connection: Connection, region: str | None, as_of: datetime) -> list[LastContent]:
    """What the last edition of a region before `as_of` held, most mails first; empty where there was none."""
    rows = fetch_all(connection, query("digest/last"), {c.REGION: region, c.AS_OF: as_of})
    return [LastContent(**row) for row in rows]


def close_editions(connection: Connection, edition_ids: Sequence[str]) -> dict[str, int]:
    """Mark those sent of which nothing is waiting; deliveries of all of them by state."""
    execute(connection, query("digest/close"), {"edition_ids": list(edition_ids)})
    rows = fetch_all(connection, query("digest/counts"), {"edition_ids": list(edition_ids)})
    return {row["state"]: row["n"] for row in rows}


def stop(connection: Connection, edition_id: str) -> None:
    """Let no further mail of the edition go out; `all` stops every edition, also those to come."""
    execute(connection, "insert into digest_stop (edition_id) values (%s) on conflict do nothing", [edition_id])


def unstop(connection: Connection, edition_id: str) -> bool:
    """Let the edition go on; False where it was not stopped."""
    return execute(connection, "delete from digest_stop where edition_id = %s", [edition_id]) == 1


def is_stopped(connection: Connection, edition_id: str) -> bool:
    """Whether somebody has stopped the edition, or all of them."""
    return fetch_one(connection, _IS_STOPPED, [edition_id]) is not None


def exists(connection: Connection, edition_id: str) -> bool:
    """Whether there is such an edition."""
    return fetch_one(connection, "select from digest_edition where edition_id = %s", [edition_id]) is not None


_HOMES = "select distinct region, timezone from digest_subscriber order by region, timezone"
_SOME_SUBSCRIBERS = """select reader_key from digest_subscriber subscriber
join unnest(%(home_regions)s::text[], %(home_timezones)s::text[]) as home (region, timezone)
    on home.region is not distinct from subscriber.region and home.timezone is not distinct from subscriber.timezone
order by reader_key limit %(n_readers)s"""
_IS_STOPPED = "select from digest_stop where edition_id in (%s, 'all')"


def _columns(homes: Sequence[Home]) -> dict[str, list[str | None]]:
    return {"home_regions": [home.region for home in homes], "home_timezones": [home.timezone for home in homes]}


def _items(rows: Iterable[dict[str, Any]]) -> tuple[DigestItem, ...]:
    return tuple(_item(row) for row in rows)


def _item(row: dict[str, Any]) -> DigestItem:
    shown = {name: value for name, value in row.items() if name not in (c.READER_KEY, c.REASONS)}
    return DigestItem(**shown, reasons=tuple(map(reason_of, row[c.REASONS])))
