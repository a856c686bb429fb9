"""The inbox of events: what the API took in and no extract has taken over yet."""

from collections.abc import Sequence
from datetime import datetime
from typing import NamedTuple

import asyncpg

from frontpage.store.queries import query
from frontpage.store.read.changes import READ, read_payloads
from frontpage.store.read.pool import fetch


class InboxEvent(NamedTuple):
    """One event; the fields are the arrays of inbox_append.sql in their order."""

    event_id: str
    kind: str
    reader_id: str
    reader_key: int
    article_id: str
    occurred_at: datetime
    dwell_seconds: float | None
    position: int | None
    run_id: int | None
    surface: str | None
    region: str | None
    device: str | None
    referrer: str | None


async def append_events(pool: asyncpg.Pool, events: Sequence[InboxEvent], received_at: datetime) -> int:
    """Keep the events, on disk once this returns; how many were new to the inbox.

    `events` is not empty. Of events with one event_id the first counts. Raises UnavailableError where the database does
    not answer: then they may or may not be kept, and sending them again does no harm.
    """
    rows = await fetch(pool, query("inbox/append"), received_at, *map(list, zip(*events, strict=True)))
    return int(rows[0]["n"])


async def notify_reads(pool: asyncpg.Pool, reads: Sequence[tuple[int, str]]) -> None:
    """Let every worker know of reads (reader_key, article_id) that are on disk; raises UnavailableError."""
    await fetch(pool, query("inbox/notify"), READ, list(read_payloads(reads)))
