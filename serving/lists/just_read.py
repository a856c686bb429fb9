"""What readers have read since their lists were made: told by those who send events, and by the other workers."""

from collections.abc import Iterable

from cachetools import TTLCache

#: A list made later than a read is without it anyway: this is longer than any list should be served.
KEPT_SECONDS = 12 * 3_600.0
#: What a reader read before the newest so many is forgotten.
MAX_PER_READER = 50
#: Some 25,000 readers who read three articles each since the last refresh.
MAX_BYTES = 16_000_000
NOTHING: tuple[str, ...] = ()
#: What Python adds: the entries and links of a reader, the object of an id and its place.
_BYTES_PER_READER, _BYTES_PER_ARTICLE = 500, 57


class JustRead:
    """Ids of articles by reader key, oldest first, within a bound of memory.

    The reader who was not asked for longest makes room.

    max_bytes: the bound. kept_seconds: from a reader's last read on.
    """

    def __init__(self, max_bytes: int = MAX_BYTES, kept_seconds: float = KEPT_SECONDS) -> None:
        self._read: TTLCache[int, tuple[str, ...]] = TTLCache(max_bytes, kept_seconds, getsizeof=_n_bytes)

    def of(self, reader_key: int) -> tuple[str, ...]:
        """What the reader has just read: the same object as long as nothing is added to it, mostly NOTHING."""
        return self._read.get(reader_key, NOTHING)

    def note(self, reads: Iterable[tuple[int, str]]) -> None:
        """Remember reads (reader key, article id); those that are known are passed over."""
        for reader_key, article_id in reads:
            known = self.of(reader_key)
            if article_id not in known:
                self._read[reader_key] = (*known, article_id)[-MAX_PER_READER:]

    def __len__(self) -> int:
        return len(self._read)

    @property
    def n_bytes(self) -> int:
        """Roughly what it takes in memory."""
        return int(self._read.currsize)


def _n_bytes(read: tuple[str, ...]) -> int:
    """An id takes at most four bytes a character."""
    return _BYTES_PER_READER + sum(_BYTES_PER_ARTICLE + 4 * len(name) for name in read)
