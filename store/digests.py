"""Editions and their outbox: who is owed which mail, and what became of it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

from core import columns as c
from core.errors import NothingPublishedError
from core.lists import Reason
from store.connect import Connection, execute, fetch_all, fetch_one, query


@dataclass(frozen=True, slots=True)
class Edition:
    """One day's digest, tied to one run. `opened_at` is the same for every mail of it, also after a resume."""

    edition_id: str
    as_of: datetime
    run_id: int
    state: str
    opened_at: datetime


@dataclass(frozen=True, slots=True)
class Delivery:
    """One mail that is owed; `email` is None where the reader has opted out since."""

    reader_key: int
    message_id: str
    state: str
    email: str | None


@dataclass(frozen=True, slots=True)
class DigestItem:
    """One recommendation as a mail shows it."""

    title: str
    url: str
    summary: str | None = None
    publisher: str | None = None
    category: str | None = None
    language: str | None = None
    published_at: datetime | None = None
    reasons: tuple[Reason, ...] = ()


def run_for(connection: Connection, as_of: datetime, variant: str) -> int:
    """The run that an edition for `as_of` is made from.

    Raises NothingPublishedError where none was published for that time or before.
    """
    row = fetch_one(connection, query("digest_run"), {"variant": variant, c.AS_OF: as_of})
    if row is None:
        raise NothingPublishedError(
            f"no list of {variant} was published for {as_of:%Y-%m-%d %H:%M} or before; refresh first"
        )
    return int(row[c.RUN_ID])


def open_edition(connection: Connection, edition_id: str, as_of: datetime, variant: str, domain: str) -> Edition | None:
    """The edition, made with its outbox if it is not there yet; None where nobody has opted in.

    Raises NothingPublishedError where there is no run to make a new one from.
    """
    found = _edition(connection, edition_id)
    if found is None:
        run_id = run_for(connection, as_of, variant)
        given = {"edition_id": edition_id, c.AS_OF: as_of, c.RUN_ID: run_id, "domain": domain}
        execute(connection, query("digest_open"), given)
        found = _edition(connection, edition_id)
    return found


def waiting(connection: Connection, edition_id: str, after: int, n_readers: int) -> list[Delivery]:
    """The next deliveries to be made, by reader_key, beyond `after`."""
    given = {"edition_id": edition_id, "after": after, "n_readers": n_readers}
    return [Delivery(**row) for row in fetch_all(connection, query("digest_waiting"), given)]


def opted_in(connection: Connection, as_of: datetime, n_readers: int) -> list[int]:
    """Keys of some readers who would be in an edition for `as_of`, the lowest first."""
    return [row[c.READER_KEY] for row in fetch_all(connection, _OPTED_IN, [as_of, n_readers])]


def items(
    connection: Connection, run_id: int, reader_keys: Sequence[int], as_of: datetime
) -> dict[int, list[DigestItem]]:
    """What a run holds for each of the readers, best first; a reader with nothing to show is missing."""
    given = {c.RUN_ID: run_id, "reader_keys": list(reader_keys), c.AS_OF: as_of}
    rows = fetch_all(connection, query("digest_items"), given)
    return {key: _items(group) for key, group in groupby(rows, key=lambda row: row[c.READER_KEY])}


def settle(connection: Connection, edition_id: str, reader_key: int, state: str, detail: str = "") -> None:
    """Write down the state of one delivery, at once and for good."""
    execute(connection, _SETTLE, [state, detail, edition_id, reader_key])


def close_edition(connection: Connection, edition_id: str) -> dict[str, int]:
    """Mark the edition sent if nothing of it is waiting; deliveries by state."""
    execute(connection, query("digest_close"), {"edition_id": edition_id})
    rows = fetch_all(connection, _COUNTS, [edition_id])
    return {row["state"]: row["n"] for row in rows}


_EDITION = "select edition_id, as_of, run_id, state, created_at as opened_at from digest_edition where edition_id = %s"
_OPTED_IN = """select reader_key from reader_contact
where digest_opt_in and email is not null and recorded_at <= %s order by reader_key limit %s"""
_SETTLE = """update digest_delivery set state = %s, detail = %s, updated_at = clock_timestamp()
where edition_id = %s and reader_key = %s"""
_COUNTS = "select state, count(*) as n from digest_delivery where edition_id = %s group by state order by state"


def _edition(connection: Connection, edition_id: str) -> Edition | None:
    row = fetch_one(connection, _EDITION, [edition_id])
    return Edition(**row) if row else None


def _items(rows: Iterable[dict[str, Any]]) -> list[DigestItem]:
    return [_item(row) for row in rows]


def _item(row: dict[str, Any]) -> DigestItem:
    shown = {name: value for name, value in row.items() if name not in (c.READER_KEY, c.REASONS)}
    reasons = tuple(Reason(part["code"], part["text"], part.get("contribution", 0.0)) for part in row[c.REASONS])
    return DigestItem(**shown, reasons=reasons)
