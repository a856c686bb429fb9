"""What readers do with their mails, and what comes back of them: clicks, goodbyes, bounces and complaints."""

import asyncio
import hashlib
from datetime import datetime

import asyncpg

from frontpage.core.identity.links import Link
from frontpage.store.queries import query
from frontpage.store.read.pool import DEADLINE_SECONDS, away_is_unavailable, fetch

#: So many links of one mail within so many seconds: a machine opens them all.
BURST_LINKS = 3
BURST_SECONDS = 1.0
#: Nobody has opened a mail and picked an article this soon after it was handed to the first server.
TOO_SOON_SECONDS = 10.0
_LIMITS = (BURST_SECONDS, BURST_LINKS, TOO_SOON_SECONDS)


async def record_click(pool: asyncpg.Pool, link: Link, verdict: str, device: str | None) -> None:
    """Keep one request of a link; what looks like a person may still turn out to be part of a burst.

    verdict: by the request itself: human, head, prefetch or robot. Raises UnavailableError where the database does not
    answer.
    """
    click = (link.edition_id, link.reader_key, link.position, link.article_id, verdict, device)
    with away_is_unavailable():
        async with asyncio.timeout(DEADLINE_SECONDS), pool.acquire() as connection, connection.transaction():
            await connection.execute(query("digest/click_lock"), link.edition_id, link.reader_key)
            await connection.execute(query("digest/click"), *click, *_LIMITS)


async def unsubscribe(pool: asyncpg.Pool, link: Link, how: str) -> None:
    """Note that the reader of a mail wants no more of them.

    Raises UnavailableError where the database does not answer; saying it again does no harm.
    """
    await fetch(pool, query("digest/unsubscribe"), link.reader_key, how, link.edition_id)


async def append_report(pool: asyncpg.Pool, raw: bytes, received_at: datetime) -> bool:
    """Keep a mail that came back, on disk once this returns; False where the same one was waiting already.

    Raises UnavailableError where the database does not answer; sending it again does no harm.
    """
    return bool(await fetch(pool, query("inbox/report_append"), hashlib.sha256(raw).hexdigest(), raw, received_at))
