"""Tasks that go on beside the requests, for the length of a block."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable, Coroutine
from typing import Any

#: What was told to end and goes on after this is told again.
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
    """Cancel a task, again where it took no heed: a library may lose the word where its answer comes at that moment."""
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
