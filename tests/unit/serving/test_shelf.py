"""The memory for lists is bounded."""

from datetime import UTC, datetime

from serving.shelf import KeptList, Shelf
from store.read.lists import CurrentRun

MOMENT = datetime(2026, 3, 1, tzinfo=UTC)
RUN = CurrentRun(1, MOMENT, "champion", None, None, None, 1, 1, MOMENT, MOMENT)


def kept(size: int) -> KeptList:
    """A list with one place of so many bytes."""
    return KeptList(RUN, None, ("a",), (b"x" * size,))


def test_the_list_not_asked_for_longest_makes_room():
    """Asking for a list keeps it."""
    shelf = Shelf(3 * kept(100).n_bytes)
    for key in (1, 2, 3):
        shelf.put(key, kept(100))
    assert shelf.get(1) is not None
    shelf.put(4, kept(100))
    assert [key for key in (1, 2, 3, 4) if shelf.get(key)] == [1, 3, 4]


def test_memory_is_counted_through_replacing_and_dropping():
    """What is there is what is counted; a list too large for the shelf is not kept."""
    shelf = Shelf(10_000)
    shelf.put(1, kept(100))
    shelf.put(1, kept(200))
    assert shelf.n_bytes == kept(200).n_bytes
    shelf.drop(1)
    shelf.drop(1)
    assert (shelf.n_bytes, len(shelf)) == (0, 0)
    shelf.put(2, kept(20_000))
    assert (shelf.n_bytes, len(shelf)) == (0, 0)
