"""What readers have just read is kept within a bound, and told in payloads that PostgreSQL takes."""

from frontpage.store.read.changes import read_payloads, reads_told
from serving.lists.just_read import MAX_PER_READER, NOTHING, JustRead


def test_the_same_object_stands_for_unchanged_reading():
    """Answers made of it hold as long as it is the same; readers who read nothing share one."""
    just_read = JustRead()
    just_read.note([(1, "a"), (1, "b")])
    before = just_read.of(1)
    just_read.note([(1, "a"), (2, "a")])
    assert before == ("a", "b")
    assert just_read.of(1) is before
    assert just_read.of(3) is NOTHING


def test_the_newest_articles_of_a_reader_are_kept():
    """A reader who reads without end takes no more than others may."""
    just_read = JustRead()
    just_read.note((1, f"a{number}") for number in range(MAX_PER_READER + 2))
    assert just_read.of(1) == tuple(f"a{number}" for number in range(2, MAX_PER_READER + 2))


def test_memory_is_bounded_and_ends():
    """The reader asked for least lately makes room; after its time a read is forgotten; an id too long is not kept."""
    one = JustRead()
    one.note([(1, "a")])
    small = JustRead(max_bytes=2 * one.n_bytes)
    small.note([(1, "a"), (2, "a")])
    assert small.of(1) == ("a",)
    small.note([(3, "a")])
    assert [key for key in (1, 2, 3) if small.of(key)] == [1, 3]
    assert small.n_bytes == 2 * one.n_bytes
    short = JustRead(kept_seconds=0.0)
    short.note([(1, "a")])
    assert (short.of(1), len(short), short.n_bytes) == (NOTHING, 0, 0)


def test_payloads_hold_every_read_and_fit():
    """Ids of any characters and of the longest kind, in order, none lost between two payloads."""
    reads = [(-(2**63), '"\\\u00e9' * 90), *((number, "x" * 512) for number in range(40)), (7, "b")]
    payloads = list(read_payloads(reads))
    assert len(payloads) > 2
    assert max(len(payload.encode()) for payload in payloads) < 8_000
    assert [read for payload in payloads for read in reads_told(payload)] == reads
    assert list(read_payloads([])) == []
