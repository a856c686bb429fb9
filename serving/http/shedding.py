"""More than can be answered is refused at once rather than queued."""

import asyncio
from collections import deque
from contextlib import AbstractAsyncContextManager

from serving.http.background import beside

#: Requests of one worker that may wait for the database at a time.
MOST_AT_ONCE = 500
#: A request that would wait longer for its turn is refused.
LONGEST_WAIT_SECONDS = 0.5
_LOOK_SECONDS = 0.05
#: One late look may be somebody else's doing; a queue makes every look late.
_LOOKS = 3


class Busy:
    """How busy a worker is: requests under way, and how long a new one waits for the event loop."""

    def __init__(self) -> None:
        self.n_under_way = 0
        self._waits = deque([0.0] * _LOOKS, _LOOKS)
        self._is_late = False

    def waited(self, seconds: float) -> None:
        """Take note of how late a look was; a request waits for its turn as long, at the least."""
        self._waits.append(seconds)
        self._is_late = min(self._waits) > LONGEST_WAIT_SECONDS

    @property
    def is_full(self) -> bool:
        """Whether a request that comes now must be refused."""
        return self._is_late or self.n_under_way >= MOST_AT_ONCE

    def looking(self) -> AbstractAsyncContextManager[None]:
        """Measure the wait until the end of the block."""
        return beside(self._look_on())

    async def _look_on(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + _LOOK_SECONDS
            await asyncio.sleep(_LOOK_SECONDS)
            self.waited(loop.time() - due)
