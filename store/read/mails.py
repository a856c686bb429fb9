"""What readers do with their mails, written from the API: clicks, and goodbyes."""

import asyncio
from collections.abc import Sequence
from typing import Any

import asyncpg

from core.errors import UnavailableError
from core.links import Link
from store.read.lists import query
from store.read.pool import DEADLINE_SECONDS

#: So many links of one mail within so many seconds: a machine opens them all.
BURST_LINKS = 3
BURST_SECONDS = 1.0
#: Nobody has opened a mail and picked an article this soon after it was handed to the first server.
TOO_SOON_SECONDS = 10.0
_LIMITS = (BURST_SECONDS, BURST_LINKS, TOO_SOON_SECONDS)
_AWAY = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
)


async def record_click(pool: asyncpg.Pool, link: Link, verdict: str, device: str | None) -> None:
    """Keep one request of a link; what looks like a person may still turn out to be part of a burst.

    verdict: by the request itself: human, head, prefetch or robot. Raises UnavailableError where the database does not
    answer.
    """
    click = (link.edition_id, link.reader_key, link.position, link.article_id, verdict, device)
    await _write(
        pool,
        [
            (query("digest_click_lock"), (link.edition_id, link.reader_key)),
            (query("digest_click"), (*click, *_LIMITS)),
        ],
    )


async def unsubscribe(pool: asyncpg.Pool, link: Link, how: str) -> None:
    """Note that the reader of a mail wants no more of them.

    Raises UnavailableError where the database does not answer: then nothing was noted.
    """
    await _write(pool, [(query("digest_unsubscribe"), (link.reader_key, how, link.edition_id))])


async def _write(pool: asyncpg.Pool, statements: Sequence[tuple[str, tuple[Any, ...]]]) -> None:
    """All of the statements or none, on one connection of a pool whose sessions are read-only unless told otherwise."""
    try:
        async with asyncio.timeout(DEADLINE_SECONDS), pool.acquire() as connection, connection.transaction():
            await connection.execute("set transaction read write")
            for sql, arguments in statements:
                await connection.execute(sql, *arguments)
    except _AWAY as error:
        raise UnavailableError(f"the database does not answer ({type(error).__name__}); try again soon") from error
