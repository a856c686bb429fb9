"""Pair features, by hand, and what becomes of them where a data set lacks something."""

import time
from datetime import datetime

import numpy as np
import pandas as pd
import pytest

from frontpage.core import columns as c
from frontpage.core.history import History
from frontpage.core.sections.data import DataParams
from frontpage.features.entities import Entities, entities_of, pairs_of
from frontpage.features.feature_store.codec import Stored, states_of
from frontpage.features.feature_store.views import ARTICLE_AUDIENCES, ARTICLES, READERS, TOTALS
from frontpage.features.interactions import interaction_dataset, microseconds
from frontpage.features.names import AUDIENCE_KINDS
from frontpage.features.pairs import (
    EXTRA_NAMES,
    FEATURE_NAMES,
    GROUPS,
    features_of,
    has_text,
    pair_features,
    unavailable_features,
)
from frontpage.features.states import states_at
from tests.feature_worlds import article, history, hours, random_history, read, reader
from tests.state_frames import rows_of


def _entities(world: History, moment: datetime | None = None) -> Entities:
    return entities_of(states_at(interaction_dataset(world), moment or world.as_of, DataParams()))


def _features(world: History, reader_key: int, article_id: str, moment: float) -> dict[str, float]:
    entities = _entities(world, hours(moment))
    matrix = features_of(entities, pairs_of(entities, np.array([reader_key]), np.array([article_id])))
    return dict(zip(FEATURE_NAMES, matrix[0].tolist(), strict=True))


def _read_pairs(world: History, entities: Entities) -> pd.DataFrame:
    """The distinct (reader, article) that were read, as far as both have a state."""
    keys = world.reads[[c.READER_KEY, c.ARTICLE_ID]].drop_duplicates()
    articles, readers = entities.states.articles, entities.states.readers
    is_there = keys[c.ARTICLE_ID].isin(entities.states.names.articles[articles.article])
    return keys[is_there & keys[c.READER_KEY].isin(readers.reader_key)]


def test_counts_age_and_time_since_the_last_read_are_logarithms() -> None:
    """One read three hours ago is sqrt(1/2) of a read at half-life 6 h; logarithms of 1 + x keep the scale readable."""
    row = _features(history(20, [article("a", 2)], [read(1, "a", 9)]), 1, "a", 12)
    assert row["article_reads_6h"] == pytest.approx(np.log1p(2**-0.5))
    assert row["article_age_hours"] == pytest.approx(np.log1p(10))
    assert row["reader_hours_since_read"] == pytest.approx(np.log1p(3))
    assert row["article_share_2h"] == pytest.approx(1)


def test_a_steady_article_has_no_trend_and_a_new_burst_has() -> None:
    """Reads every quarter of an hour for five days: short and long half-lives give the same rate."""
    steady = [read(n, "a", n / 4) for n in range(480)]
    assert _features(history(121, [article("a")], steady), 1, "a", 120)["trend_2h_24h"] == pytest.approx(0, abs=0.1)
    burst = [read(n, "a", 119 + n / 100) for n in range(100)]
    assert _features(history(121, [article("a")], burst), 1, "a", 120)["trend_2h_24h"] > 1


def test_region_lift_compares_the_articles_share_of_a_region_with_all_reads() -> None:
    """Half of all reads are from the north, all 5 of the article's: lift (5 + 5/2) / (5 + 5) / (1/2) = 1.5."""
    reads = [read(n, "a", 10, region="north") for n in range(5)]
    reads += [read(n, "b", 10, region="south") for n in range(5, 10)]
    world = history(20, [article("a"), article("b")], reads)
    here, elsewhere = _features(world, 1, "a", 10), _features(world, 6, "a", 10)
    assert here["region_lift_1h"] == here["region_lift_6h"] == pytest.approx(np.log(1.5))
    assert elsewhere["region_lift_6h"] == pytest.approx(np.log((5 / 2) / 10 / (1 / 2)))
    assert [here["region_reads_1h"], elsewhere["region_reads_1h"]] == [pytest.approx(np.log1p(5)), 0]
    assert [here["device_lift_1h"], here["referrer_reads_1h"]] == [0, 0]


@pytest.mark.parametrize("kind", AUDIENCE_KINDS)
def test_each_kind_of_audience_has_its_own_reads_and_lift(kind: str) -> None:
    """A third of all reads is of this audience, all three of the article's: (3 + 5/3) / (3 + 5) / (1/3) = 1.75."""
    reads = [read(n, "a", 10, **{kind: "here"}) for n in range(3)] + [read(n, "b", 10) for n in range(3, 9)]
    row = _features(history(20, [article("a"), article("b")], reads), 1, "a", 11)
    assert row[f"{kind}_reads_1h"] == pytest.approx(np.log1p(3 / 2))
    reads_6h, prior = 3 * 2 ** (-1 / 6), 5
    lift = (reads_6h + prior / 3) / (reads_6h + prior) / (1 / 3)
    assert row[f"{kind}_lift_6h"] == pytest.approx(np.log(lift))


def test_mean_dwell_leans_on_the_mean_of_all_until_it_is_measured_often() -> None:
    """One reading of 120 s beside five assumed of the mean of all, 60 s: (120 + 5 x 60) / 6 seconds."""
    reads = [read(1, "a", 1, dwell_seconds=120.0), read(2, "b", 1, dwell_seconds=0.0)]
    row = _features(history(20, [article("a"), article("b")], reads), 1, "a", 2)
    assert row["article_mean_dwell_minutes"] == pytest.approx((120 + 5 * 60) / 6 / 60)


def test_mean_dwell_leans_on_the_category_where_that_is_measured_else_on_the_publisher() -> None:
    """Categories art (120 s) and city (none), one publisher (120 s and 30 s: mean 75): 120, then 75 seconds."""
    of_p = [article(i, category=category, publisher="p") for i, category in (("a", "art"), ("b", "art"), ("d", "city"))]
    articles = [*of_p[:2], article("c", publisher="p"), of_p[2]]
    reads = [read(1, "a", 1, dwell_seconds=120.0), read(2, "c", 1, dwell_seconds=30.0)]
    art, city = (_features(history(20, articles, reads), 1, article_id, 2) for article_id in ("b", "d"))
    assert [art["article_mean_dwell_minutes"], art["category_mean_dwell_minutes"]] == [2, 2]
    assert city["article_mean_dwell_minutes"] == city["publisher_mean_dwell_minutes"] == 75 / 60


def test_taste_and_interest_speak_of_the_articles_category() -> None:
    """Read: 1/1 science; picked at sign-up: sport."""
    articles = [article("s", category="science", publisher="p", language="en"),
                article("t", category="sport", publisher="q", language="de")]  # fmt: skip
    world = history(20, articles, [read(1, "s", 1)], [reader(1, interests=("sport", "chess"))])
    science, sport = _features(world, 1, "s", 2), _features(world, 1, "t", 2)
    names = ("category_affinity", "interest_match", "publisher_affinity", "same_language")
    assert [science[name] for name in names] == [1, 0, 1, 1]
    assert [sport[name] for name in names] == [0, 1, 0, 0]


def test_without_category_region_dwell_language_and_interests_features_are_constant_and_named() -> None:
    """A poor data set gives a matrix without NaN, and says which features say nothing."""
    world = random_history(5)
    poor = History(
        world.as_of,
        world.articles.assign(**dict.fromkeys((c.CATEGORY, c.PUBLISHER, c.LANGUAGE))),
        world.reads.assign(**{**dict.fromkeys(AUDIENCE_KINDS), c.DWELL_SECONDS: np.nan}),
        world.readers.assign(**{c.REGION: None, c.INTERESTS: None}),
    )
    entities = _entities(poor)
    keys = _read_pairs(poor, entities)
    matrix = features_of(entities, pairs_of(entities, keys[c.READER_KEY], keys[c.ARTICLE_ID]))
    named = unavailable_features(poor, with_text=has_text(poor))
    assert np.isfinite(matrix).all()
    assert {name for i, name in enumerate(FEATURE_NAMES) if np.ptp(matrix[:, i]) == 0} >= set(named)
    groups = {"category", "interest", "publisher", "language", "reading_time", *AUDIENCE_KINDS}
    assert {name for name, group in GROUPS.items() if group in groups} <= set(named)
    assert unavailable_features(world, with_text=has_text(world)) == []
    assert unavailable_features(world, with_text=False) == ["content_score", "content_score_last"]


def test_extra_columns_follow_and_their_gaps_are_zero() -> None:
    """Scores of a model version are the caller's; a reader it does not know has none."""
    world = random_history(6)
    entities = _entities(world)
    extra = {"als_score": np.array([0.5, np.nan])}
    matrix, names = pair_features(entities, pairs_of(entities, np.array([1, 2]), np.array(["a001", "a002"])), extra)
    assert names == (*FEATURE_NAMES, "als_score")
    assert matrix.dtype == np.float32
    assert matrix[:, -1].tolist() == [0.5, 0]


def test_every_feature_has_a_group_of_reasons() -> None:
    """Reasons are given by group; a feature without one could not be explained."""
    assert set(GROUPS) == {*FEATURE_NAMES, *EXTRA_NAMES}


def test_no_pairs_give_an_empty_matrix() -> None:
    """Nothing asked, nothing answered: also of a newsroom without any article or reader."""
    nobody = np.array([], dtype=np.int64)
    for world in (random_history(6), history(20, [], [])):
        entities = _entities(world)
        assert features_of(entities, pairs_of(entities, nobody, np.array([], dtype=object))).shape == (
            0, len(FEATURE_NAMES),
        )  # fmt: skip


def test_pairs_at_several_moments_equal_pairs_at_each_moment() -> None:
    """Training's rows of many ticks in one call give what one call per tick gives."""
    world = random_history(7)
    moments = [hours(100), hours(120)]
    alone = [_entities(world, moment) for moment in moments]
    frames = [rows_of(entities.states) for entities in alone]
    stamps = [pd.Timestamp(moment).as_unit("us") for moment in moments]
    both = [
        pd.concat([rows[view.name].assign(as_of=stamp) for rows, stamp in zip(frames, stamps, strict=True)])
        for view in (ARTICLES, ARTICLE_AUDIENCES, TOTALS, READERS)
    ]
    together = entities_of(states_of(Stored(*both)))
    keys = _read_pairs(world, alone[0]).head(50)
    at_us = np.array([microseconds(moments[n % 2]) for n in range(len(keys))])
    ids, who = keys[c.ARTICLE_ID].to_numpy(), keys[c.READER_KEY].to_numpy()
    matrix = features_of(together, pairs_of(together, who, ids, at_us))
    for n, entities in enumerate(alone):
        expected = features_of(entities, pairs_of(entities, who, ids))
        np.testing.assert_array_equal(matrix[n::2], expected[n::2])


def test_a_pair_without_state_is_named() -> None:
    """A reader or article that is not there is an error of the caller, not a row of zeros."""
    entities = _entities(random_history(8))
    with pytest.raises(KeyError, match="article of pair 1"):
        pairs_of(entities, np.array([1, 1]), np.array(["a001", "missing"]))
    with pytest.raises(KeyError, match="reader of pair 0"):
        pairs_of(entities, np.array([10**6]), np.array(["a001"]))


def test_a_share_or_lift_of_nothing_is_finite() -> None:
    """Nobody has read anything, or not for a month: no division by zero, no infinite trend."""
    world = history(900, [article("a", 0, category="art"), article("b", 899)], [read(1, "a", 1, device="mobile")])
    entities = _entities(world, hours(650))
    matrix = features_of(entities, pairs_of(entities, np.array([1]), np.array(["a"])))
    assert np.isfinite(matrix).all()
    assert np.isfinite(list(_features(history(20, [article("a")], [], [reader(1)]), 1, "a", 5).values())).all()


@pytest.mark.ml_test("data-3")
def test_no_feature_costs_too_much():
    """A pair has a number of at most eight bytes for each feature, in at most 50 microseconds of CPU for all."""
    world, n = random_history(5), 100_000
    entities, draw = _entities(world), np.random.default_rng(5)
    readers = draw.choice(world.readers[c.READER_KEY].to_numpy(), n)
    articles = draw.choice(world.articles[c.ARTICLE_ID].to_numpy(), n)
    pairs = pairs_of(entities, readers, articles)
    before = time.process_time()
    matrix = features_of(entities, pairs)
    assert time.process_time() - before < 50e-6 * n
    assert matrix.nbytes <= 8 * n * len(FEATURE_NAMES)
