"""Extracts: one pull of one source at a time, merged from its staging tables to where rows stay, or not at all."""

import json
import zlib
from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

import psycopg2

from frontpage.core import columns as c
from frontpage.core.errors import CheckFailedError, UnavailableError
from frontpage.core.identity.nobody import is_nobody
from frontpage.store import staging
from frontpage.store.connect import Connection, execute, fetch_all, fetch_one
from frontpage.store.copying.copy_arrow import copy_records
from frontpage.store.queries import query

#: Class of the advisory locks that keep two pulls of one source apart.
_LOCK_CLASS = 7302
#: Class of the advisory lock that lets one merge after the other write, whatever their sources.
_MERGE_LOCK_CLASS = 7303


@dataclass(frozen=True, slots=True)
class Extract:
    """One open pull. `watermark` is the newest moment this source was asked for before, None on a first pull."""

    extract_id: int
    source: str
    as_of: datetime
    watermark: datetime | None
    state: dict[str, Any]


@dataclass(frozen=True, slots=True)
class Counts:
    """The account of an extract; `check` says whether it balances.

    deferred and left_out are no rows in: the time of these has not come, those the source's mapping leaves out.
    """

    rows_in: int = 0
    loaded: int = 0
    updated: int = 0
    unchanged: int = 0
    quarantined: int = 0
    deferred: int = 0
    left_out: int = 0

    def check(self, source: str) -> None:
        """Raises CheckFailedError where a row was lost or counted twice."""
        accounted = self.loaded + self.updated + self.unchanged + self.quarantined
        if self.rows_in != accounted:
            raise CheckFailedError(
                f"extract of {source} does not balance: {self.rows_in} rows in, but {self.loaded} loaded + "
                f"{self.updated} updated + {self.unchanged} unchanged + {self.quarantined} quarantined; nothing is kept"
            )

    def __add__(self, other: "Counts") -> "Counts":
        return Counts(*(getattr(self, name) + getattr(other, name) for name in self.__slots__))


@contextmanager
def source_lock(connection: Connection, source: str, wait_seconds: int = 30) -> Iterator[None]:
    """Only one pull of a source at a time. The server lets go of it when a process dies, which may take a moment.

    Raises UnavailableError where another pull still holds it after `wait_seconds`.
    """
    execute(connection, "select set_config('lock_timeout', %s, false)", [f"{wait_seconds}s"])
    # A killed client's query would otherwise run on, and its lock be held, until it has something to say.
    execute(connection, "select set_config('client_connection_check_interval', '2s', false)")
    try:
        execute(connection, "select pg_advisory_lock(%s, %s)", [_LOCK_CLASS, _lock_key(source)])
    except psycopg2.errors.LockNotAvailable as error:
        raise UnavailableError(f"another extract of {source} is running; wait until it has ended") from error
    finally:
        execute(connection, "select set_config('lock_timeout', '0', false)")
    try:
        yield
    finally:
        if not connection.closed:
            execute(connection, "select pg_advisory_unlock(%s, %s)", [_LOCK_CLASS, _lock_key(source)])


def sweep(connection: Connection, own_source: str) -> int:
    """Clean up after pulls that were killed: their staging tables go, their runs become `failed`. How many there were.

    Pulls of other sources that are at work hold their lock and are left alone.
    """
    n_swept = 0
    for left in fetch_all(connection, query("extract/leftovers")):
        own = left["source"] == own_source
        if not own and not _try_lock(connection, left["source"]):
            continue
        staging.drop(connection, left["extract_id"])
        if left["state"] == "running":
            n_swept += fail(connection, left["extract_id"], {"error": "the process ended before the extract did"})
        if not own:
            execute(connection, "select pg_advisory_unlock(%s, %s)", [_LOCK_CLASS, _lock_key(left["source"])])
    return n_swept


def begin(connection: Connection, source: str, as_of: datetime) -> Extract:
    """A new pull, without staging tables yet. Call it under `source_lock`."""
    known = fetch_one(connection, "select as_of, state from source_watermark where source = %s", [source]) or {}
    opened = fetch_one(connection, query("extract/begin"), {"source": source, "as_of": as_of}) or {}
    return Extract(opened["extract_id"], source, as_of, known.get("as_of"), known.get("state") or {})


def asked_at(connection: Connection, source: str) -> datetime | None:
    """The newest moment that the source was asked for; None where it never was."""
    known = fetch_one(connection, "select as_of from source_watermark where source = %s", [source])
    return known["as_of"] if known else None


def has_waiting(connection: Connection, extract: Extract) -> bool:
    """Whether rows of the source in quarantine could be loaded now, so that a pull without new rows has work to do."""
    row = fetch_one(connection, query("extract/waiting"), {"source": extract.source})
    return bool((row or {})["waiting"])


def has_inbox(connection: Connection) -> bool:
    """Whether the API has taken in anything that no extract has taken over yet."""
    return bool((fetch_one(connection, query("inbox/waiting")) or {})["waiting"])


def wait_to_merge(connection: Connection) -> None:
    """Be the only merge until the transaction ends, so that it sees the rows it shares with the one before it."""
    execute(connection, "select pg_advisory_xact_lock(%s, 0)", [_MERGE_LOCK_CLASS])


def take_inbox(connection: Connection, extract: Extract, nobody: Collection[str]) -> None:
    """Move what the API received by the extract's as_of to the staging tables; part of the merge's transaction.

    nobody: ids in lower case that are no reader's, beside those of the kept list.
    """
    names = fetch_all(connection, "select distinct reader_id from event_inbox where received_at <= %s", [extract.as_of])
    ids = [row[c.READER_ID] for row in names if is_nobody(row[c.READER_ID], nobody)]
    execute(connection, query("inbox/take"), {"as_of": extract.as_of, "nobody": ids})


def merge_articles(connection: Connection, extract: Extract) -> None:
    """Decide what becomes of each staged article row (table article_outcome); nothing is written yet."""
    execute(connection, query("extract/articles"), {"floor": extract.watermark})


def new_articles(connection: Connection) -> list[dict[str, Any]]:
    """Articles that this pull brings for the first time."""
    return fetch_all(connection, query("extract/articles_new"))


def articles_alike(connection: Connection, near_window: timedelta) -> list[dict[str, Any]]:
    """Known articles that a new one may be a copy of."""
    return fetch_all(connection, query("extract/articles_alike"), {"near_window": near_window})


def write_articles(connection: Connection, extract: Extract, marks: Sequence[Mapping[str, str]]) -> None:
    """Write new articles and versions; marks: article_id, duplicate_of and duplicate_kind of those that are copies."""
    copy_records(connection, "stage_mark", marks, {})
    execute(connection, query("extract/articles_insert"), _names(extract))
    execute(connection, query("extract/signatures_insert"))
    execute(connection, query("extract/statuses"), {"source": extract.source})


def retract_deleted(connection: Connection, extract: Extract, article_ids: Sequence[str]) -> None:
    """Retract what a feed says was deleted; after the articles."""
    execute(connection, query("extract/tombstones"), {"source": extract.source, "article_ids": list(article_ids)})


def merge_events(connection: Connection, extract: Extract, limits: Mapping[str, float]) -> None:
    """Write readers, reads and impressions; call it after the articles, which release reads that waited for them.

    limits: parameters of store/sql/extract/suspicion.sql. Raises CheckFailedError where two readers share a pseudonym.
    """
    names = _names(extract)
    for name in ("release", "readers", "reads", "impressions", "reader_ids"):
        execute(connection, query(f"extract/{name}"), names)
    collisions = fetch_one(connection, query("extract/reader_collisions")) or {}
    if collisions["n"]:
        raise CheckFailedError(f"{collisions['n']} readers of {extract.source} share a pseudonym; nothing was kept")
    execute(connection, "analyze read_outcome")
    execute(connection, query("extract/suspicion"), dict(limits))
    for name in ("readers_insert", "contacts_upsert", "reads_insert", "impressions_insert"):
        execute(connection, query(f"extract/{name}"), names)
    for name in ("quarantine_outcomes", "quarantine_insert", "quarantine_release"):
        execute(connection, query(f"extract/{name}"), names)


def counts(connection: Connection) -> Counts:
    """The account of what is staged and merged."""
    return Counts(**(fetch_one(connection, query("extract/counts")) or {}))


def reasons(connection: Connection) -> dict[str, int]:
    """Quarantined rows of this pull by reason."""
    rows = fetch_all(connection, "select reason, count(*) as n from stage_quarantine group by reason order by reason")
    return {row["reason"]: row["n"] for row in rows}


def finish(connection: Connection, extract: Extract, total: Counts, state: Mapping[str, Any], details: Any) -> None:
    """Move the watermark, close the run as done and drop its staging tables; part of the merge's transaction."""
    execute(connection, query("extract/watermark"), {**_names(extract), "state": json.dumps(dict(state))})
    closing = {**asdict(total), "extract_id": extract.extract_id, "state": "done", "details": json.dumps(details)}
    execute(connection, query("extract/finish"), closing)
    staging.drop(connection, extract.extract_id)


def fail(connection: Connection, extract_id: int, details: Mapping[str, Any]) -> bool:
    """Close a run as failed and drop its staging tables; the watermark stays. False where it has ended already."""
    staging.drop(connection, extract_id)
    closing = {**asdict(Counts()), "extract_id": extract_id, "state": "failed", "details": json.dumps(dict(details))}
    return execute(connection, query("extract/finish"), closing) == 1


def _names(extract: Extract) -> dict[str, Any]:
    return {
        "source": extract.source, "extract_id": extract.extract_id, "as_of": extract.as_of, "floor": extract.watermark,
    }  # fmt: skip


def _try_lock(connection: Connection, source: str) -> bool:
    row = fetch_one(connection, "select pg_try_advisory_lock(%s, %s) as got", [_LOCK_CLASS, _lock_key(source)])
    return bool((row or {})["got"])


def _lock_key(source: str) -> int:
    return zlib.crc32(source.encode()) - (1 << 31)
