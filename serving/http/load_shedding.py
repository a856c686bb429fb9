"""Load shedding: more than can be answered is refused at once rather than queued."""

import asyncio
from collections import deque
from contextlib import AbstractAsyncContextManager

from serving.http.background import beside

#: Requests of one worker that may wait for the database at a time.
MAX_CONCURRENT = 500
#: A request that would wait longer for its turn is refused.
MAX_WAIT_SECONDS = 0.5
_CHECK_SECONDS = 0.05
#: One late check may be somebody else's doing; a queue makes every check late.
_CHECKS = 3


class LoadShedder:
    """How busy a worker is: requests under way, and how long a new one waits for the event loop."""

    def __init__(self) -> None:
        self.n_concurrent = 0
        self._waits = deque([0.0] * _CHECKS, _CHECKS)
        self._is_late = False

    def waited(self, seconds: float) -> None:
        """Take note of how late a check was; a request waits for its turn as long, at the least."""
        self._waits.append(seconds)
        self._is_late = min(self._waits) > MAX_WAIT_SECONDS

    @property
    def is_full(self) -> bool:
        """Whether a request that comes now must be refused."""
        return self._is_late or self.n_concurrent >= MAX_CONCURRENT

    def measuring(self) -> AbstractAsyncContextManager[None]:
        """Measure the wait until the end of the block."""
        return beside(self._measure())

    async def _measure(self) -> None:
        loop = asyncio.get_running_loop()
        while True:
            due = loop.time() + _CHECK_SECONDS
            await asyncio.sleep(_CHECK_SECONDS)
            self.waited(loop.time() - due)
