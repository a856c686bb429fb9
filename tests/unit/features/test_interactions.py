"""The dataset: one history as arrays, and its facts at an earlier moment."""

import numpy as np

from frontpage.core import columns as c
from frontpage.features.interactions import NEVER, as_known, interaction_dataset, microseconds
from tests.feature_worlds import article, history, hours, read, reader


def test_positions_and_codes_are_in_order_of_the_names() -> None:
    """Names ascend; what is missing, empty or unknown has code -1."""
    articles = [article("a", category="sport"), article("b", category=""), article("c", category="art")]
    reads = [read(7, "c", 1, region="south", device=""), read(5, "gone", 2, region="north")]
    dataset = interaction_dataset(history(9, articles, reads, [reader(6, interests=("chess",))]))
    assert dataset.names.categories.tolist() == ["art", "chess", "sport"]
    assert dataset.names.audiences.tolist() == ["region=north", "region=south"]
    assert dataset.category.tolist() == [2, -1, 0]
    assert dataset.reader_keys[len(dataset.fallbacks) :].tolist() == [5, 6, 7]
    assert dataset.reader_keys[dataset.read_reader].tolist() == [7, 5]
    assert dataset.read_article.tolist() == [2, -1]
    assert dataset.read_audiences.tolist() == [[1, -1, -1], [0, -1, -1]]


def test_a_read_is_known_when_it_has_happened_and_was_recorded() -> None:
    """The later of the two; an absent publication date is the time of first sight."""
    reads = [read(1, "a", 5, recorded_at=hours(8)), read(1, "a", 6, recorded_at=hours(4))]
    dataset = interaction_dataset(history(9, [article("a", 3, published_at=None)], reads))
    assert dataset.read_known.tolist() == [microseconds(hours(8)), microseconds(hours(6))]
    assert dataset.published.tolist() == dataset.first_seen.tolist() == [microseconds(hours(3))]


def test_what_is_never_recorded_is_never_known() -> None:
    """A reader without a record is known by reads alone, and signed up nobody knows when."""
    dataset = interaction_dataset(history(9, [article("a")], [read(1, "a", 5)]))
    assert dataset.signed_up.tolist() == [NEVER] * len(dataset.reader_keys)
    assert dataset.reader_known[-1] == np.iinfo(np.int64).max


def test_as_known_takes_back_what_was_recorded_later() -> None:
    """Marked at hour 6, moved at hour 7, retracted at hour 8: at hour 5 nothing of it was known, and codes stay."""
    copy = article("copy", 1)
    marked = copy | {c.DUPLICATE_OF: "first", c.RECORDED_AT: hours(6)}
    retracted = article("gone", 1) | {c.STATUS: "retracted", c.RECORDED_AT: hours(8)}
    articles = [article("first", category="art"), copy, marked, article("gone", 1), retracted]
    readers = [reader(1, 0, region="north", interests=("chess",)), reader(1, 7, region="south")]
    world = history(9, articles, [read(1, "copy", 2)], readers)
    dataset = interaction_dataset(world)
    then = as_known(dataset, hours(5))
    assert then.names is dataset.names
    assert dataset.article_ids[dataset.read_article].tolist() == ["first"]
    assert dataset.article_ids[then.read_article].tolist() == ["copy"]
    assert [dataset.is_listable.tolist(), then.is_listable.tolist()] == [[False, True, False], [True, True, True]]
    regions = [dataset.names.audiences[facts.reader_region[-1]] for facts in (dataset, then)]
    assert regions == ["region=south", "region=north"]
    assert [dataset.interests[-1, 0], then.interests[-1, 0]] == [-1, dataset.names.categories.get_loc("chess")]
    assert as_known(dataset, world.as_of) is dataset


def test_fallbacks_come_first_with_the_region_or_interest_of_their_scope() -> None:
    """One of everybody, one of each region, one of each category; they are on record from the beginning."""
    world = history(9, [article("a", category="art")], [read(1, "a", 2, region="north", device="mobile")])
    dataset = interaction_dataset(world)
    assert dataset.fallbacks == (("global", ""), ("region", "north"), ("category", "art"))
    assert dataset.reader_keys.tolist() == [-3, -2, -1, 1]
    assert dataset.names.audiences[dataset.reader_region[1]] == "region=north"
    assert dataset.interests[:, 0].tolist() == [-1, -1, 0, -1]
    assert dataset.reader_known[:3].tolist() == [NEVER] * 3
