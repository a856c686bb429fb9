"""Tasks that go on beside the requests, for the length of a block."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

#: A task that was cancelled and goes on after this is cancelled again.
_PATIENCE_SECONDS = 0.2


@contextlib.asynccontextmanager
async def beside(work: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
    """Run this until the end of the block."""
    task = asyncio.get_running_loop().create_task(work)
    try:
        yield
    finally:
        await _ended(task)


async def _ended(task: asyncio.Task[None]) -> None:
    """Cancel a task, and again if it goes on: a library may lose a cancellation that comes together with its answer."""
    while not task.done():
        task.cancel()
        await asyncio.wait([task], timeout=_PATIENCE_SECONDS)
    with contextlib.suppress(asyncio.CancelledError):
        task.result()


def every(seconds: float, action: Callable[[], None]) -> contextlib.AbstractAsyncContextManager[None]:
    """Call this so often until the end of the block."""

    async def go_on() -> None:
        while True:
            await asyncio.sleep(seconds)
            action()

    return beside(go_on())
