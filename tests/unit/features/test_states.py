"""States: what an entity's reads amount to, by hand; and a past moment, whatever is known later."""

from dataclasses import fields, replace

import numpy as np
import pandas as pd
import pytest

from frontpage.core import columns as c
from frontpage.core.history import History
from frontpage.core.schema.states import HALF_LIVES_HOURS
from frontpage.core.sections.data import DataParams
from frontpage.features.entities import entities_of
from frontpage.features.history import history_at
from frontpage.features.interactions import NEVER, interaction_dataset, microseconds
from frontpage.features.reader_states import ReaderRows, fallback_rows
from frontpage.features.states import States, states_at
from frontpage.features.weights import read_weights
from tests.feature_worlds import article, frame, history, hours, random_history, read, reader
from tests.state_frames import rows_of

H1, H6, H72 = (HALF_LIVES_HOURS.index(h) for h in (1.0, 6.0, 72.0))
DATA = DataParams(max_days=3)


def _states(world: History, at: float | None = None, data: DataParams | None = None) -> States:
    return states_at(interaction_dataset(world), world.as_of if at is None else hours(at), data or DataParams())


def _reads_of_audiences(states: States) -> dict[tuple[str, str], int]:
    rows, names = states.article_audiences, states.names
    keys = zip(names.articles[rows.article], names.audiences[rows.audience], strict=True)
    return dict(zip(keys, rows.reads.n_reads.tolist(), strict=True))


def test_sums_are_decayed_to_the_last_read_and_turned_forward() -> None:
    """A read six hours before the last one counts a half at half-life 6 h; six hours later everything counts a half."""
    world = history(16, [article("a")], [read(1, "a", 4), read(2, "a", 10)])
    states = _states(world)
    rows = states.articles
    assert [rows.first_read_us[0], rows.reads.last_us[0]] == [microseconds(hours(4)), microseconds(hours(10))]
    assert rows.reads.decayed[0, H6] == pytest.approx(1 + 1 / 2)
    assert rows.reads.decayed[0, H1] == pytest.approx(1 + 1 / 2**6)
    turned = entities_of(states)
    assert turned.article_hours[0] == 6
    assert turned.article_reads[0, H6] == pytest.approx((1 + 1 / 2) / 2)


def test_an_article_without_reads_has_a_row_of_zeros() -> None:
    """Facts are there before the first read; sums are zero at any moment."""
    states = _states(history(20, [article("a", 3, category="sport")], []), 9)
    rows, turned = states.articles, entities_of(states)
    assert (states.names.categories[rows.category[0]], rows.started_us[0]) == ("sport", microseconds(hours(3)))
    assert (rows.first_read_us[0], rows.reads.last_us[0], rows.reads.n_reads[0]) == (NEVER, NEVER, 0)
    assert turned.article_reads.tolist() == [[0.0] * len(HALF_LIVES_HOURS)]
    assert turned.article_hours[0] == np.inf


def test_an_article_starts_when_it_was_published_or_first_seen_whichever_came_first() -> None:
    """A feed that brings an old article late does not make it new; a date in the future does not hold it back."""
    articles = [article("future", 5, published_at=hours(900)), article("late", 5, published_at=hours(1))]
    states = _states(history(20, [*articles, article("undated", 5, published_at=None)], []))
    assert states.articles.started_us.tolist() == [microseconds(hours(n)) for n in (5, 1, 5)]


def test_acts_weigh_more_than_reads_and_reading_time_moves_a_weight_by_half() -> None:
    """A share counts 3.5 reads; no time 0.5, a minute 1, two minutes or an hour 1.5; unmeasured 1."""
    kinds = frame((c.KIND,), [{c.KIND: kind} for kind in ("share", "read", "read", "read", "read")])[c.KIND]
    dwell = np.array([np.nan, 0.0, 60.0, 120.0, 3600.0])
    assert read_weights(kinds, dwell).tolist() == [3.5, 0.5, 1.0, 1.5, 1.5]


def test_reads_count_in_the_region_they_came_from_else_in_the_one_on_the_readers_record() -> None:
    """A reader lives where their record says, else where they read last; a read is placed by its own or the record."""
    reads = [read(1, "a", 1), read(1, "a", 2, region="south"), read(2, "a", 2, region="south"), read(2, "a", 3)]
    states = _states(history(20, [article("a")], [*reads, read(3, "a", 4)], [reader(1, region="north")]))
    assert _reads_of_audiences(states) == {("a", "region=north"): 1, ("a", "region=south"): 2}
    homes = [states.names.audiences[code] if code >= 0 else None for code in states.readers.audiences[:, 0]]
    assert homes == ["region=north", "region=south", None]


def test_audiences_are_regions_devices_and_referrers() -> None:
    """One read counts once in each kind of audience that it names; a reader is where they were last, kind by kind."""
    reads = [read(1, "a", 1, device="mobile", referrer="search"), read(1, "b", 2, device="desktop")]
    states = _states(history(20, [article("a"), article("b")], reads))
    assert _reads_of_audiences(states) == {
        ("a", "device=mobile"): 1, ("a", "referrer=search"): 1, ("b", "device=desktop"): 1,
    }  # fmt: skip
    audiences = states.names.audiences
    assert states.readers.audiences.tolist() == [[-1, *audiences.get_indexer(["device=desktop", "referrer=search"])]]


def test_totals_hold_all_reads_of_a_scope() -> None:
    """Everywhere, each audience, category and publisher that has reads; reads of unknown articles count everywhere."""
    articles = [article("a", category="art", publisher="p"), article("b", category="city", publisher="p")]
    reads = [read(1, "a", 4, region="north"), read(2, "b", 10, dwell_seconds=60.0), read(3, "gone", 16)]
    totals = _states(history(20, [*articles, article("c", category="chess")], reads)).totals
    counts = dict(zip(totals.scope, totals.reads.n_reads.tolist(), strict=True))
    assert counts == {"": 3, "region=north": 1, "category=art": 1, "category=city": 1, "publisher=p": 2}
    assert totals.reads.decayed[0, H6] == pytest.approx(1 / 4 + 1 / 2 + 1)
    assert dict(zip(totals.scope, totals.dwell_sum_seconds, strict=True))["publisher=p"] == 60


def test_tastes_are_shares_of_decayed_reads_with_ties_by_name() -> None:
    """Three reads: two of sport 72 h before the last count 1/2 each, one of art counts 1: a tie, by name."""
    articles = [article("a", category="art", language="de"), article("s", category="sport", language="en")]
    reads = [read(1, "s", 0.0), read(1, "s", 0.0, event_id="again"), read(1, "a", 72)]
    states = _states(history(100, [*articles, article("n")], [*reads, read(1, "n", 72)]))
    rows, names = states.readers, states.names
    assert names.categories[rows.categories[0, :2]].tolist() == ["art", "sport"]
    assert rows.category_shares[0, :3] == pytest.approx([1 / 2, 1 / 2, 0])
    assert rows.categories[0, 2] == -1
    assert names.languages[rows.language[0]] == "de"


def test_recent_articles_are_distinct_newest_first_with_the_longest_time() -> None:
    """An article read twice stands where it was read last, with its longest time; -1 where none was measured."""
    reads = [read(1, "a", 1, dwell_seconds=90.0), read(1, "b", 2), read(1, "a", 3, dwell_seconds=10.0)]
    row = rows_of(_states(history(20, [article("a"), article("b")], reads)))["reader_state"].iloc[0]
    assert row[c.RECENT_ARTICLES] == ("a", "b")
    assert row[c.RECENT_DWELL_SECONDS] == (90.0, -1.0)
    assert row[c.MEDIAN_DWELL_SECONDS] == 50.0


def test_at_most_twenty_recent_articles_and_eight_categories() -> None:
    """Lists are short whatever a reader does."""
    articles = [article(f"a{n:02d}", category=f"c{n:02d}") for n in range(30)]
    reads = [read(1, f"a{n:02d}", n) for n in range(30)]
    row = rows_of(_states(history(40, articles, reads)))["reader_state"].iloc[0]
    assert row[c.RECENT_ARTICLES] == tuple(f"a{n:02d}" for n in range(29, 9, -1))
    assert row[c.CATEGORIES] == tuple(f"c{n:02d}" for n in range(29, 21, -1))


def test_no_reads_and_no_readers_give_empty_states() -> None:
    """An empty day is no error; everywhere has a total all the same."""
    states = _states(history(20, [], []))
    assert [len(rows) for rows in rows_of(states).values()] == [0, 0, 1, 0]


def test_chosen_articles_and_readers_have_the_same_rows_as_among_all() -> None:
    """A refresh that asks for a few gets what everybody's states say of them, and the same totals, bit by bit."""
    world = random_history(2)
    dataset = interaction_dataset(world)
    whole, few = states_at(dataset, world.as_of, DATA), None
    articles, readers = whole.articles.article[5:25:3], np.flatnonzero(np.isin(dataset.reader_keys, [3, 4, 30]))
    few = states_at(dataset, world.as_of, DATA, articles=articles, readers=readers)
    ids, keys = dataset.article_ids[articles], dataset.reader_keys[readers]
    for name, rows in rows_of(few).items():
        expected = rows_of(whole)[name]
        if c.ARTICLE_ID in expected:
            expected = expected[expected[c.ARTICLE_ID].isin(ids)]
        if c.READER_KEY in expected:
            expected = expected[expected[c.READER_KEY].isin(keys)]
        pd.testing.assert_frame_equal(rows, expected.reset_index(drop=True))


def test_fallbacks_have_rows_where_they_are_asked_for_only() -> None:
    """Somebody of a region: no reads, no tastes, that region; everybody's states do not hold them."""
    world = history(9, [article("a")], [read(1, "a", 2, region="north")])
    dataset = interaction_dataset(world)
    assert states_at(dataset, world.as_of, DATA).readers.reader_key.tolist() == [1]
    row = states_at(dataset, world.as_of, DATA, readers=np.array([1])).readers
    assert dataset.names.audiences[row.audiences[0, 0]] == "region=north"
    assert (row.reads.n_reads.tolist(), row.reads.last_us.tolist()) == ([0], [NEVER])


def test_fallbacks_have_the_same_rows_without_a_look_at_the_reads() -> None:
    """Region and interest of their scope, and no reads, whoever else has read."""
    world = random_history(5)
    dataset = interaction_dataset(world)
    fallbacks = np.arange(len(dataset.fallbacks))
    among_all = states_at(dataset, world.as_of, DATA, readers=fallbacks).readers
    alone = fallback_rows(dataset, world.as_of)
    assert len(fallbacks) > 3
    assert alone.reads.n_reads.tolist() == [0] * len(fallbacks)
    for name in (field.name for field in fields(ReaderRows) if field.name != "reads"):
        np.testing.assert_array_equal(getattr(alone, name), getattr(among_all, name))


def test_an_entity_without_new_events_has_the_same_state_whatever_others_do() -> None:
    """One read more of one article by one reader leaves all other rows as they were, bit by bit."""
    world = random_history(3)
    more = history(144, [], [*world.reads.to_dict("records"), read(7, "a001", 143.9)])
    before, after = (rows_of(_states(w)) for w in (world, replace(world, reads=more.reads)))
    for name, key, touched in (("article_state", c.ARTICLE_ID, "a001"), ("reader_state", c.READER_KEY, 7)):
        old, new = before[name].set_index(key)[c.FINGERPRINT], after[name].set_index(key)[c.FINGERPRINT]
        assert old.index[(old != new).to_numpy()].tolist() == [touched]


def test_a_duplicate_marked_later_does_not_change_the_past() -> None:
    """Until it is marked, an article's reads are its own; from then on they are those of the one it repeats."""
    copy = article("copy", 1, category="city")
    marked = copy | {c.DUPLICATE_OF: "first", c.DUPLICATE_KIND: "content", c.RECORDED_AT: hours(9)}
    world = history(10, [article("first"), copy, marked], [read(1, "first", 4), read(1, "copy", 5)])
    names = interaction_dataset(world).article_ids
    for at, expected in ((8, {"copy": 1, "first": 1}), (10, {"copy": 0, "first": 2})):
        rows = _states(world, at).articles
        assert dict(zip(names[rows.article], rows.reads.n_reads.tolist(), strict=True)) == expected


def test_facts_that_were_recorded_later_are_not_known_yet() -> None:
    """At hour 8 the reader's record, the article's record and the correction of its category are still to come."""
    corrected = article("a", 1, category="art", recorded_at=hours(9))
    late = article("b", 2, category="chess", recorded_at=hours(9), first_seen_at=hours(9))
    world = history(
        10, [article("a", 1, category="city"), corrected, late], [read(1, "a", 4), read(1, "b", 5)],
        [reader(1, 9, region="north", interests=("art",))],
    )  # fmt: skip
    rows = rows_of(_states(world, 8))
    assert rows["article_state"][[c.ARTICLE_ID, c.CATEGORY]].to_numpy().tolist() == [["a", "city"]]
    assert rows["article_audience_state"].empty
    assert rows["total_state"][[c.SCOPE, c.N_READS]].to_numpy().tolist() == [["", 2], ["category=city", 1]]
    one = rows["reader_state"].iloc[0]
    assert (one[c.REGION], one[c.INTERESTS], one[c.RECENT_ARTICLES], one[c.N_READS]) == (None, (), ("a",), 2)


@pytest.mark.parametrize("tick", [30.0, 77.7, 120.0])
@pytest.mark.parametrize("data", [DATA, DataParams(max_days=3, max_interactions=60, max_unread_days=0.2)])
@pytest.mark.parametrize("seed", range(4))
def test_a_later_dataset_gives_the_states_of_the_history_as_it_was_then(
    seed: int, tick: float, data: DataParams
) -> None:
    """Corrections, marks, late rows and readers of later: a tick's states are those of its own history, bit by bit."""
    world = random_history(seed)
    then = rows_of(_states(history_at(world, hours(tick), data), data=data))
    for name, rows in rows_of(_states(world, tick, data)).items():
        pd.testing.assert_frame_equal(rows, then[name])


@pytest.mark.parametrize("tick", [30.0, 77.7, 120.0])
def test_rows_recorded_after_a_moment_do_not_reach_its_states(tick: float) -> None:
    """Half of what was recorded later dropped, the rest changed: not one bit of the states differs."""
    world, draw = random_history(5), np.random.default_rng(5)
    expected = rows_of(_states(world, tick, DATA))
    later = world.reads[c.RECORDED_AT] > hours(tick)
    kept = world.reads[~later | (draw.random(len(world.reads)) < 0.5)].copy()
    changed = kept[c.RECORDED_AT] > hours(tick)
    kept.loc[changed, [c.REGION, c.KIND, c.DWELL_SECONDS]] = ["elsewhere", "share", 1e4]
    kept.loc[changed, c.ARTICLE_ID] = draw.permutation(kept.loc[changed, c.ARTICLE_ID])
    articles, readers = world.articles.copy(), world.readers.copy()
    articles.loc[articles[c.RECORDED_AT] > hours(tick), [c.CATEGORY, c.PUBLISHER, c.LANGUAGE]] = "new"
    readers.loc[readers[c.RECORDED_AT] > hours(tick), c.REGION] = "new"
    other = replace(world, reads=kept.reset_index(drop=True), articles=articles, readers=readers)
    for name, rows in rows_of(_states(other, tick, DATA)).items():
        pd.testing.assert_frame_equal(rows, expected[name])
