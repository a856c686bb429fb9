"""Request coalescing: look-ups that come at the same time become one statement."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

Key = TypeVar("Key")
Value = TypeVar("Value")


class Coalescer(Generic[Key, Value]):
    """Asks for many keys at once: those of one turn of the event loop, or of the time that `lanes` statements took.

    A key asked for twice at a time is looked up once. Whatever `look_up` raises is raised to each caller of that batch,
    and to those who wait behind it: they would only wait for the same.

    Ours, since aiodataloader starts a statement in each turn, however many are under way, and lets callers that came
    after a failing one wait for the same failure.
    """

    def __init__(
        self, look_up: Callable[[list[Key]], Awaitable[dict[Key, Value]]], lanes: int = 2, max_batch: int = 250
    ) -> None:
        self._look_up = look_up
        self._free_lanes = lanes
        self._max_batch = max_batch
        self._waiting: dict[Key, asyncio.Future[Value]] = {}
        self._is_called = False
        self._tasks: set[asyncio.Task[None]] = set()

    def get(self, key: Key) -> asyncio.Future[Value]:
        """What `look_up` will find for a key; it must find something for each."""
        future = self._waiting.get(key)
        if future is None:
            loop = asyncio.get_running_loop()
            future = self._waiting[key] = loop.create_future()
            if not self._is_called and self._free_lanes:
                self._is_called = True
                loop.call_soon(self._start)
        return future

    def __len__(self) -> int:
        return len(self._waiting)

    def _start(self) -> None:
        self._is_called = False
        while self._waiting and self._free_lanes:
            batch = {key: self._waiting.pop(key) for key in list(self._waiting)[: self._max_batch]}
            self._free_lanes -= 1
            task = asyncio.get_running_loop().create_task(self._run(batch))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _run(self, batch: dict[Key, asyncio.Future[Value]]) -> None:
        try:
            found = await self._look_up(list(batch))
            for key, future in batch.items():
                if not future.done():
                    future.set_result(found[key])
        except Exception as error:  # noqa: BLE001 - it is handed to those who asked
            waiting, self._waiting = self._waiting, {}
            for future in (*batch.values(), *waiting.values()):
                if not future.done():
                    future.set_exception(error)
                    future.exception()  # a caller that has gone away must not make it "never retrieved"
        finally:
            self._free_lanes += 1
            self._start()
