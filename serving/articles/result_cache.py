"""Answers that are dear to find and hold for a while: found once for all who ask."""

from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar

from cachetools import LRUCache

from frontpage.core.errors import UnavailableError
from serving.coalescing import Coalescer

Key = TypeVar("Key")
Value = TypeVar("Value")


class ResultCache(Generic[Key, Value]):
    """What `find` found for a key, for `seconds`; the key not asked for longest makes room.

    Where it cannot be found again, what was found last still does; that is why this is no TTLCache, which forgets. One
    key is looked for at a time.
    """

    def __init__(
        self, find: Callable[[Key], Awaitable[Value]], seconds: float, max_keys: int, now: Callable[[], float]
    ) -> None:
        self._find, self._seconds, self._now = find, seconds, now
        self._found: LRUCache[Key, tuple[float, Value]] = LRUCache(max_keys)
        self._look_ups: Coalescer[Key, Value] = Coalescer(self._look_up, lanes=1, max_batch=1)

    async def get(self, key: Key) -> Value:
        """Raises what `find` raises; UnavailableError only where nothing was found before."""
        known = self._found.get(key)
        if known is not None and self._now() - known[0] < self._seconds:
            return known[1]
        try:
            return await self._look_ups.get(key)
        except UnavailableError:
            if known is None:
                raise
            return known[1]

    async def _look_up(self, keys: list[Key]) -> dict[Key, Value]:
        found = {key: await self._find(key) for key in keys}
        for key, value in found.items():
            self._found[key] = (self._now(), value)
        return found
