"""The lists that a worker holds: those most recently asked for, within a bound of memory."""

import contextlib
from dataclasses import dataclass
from operator import attrgetter

from cachetools import LRUCache

from frontpage.store.read.lists import CurrentRun
from serving.lists.just_read import NOTHING

#: What Python adds to a place's bytes: object, references in two tuples, its share of the list's own object.
_BYTES_PER_PLACE = 33 + 2 * 8 + 30
_BYTES_PER_LIST = 500


@dataclass(frozen=True, slots=True)
class CachedList:
    """A reader's list of one run: their own, or a `fallback`; articles and encoded places, best first."""

    run: CurrentRun
    fallback: str | None
    article_ids: tuple[str, ...]
    places: tuple[bytes, ...]
    #: A fallback holds as long as no article changed and the reader's reading is not known to have gone on.
    n_changes: int = 0
    good_until: float = float("inf")
    #: Ids of the runs that it was looked for in: with other ones it may be found elsewhere.
    layers: tuple[int, ...] = ()
    #: Which connection that listens to the database it is from; what readers hid between two of them was missed.
    listening: int = 0
    #: JSON array of the corrections that the reader is owed.
    notices: bytes = b"[]"
    #: What the reader had just read when a fallback was made.
    just_read: tuple[str, ...] = NOTHING
    #: Each place's rank in the run's list, a byte each: a hidden article leaves a gap. Fallbacks have none.
    ranks: bytes = b""

    @property
    def n_bytes(self) -> int:
        """Roughly what it takes in memory; articles are shared between lists."""
        return _BYTES_PER_LIST + sum(map(len, self.places)) + len(self.places) * _BYTES_PER_PLACE


class ListCache:
    """Lists by reader key. The one that was not asked for longest makes room; superseded ones stay until then.

    max_bytes: the bound, counted by `CachedList.n_bytes`.
    """

    def __init__(self, max_bytes: int) -> None:
        self._lists: LRUCache[int, CachedList] = LRUCache(max_bytes, getsizeof=attrgetter("n_bytes"))

    def get(self, reader_key: int) -> CachedList | None:
        """The reader's list, of whatever run, if it is there."""
        return self._lists.get(reader_key)

    def put(self, reader_key: int, cached: CachedList) -> None:
        """Keep a list in place of what was kept for that reader; one larger than the whole cache is not kept."""
        self.drop(reader_key)
        with contextlib.suppress(ValueError):
            self._lists[reader_key] = cached

    def drop(self, reader_key: int) -> None:
        """Forget the reader's list."""
        self._lists.pop(reader_key, None)

    def __len__(self) -> int:
        return len(self._lists)

    @property
    def n_bytes(self) -> int:
        """Roughly what the lists take in memory."""
        return int(self._lists.currsize)
