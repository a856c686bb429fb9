"""Keeps a worker's lists current: hears of publishing and of changes, and notices when PostgreSQL is away."""

import asyncio
import contextlib

from frontpage.core.errors import UnavailableError
from frontpage.store.read.changes import ARTICLE_CHANGED, READ, READER_CHANGED, listening, reads_told
from serving.http.background import beside
from serving.lists.service import ListService

#: Changes are heard of at once; besides, the current runs are asked for this often.
POLL_SECONDS = 0.25
_RETRY_SECONDS = 0.2


def kept_current(service: ListService, url: str) -> contextlib.AbstractAsyncContextManager[None]:
    """Follow the database until the end of the block."""
    return beside(_follow(service, url))


async def _follow(service: ListService, url: str) -> None:
    while True:
        try:
            await _listen(service, url)
        except UnavailableError:
            service.database_lost()
            await asyncio.sleep(_RETRY_SECONDS)


async def _listen(service: ListService, url: str) -> None:
    """Keep the lists current until the database goes away."""
    published = asyncio.Event()

    def on_change(channel: str, payload: str) -> None:
        if channel == ARTICLE_CHANGED:
            service.articles.invalidate(payload)
        elif channel == READ:
            service.just_read.note(reads_told(payload))
        elif channel == READER_CHANGED and payload:
            service.reader_changed(int(payload))
        elif channel == READER_CHANGED:
            service.readers_changed()
            published.set()
        else:
            published.set()

    async with listening(url, on_change) as listener:
        service.database_back()
        while True:
            published.clear()
            await service.switch_to(await listener.current_runs(service.variant))
            # Not wait_for: in Python 3.11 it forgets that it was cancelled where the event comes at the same moment.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(POLL_SECONDS):
                    await published.wait()
