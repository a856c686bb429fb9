"""The lists that a worker holds: those most recently asked for, within a bound of memory."""

from collections import OrderedDict
from dataclasses import dataclass

from frontpage.store.read.lists import CurrentRun

#: What Python adds to a place's bytes: object, references in two tuples, its share of the list's own object.
_BYTES_PER_PLACE = 33 + 2 * 8 + 30
_BYTES_PER_LIST = 500


@dataclass(frozen=True, slots=True)
class KeptList:
    """A reader's list of one run: its own, or (`fallback`) what stands in; articles and encoded places, best first."""

    run: CurrentRun
    fallback: str | None
    article_ids: tuple[str, ...]
    places: tuple[bytes, ...]
    #: A list that stands in holds as long as no article changed and the reader's reading is not known to have gone on.
    changes: int = 0
    good_until: float = float("inf")
    #: Which time of listening to readers it is from; what they hid in between two of them went unheard.
    hearing: int = 0

    @property
    def n_bytes(self) -> int:
        """Roughly what it takes in memory; articles are shared between lists."""
        return _BYTES_PER_LIST + sum(map(len, self.places)) + len(self.places) * _BYTES_PER_PLACE


class ListCache:
    """Lists by reader key. The one that was not asked for longest makes room; superseded ones stay until then."""

    def __init__(self, largest_bytes: int) -> None:
        self._lists: OrderedDict[int, KeptList] = OrderedDict()
        self._largest_bytes = largest_bytes
        self._n_bytes = 0

    def get(self, reader_key: int) -> KeptList | None:
        """The reader's list, of whatever run, if it is there."""
        kept = self._lists.get(reader_key)
        if kept is not None:
            self._lists.move_to_end(reader_key)
        return kept

    def put(self, reader_key: int, kept: KeptList) -> None:
        """Keep a list in place of what was kept for that reader."""
        self.drop(reader_key)
        self._lists[reader_key] = kept
        self._n_bytes += kept.n_bytes
        while self._n_bytes > self._largest_bytes:
            _, oldest = self._lists.popitem(last=False)
            self._n_bytes -= oldest.n_bytes

    def drop(self, reader_key: int) -> None:
        """Forget the reader's list."""
        kept = self._lists.pop(reader_key, None)
        if kept is not None:
            self._n_bytes -= kept.n_bytes

    def __len__(self) -> int:
        return len(self._lists)

    @property
    def n_bytes(self) -> int:
        """Roughly what the lists take in memory."""
        return self._n_bytes
