"""What was published or changed, told by the database (LISTEN) as soon as it is committed."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Iterator
from contextlib import asynccontextmanager
from typing import Any

import asyncpg
import orjson

from frontpage.core.database.url import DatabaseUrl
from frontpage.store.queries import query
from frontpage.store.read.lists import CurrentRun, current_runs
from frontpage.store.read.pool import away_is_unavailable

#: A database that leaves a look at the pointer unanswered for so long is taken to be away.
PATIENCE_SECONDS = 1.0
#: The payload names the article; an empty one says that any may have changed.
ARTICLE_CHANGED = "frontpage_article"
PUBLISHED = "frontpage_published"
#: The payload is the reader_key of one who has hidden or muted something, or picked interests; empty for anybody.
READER_CHANGED = "reader_changed"
#: The payload is a JSON array of [reader_key, article_id] of reads that the API took in.
READ = "frontpage_read"
#: PostgreSQL takes no longer payload.
_MAX_PAYLOAD_BYTES = 7_999

OnChange = Callable[[str, str], None]


def read_payloads(reads: Iterable[tuple[int, str]]) -> Iterator[str]:
    """Reads (reader_key, article_id) as payloads of READ, each as many as fit.

    >>> list(read_payloads([(17, "a-901"), (17, "a-902")]))
    ['[[17,"a-901"],[17,"a-902"]]']
    """
    waiting, n_bytes = list[bytes](), 1
    for read in reads:
        encoded = orjson.dumps(read)
        if waiting and n_bytes + len(encoded) + 1 > _MAX_PAYLOAD_BYTES:
            yield _array(waiting)
            waiting, n_bytes = [], 1
        waiting.append(encoded)
        n_bytes += len(encoded) + 1
    if waiting:
        yield _array(waiting)


def _array(encoded: Iterable[bytes]) -> str:
    return f"[{b','.join(encoded).decode()}]"


def reads_told(payload: str) -> list[tuple[int, str]]:
    """The reads (reader_key, article_id) of a payload of READ.

    >>> reads_told('[[17,"a-901"]]')
    [(17, 'a-901')]
    """
    return [(reader_key, article_id) for reader_key, article_id in orjson.loads(payload)]


class ChangeListener:
    """A connection that is told of changes and can be asked which runs are current."""

    def __init__(self, connection: asyncpg.Connection) -> None:
        self._connection = connection

    async def current_runs(self, variant: str) -> tuple[CurrentRun, ...]:
        """The runs being served together, in the order in which a reader's list is looked for; none before a publish.

        What was committed before is heard before the next call returns. Raises UnavailableError within
        `PATIENCE_SECONDS`.
        """
        with away_is_unavailable():
            rows = await self._connection.fetch(query("serve/current_runs"), variant, timeout=PATIENCE_SECONDS)
        return current_runs(rows)


@asynccontextmanager
async def listening(url: str, on_change: OnChange) -> AsyncIterator[ChangeListener]:
    """A listener that calls `on_change(channel, payload)` for each change; nothing is told of the time before it began.

    Raises UnavailableError where the database is away.
    """

    def notified(_connection: Any, _pid: int, channel: str, payload: object) -> None:
        on_change(channel, str(payload))

    settings = {"application_name": "frontpage-watch", "default_transaction_read_only": "on", "timezone": "UTC"}
    with away_is_unavailable():
        connection = await asyncpg.connect(
            DatabaseUrl.parse(url).asyncpg(), timeout=PATIENCE_SECONDS, server_settings=settings
        )
    try:
        with away_is_unavailable():
            # Not wait_for: in Python 3.11 it forgets that it was cancelled where the answer comes at the same moment.
            async with asyncio.timeout(PATIENCE_SECONDS):
                for channel in (ARTICLE_CHANGED, PUBLISHED, READER_CHANGED, READ):
                    await connection.add_listener(channel, notified)
        yield ChangeListener(connection)
    finally:
        # A close would wait for an answer that may never come.
        connection.terminate()
