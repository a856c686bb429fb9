"""Tasks that go on beside the requests, for the length of a block."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any


@contextlib.asynccontextmanager
async def beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run this until the end of the block."""
    task = asyncio.get_running_loop().create_task(work)
    try:
        yield
    finally:
        task.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await task


def every(seconds: float, action: Callable[[], None]) -> contextlib.AbstractAsyncContextManager[None]:
    """Call this so often until the end of the block."""

    async def go_on() -> None:
        while True:
            await asyncio.sleep(seconds)
            action()

    return beside(go_on())
