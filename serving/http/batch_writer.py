"""What is written down beside the requests: kept for a moment, written in batches, dropped where it would pile up."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Generic, TypeVar

from frontpage.core.errors import UnavailableError
from serving.http.background import beside

Item = TypeVar("Item")

_STOP_SECONDS = 2.0


class BatchWriter(Generic[Item]):
    """A bounded queue before a slow writer.

    `write` takes a batch; one that it refuses with UnavailableError is kept and tried again. What does not fit is
    dropped and counted.
    """

    def __init__(self, write: Callable[[list[Item]], Awaitable[None]], every_seconds: float, max_kept: int) -> None:
        self._write = write
        self._every_seconds = every_seconds
        self._max_kept = max_kept
        self._items: list[Item] = []
        self._n_written = 0
        self._n_dropped = 0

    def add(self, item: Item) -> None:
        """Keep an item for the next batch, unless there are too many already."""
        if len(self._items) < self._max_kept:
            self._items.append(item)
        else:
            self._n_dropped += 1

    def take_counts(self) -> tuple[int, int]:
        """How many were written, and how many dropped, since this was asked last."""
        counts = self._n_written, self._n_dropped
        self._n_written = self._n_dropped = 0
        return counts

    @contextlib.asynccontextmanager
    async def writing(self) -> AsyncIterator[None]:
        """Write until the end of the block, and then what is left, as far as that is quick."""
        try:
            async with beside(self._write_on()):
                yield
        finally:
            await self._write_rest()

    async def _write_on(self) -> None:
        while True:
            await asyncio.sleep(self._every_seconds)
            with contextlib.suppress(UnavailableError):
                await self._flush()

    async def _write_rest(self) -> None:
        try:
            async with asyncio.timeout(_STOP_SECONDS):
                await self._flush()
        except (UnavailableError, TimeoutError):
            self._n_dropped += len(self._items)

    async def _flush(self) -> None:
        batch, self._items = self._items, []
        if not batch:
            return
        try:
            await self._write(batch)
        except BaseException:
            self._items = batch + self._items
            raise
        self._n_written += len(batch)
