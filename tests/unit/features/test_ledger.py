"""The ledger: one history as arrays, and its facts at an earlier moment."""

import numpy as np

from core import columns as c
from features.ledger import NEVER, as_known, ledger, microseconds
from tests.feature_worlds import article, history, hours, read, reader


def test_positions_and_codes_are_in_order_of_the_names() -> None:
    """Names ascend; what is missing, empty or unknown has code -1."""
    articles = [article("a", category="sport"), article("b", category=""), article("c", category="art")]
    reads = [read(7, "c", 1, region="south", device=""), read(5, "gone", 2, region="north")]
    book = ledger(history(9, articles, reads, [reader(6, interests=("chess",))]))
    assert book.names.categories.tolist() == ["art", "chess", "sport"]
    assert book.names.audiences.tolist() == ["region=north", "region=south"]
    assert book.category.tolist() == [2, -1, 0]
    assert book.reader_keys[len(book.stand_ins) :].tolist() == [5, 6, 7]
    assert book.reader_keys[book.read_reader].tolist() == [7, 5]
    assert book.read_article.tolist() == [2, -1]
    assert book.read_audiences.tolist() == [[1, -1, -1], [0, -1, -1]]


def test_a_read_is_known_when_it_has_happened_and_was_recorded() -> None:
    """The later of the two; an absent publication date is the time of first sight."""
    reads = [read(1, "a", 5, recorded_at=hours(8)), read(1, "a", 6, recorded_at=hours(4))]
    book = ledger(history(9, [article("a", 3, published_at=None)], reads))
    assert book.read_known.tolist() == [microseconds(hours(8)), microseconds(hours(6))]
    assert book.published.tolist() == book.first_seen.tolist() == [microseconds(hours(3))]


def test_what_is_never_recorded_is_never_known() -> None:
    """A reader without a record is known by reads alone, and signed up nobody knows when."""
    book = ledger(history(9, [article("a")], [read(1, "a", 5)]))
    assert book.signed_up.tolist() == [NEVER] * len(book.reader_keys)
    assert book.reader_known[-1] == np.iinfo(np.int64).max


def test_as_known_takes_back_what_was_recorded_later() -> None:
    """Marked at hour 6, moved at hour 7, retracted at hour 8: at hour 5 nothing of it was known, and codes stay."""
    copy = article("copy", 1)
    marked = copy | {c.DUPLICATE_OF: "first", c.RECORDED_AT: hours(6)}
    retracted = article("gone", 1) | {c.STATUS: "retracted", c.RECORDED_AT: hours(8)}
    articles = [article("first", category="art"), copy, marked, article("gone", 1), retracted]
    readers = [reader(1, 0, region="north", interests=("chess",)), reader(1, 7, region="south")]
    world = history(9, articles, [read(1, "copy", 2)], readers)
    book = ledger(world)
    then = as_known(book, hours(5))
    assert then.names is book.names
    assert book.article_ids[book.read_article].tolist() == ["first"]
    assert book.article_ids[then.read_article].tolist() == ["copy"]
    assert [book.is_listable.tolist(), then.is_listable.tolist()] == [[False, True, False], [True, True, True]]
    regions = [book.names.audiences[facts.reader_region[-1]] for facts in (book, then)]
    assert regions == ["region=south", "region=north"]
    assert [book.interests[-1, 0], then.interests[-1, 0]] == [-1, book.names.categories.get_loc("chess")]
    assert as_known(book, world.as_of) is book


def test_stand_ins_come_first_with_the_region_or_interest_of_their_scope() -> None:
    """One of everybody, one of each region, one of each category; they are on record from the beginning."""
    world = history(9, [article("a", category="art")], [read(1, "a", 2, region="north", device="mobile")])
    book = ledger(world)
    assert book.stand_ins == (("global", ""), ("region", "north"), ("category", "art"))
    assert book.reader_keys.tolist() == [-3, -2, -1, 1]
    assert book.names.audiences[book.reader_region[1]] == "region=north"
    assert book.interests[:, 0].tolist() == [-1, -1, 0, -1]
    assert book.reader_known[:3].tolist() == [NEVER] * 3
