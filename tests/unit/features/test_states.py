"""States: what an entity's reads amount to, by hand."""

import numpy as np
import pytest

from core import columns as c
from features.activity import HALF_LIVES_HOURS, at, compute_states, stacked
from features.events import read_weights
from tests.feature_worlds import article, frame, history, hours, random_history, read, reader

H1, H6, H72 = (HALF_LIVES_HOURS.index(h) for h in (1.0, 6.0, 72.0))


def test_sums_are_decayed_to_the_last_read_and_turned_forward() -> None:
    """A read six hours before the last one counts a half at half-life 6 h; six hours later everything counts a half."""
    states = compute_states(history(20, [article("a")], [read(1, "a", 4), read(2, "a", 10)]))
    row = states.articles.iloc[0]
    assert row[c.LAST_READ_AT] == hours(10)
    assert row[c.FIRST_READ_AT] == hours(4)
    assert row[c.DECAYED_READS][H6] == pytest.approx(1 + 1 / 2)
    assert row[c.DECAYED_READS][H1] == pytest.approx(1 + 1 / 2**6)
    later = at(states.articles, hours(16)).iloc[0]
    assert later[c.HOURS_SINCE_READ] == 6
    assert later[c.DECAYED_READS][H6] == pytest.approx((1 + 1 / 2) / 2)


def test_an_article_without_reads_has_a_row_of_zeros() -> None:
    """Facts are there before the first read; sums are zero at any moment."""
    states = compute_states(history(20, [article("a", 3, category="sport")], []))
    row = at(states.articles, hours(9)).iloc[0]
    assert (row[c.CATEGORY], row[c.STARTED_AT], row[c.N_READS]) == ("sport", hours(3), 0)
    assert row[c.DECAYED_READS].tolist() == [0.0] * len(HALF_LIVES_HOURS)
    assert row[c.HOURS_SINCE_READ] == np.inf


def test_an_article_starts_when_it_was_published_or_first_seen_whichever_came_first() -> None:
    """A feed that brings an old article late does not make it new; a date in the future does not hold it back."""
    articles = [article("late", 5, published_at=hours(1)), article("future", 5, published_at=hours(900))]
    states = compute_states(history(20, [*articles, article("undated", 5, published_at=None)], []))
    assert states.articles[c.STARTED_AT].tolist() == [hours(1), hours(5), hours(5)]


def test_acts_weigh_more_than_reads_and_reading_time_moves_a_weight_by_half() -> None:
    """A share counts 3.5 reads; no time 0.5, a minute 1, two minutes or an hour 1.5; unmeasured 1."""
    kinds = frame((c.KIND,), [{c.KIND: kind} for kind in ("share", "read", "read", "read", "read")])[c.KIND]
    dwell = np.array([np.nan, 0.0, 60.0, 120.0, 3600.0])
    assert read_weights(kinds, dwell).tolist() == [3.5, 0.5, 1.0, 1.5, 1.5]


def test_reads_count_in_the_region_they_came_from_else_the_readers() -> None:
    """A read without a region takes its reader's: the one signed up with, else the one last read from."""
    reads = [read(1, "a", 1), read(2, "a", 2, region="south"), read(2, "a", 3), read(3, "a", 4)]
    states = compute_states(history(20, [article("a")], reads, [reader(1, region="north")]))
    found = states.article_regions.set_index(c.REGION)[c.N_READS].to_dict()
    assert found == {"north": 1, "south": 2}
    assert states.readers.set_index(c.READER_KEY)[c.REGION].to_dict() == {1: "north", 2: "south", 3: None}


def test_region_totals_hold_all_reads_and_the_most_read_article() -> None:
    """The empty region is everywhere; its top is the largest sum of one article, decayed to the last read of all."""
    reads = [read(1, "a", 4), read(2, "a", 10), read(3, "b", 16)]
    totals = compute_states(history(20, [article("a"), article("b")], reads)).regions
    assert totals[c.REGION].tolist() == [""]
    assert totals.loc[0, c.DECAYED_READS][H6] == pytest.approx(1 / 4 + 1 / 2 + 1)
    assert totals.loc[0, c.TOP_DECAYED_READS][H6] == pytest.approx(1)
    assert totals.loc[0, c.TOP_DECAYED_READS][H72] == pytest.approx(2 ** (-12 / 72) + 2 ** (-6 / 72))


def test_tastes_are_shares_of_decayed_reads_with_ties_by_name() -> None:
    """Three reads: two of sport 72 h before the last count 1/2 each, one of art counts 1: a tie, by name."""
    articles = [article("s", category="sport", language="en"), article("a", category="art", language="de")]
    reads = [read(1, "s", 0.0), read(1, "s", 0.0, event_id="again"), read(1, "a", 72)]
    row = compute_states(history(100, [*articles, article("n")], [*reads, read(1, "n", 72)])).readers.iloc[0]
    assert row[c.CATEGORIES] == ("art", "sport")
    assert row[c.CATEGORY_SHARES] == pytest.approx((1 / 2, 1 / 2))
    assert row[c.LANGUAGE] == "de"


def test_recent_articles_are_distinct_newest_first_with_the_longest_time() -> None:
    """An article read twice stands where it was read last, with its longest time; -1 where none was measured."""
    reads = [read(1, "a", 1, dwell_seconds=90.0), read(1, "b", 2), read(1, "a", 3, dwell_seconds=10.0)]
    row = compute_states(history(20, [article("a"), article("b")], reads)).readers.iloc[0]
    assert row[c.RECENT_ARTICLES] == ("a", "b")
    assert row[c.RECENT_DWELL_SECONDS] == (90.0, -1.0)
    assert row[c.MEDIAN_DWELL_SECONDS] == 50.0


def test_at_most_twenty_recent_articles_and_eight_categories() -> None:
    """Lists are short whatever a reader does."""
    articles = [article(f"a{n:02d}", category=f"c{n:02d}") for n in range(30)]
    reads = [read(1, f"a{n:02d}", n) for n in range(30)]
    row = compute_states(history(40, articles, reads)).readers.iloc[0]
    assert row[c.RECENT_ARTICLES] == tuple(f"a{n:02d}" for n in range(29, 9, -1))
    assert row[c.CATEGORIES] == tuple(f"c{n:02d}" for n in range(29, 21, -1))


def test_no_reads_and_no_readers_give_empty_states() -> None:
    """An empty day is no error."""
    states = compute_states(history(20, [], []))
    assert [len(f) for f in (states.articles, states.article_regions, states.regions, states.readers)] == [0, 0, 1, 0]


def test_an_entity_without_new_events_has_the_same_state_whatever_others_do() -> None:
    """One read more of one article by one reader leaves all other rows as they were, bit by bit."""
    world = random_history(3)
    before = compute_states(world)
    more = history(144, [], [*world.reads.to_dict("records"), read(7, "a001", 143.9)])
    after = compute_states(type(world)(world.as_of, world.articles, more.reads, world.readers))
    for name, key, touched in (("articles", c.ARTICLE_ID, "a001"), ("readers", c.READER_KEY, 7)):
        old, new = getattr(before, name).set_index(key), getattr(after, name).set_index(key)
        same = [k for k in old.index if np.array_equal(stacked(old.loc[[k], c.DECAYED_READS]),
                                                       stacked(new.loc[[k], c.DECAYED_READS]))]  # fmt: skip
        assert set(old.index) - set(same) == {touched}
