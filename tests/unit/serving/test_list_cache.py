"""The memory for lists is bounded."""

from datetime import UTC, datetime

from frontpage.store.read.lists import CurrentRun
from serving.lists.cache import CachedList, ListCache

MOMENT = datetime(2026, 3, 1, tzinfo=UTC)
RUN = CurrentRun(1, MOMENT, "champion", None, None, None, 1, 1, MOMENT, MOMENT)


def cached(size: int) -> CachedList:
    """A list with one place of so many bytes."""
    return CachedList(RUN, None, ("a",), (b"x" * size,))


def test_the_list_not_asked_for_longest_makes_room():
    """Asking for a list keeps it."""
    cache = ListCache(3 * cached(100).n_bytes)
    for key in (1, 2, 3):
        cache.put(key, cached(100))
    assert cache.get(1) is not None
    cache.put(4, cached(100))
    assert [key for key in (1, 2, 3, 4) if cache.get(key)] == [1, 3, 4]


def test_memory_is_counted_through_replacing_and_dropping():
    """What is there is what is counted; a list too large for the cache is not kept."""
    cache = ListCache(10_000)
    cache.put(1, cached(100))
    cache.put(1, cached(200))
    assert cache.n_bytes == cached(200).n_bytes
    cache.drop(1)
    cache.drop(1)
    assert (cache.n_bytes, len(cache)) == (0, 0)
    cache.put(2, cached(20_000))
    assert (cache.n_bytes, len(cache)) == (0, 0)
