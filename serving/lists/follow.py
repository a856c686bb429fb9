"""Keeps a worker's desk up to date: hears of publishing and changed articles, notices when PostgreSQL is away."""

import asyncio
import contextlib

from frontpage.core.errors import UnavailableError
from frontpage.store.read.watch import ARTICLE_CHANGED, READER_CHANGED, watching
from serving.http.background import beside
from serving.lists.service import ListService

#: Word of a change comes at once; the current run is looked at so often besides.
LOOK_SECONDS = 0.25
_RETRY_SECONDS = 0.2


def following(service: ListService, url: str) -> contextlib.AbstractAsyncContextManager[None]:
    """Follow the database until the end of the block."""
    return beside(_follow(service, url))


async def _follow(service: ListService, url: str) -> None:
    while True:
        try:
            await _listen(service, url)
        except UnavailableError:
            service.lost()
            await asyncio.sleep(_RETRY_SECONDS)


async def _listen(service: ListService, url: str) -> None:
    """Keep the desk up to date until the database goes away."""
    news = asyncio.Event()

    def heard(channel: str, payload: str) -> None:
        if channel == ARTICLE_CHANGED:
            service.articles.changed(payload)
        elif channel == READER_CHANGED:
            service.reader_changed(int(payload))
        else:
            news.set()

    async with watching(url, heard) as watch:
        service.back()
        while True:
            news.clear()
            await service.adopt(await watch.current_run(service.variant))
            # Not wait_for: in Python 3.11 it forgets that it was cancelled where the news come at the same moment.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await news.wait()
