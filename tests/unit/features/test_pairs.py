"""Pair features, by hand, and what becomes of them where a data set lacks something."""

import numpy as np
import pytest

from core import columns as c
from core.history import History
from features.activity import compute_states
from features.entities import Entities, entities_at, pairs_of
from features.pairs import EXTRA_NAMES, FEATURE_NAMES, GROUPS, features_of, pair_features, unavailable_features
from tests.feature_worlds import article, history, hours, random_history, read, reader


def _features(world: History, reader_key: int, article_id: str, moment: float) -> dict[str, float]:
    entities = entities_at(compute_states(world), hours(moment))
    matrix = features_of(entities, pairs_of(entities, [reader_key], [article_id]))
    return dict(zip(FEATURE_NAMES, matrix[0].tolist(), strict=True))


def test_counts_age_and_time_since_the_last_read_are_logarithms() -> None:
    """One read three hours ago is sqrt(1/2) of a read at half-life 6 h; logarithms of 1 + x keep the scale readable."""
    row = _features(history(20, [article("a", 2)], [read(1, "a", 9)]), 1, "a", 12)
    assert row["article_reads_6h"] == pytest.approx(np.log1p(2**-0.5))
    assert row["article_age_hours"] == pytest.approx(np.log1p(10))
    assert row["reader_hours_since_read"] == pytest.approx(np.log1p(3))
    assert row["article_share_of_top_6h"] == pytest.approx(1)


def test_a_steady_article_has_no_trend_and_a_new_burst_has() -> None:
    """Reads every quarter of an hour for five days: short and long half-lives give the same rate."""
    steady = [read(n, "a", n / 4) for n in range(480)]
    assert _features(history(121, [article("a")], steady), 1, "a", 120)["trend_1h_24h"] == pytest.approx(0, abs=0.1)
    burst = [read(n, "a", 119 + n / 100) for n in range(100)]
    assert _features(history(121, [article("a")], burst), 1, "a", 120)["trend_1h_24h"] > 1


def test_region_lift_compares_the_articles_share_of_a_region_with_all_reads() -> None:
    """Half of all reads are from the north, all 5 of the article's: lift (5 + 5/2) / (5 + 5) / (1/2) = 1.5."""
    reads = [read(n, "a", 10, region="north") for n in range(5)]
    reads += [read(n, "b", 10, region="south") for n in range(5, 10)]
    world = history(20, [article("a"), article("b")], reads)
    assert _features(world, 1, "a", 10)["region_lift"] == pytest.approx(np.log(1.5))
    assert _features(world, 6, "a", 10)["region_lift"] == pytest.approx(np.log((5 / 2) / 10 / (1 / 2)))
    assert _features(world, 6, "a", 10)["region_reads_6h"] == 0


def test_mean_dwell_leans_on_the_mean_of_all_until_it_is_measured_often() -> None:
    """One reading of 120 s beside five assumed of the mean of all, 60 s: (120 + 5 x 60) / 6 seconds."""
    reads = [read(1, "a", 1, dwell_seconds=120.0), read(2, "b", 1, dwell_seconds=0.0)]
    row = _features(history(20, [article("a"), article("b")], reads), 1, "a", 2)
    assert row["article_mean_dwell_minutes"] == pytest.approx((120 + 5 * 60) / 6 / 60)


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
        world.reads.assign(**{c.REGION: None, c.DWELL_SECONDS: np.nan}),
        world.readers.assign(**{c.REGION: None, c.INTERESTS: None}),
    )
    entities = entities_at(compute_states(poor), poor.as_of)
    keys = poor.reads[[c.READER_KEY, c.ARTICLE_ID]].drop_duplicates()
    matrix = features_of(entities, pairs_of(entities, keys[c.READER_KEY], keys[c.ARTICLE_ID]))
    named = unavailable_features(poor)
    assert np.isfinite(matrix).all()
    assert {name for i, name in enumerate(FEATURE_NAMES) if np.ptp(matrix[:, i]) == 0} >= set(named)
    assert {"category_affinity", "interest_match", "region_lift", "article_mean_dwell_minutes"} <= set(named)
    assert unavailable_features(world) == []


def test_extra_columns_follow_and_their_gaps_are_zero() -> None:
    """Scores of a model version are the caller's; a reader it does not know has none."""
    world = random_history(6)
    entities = entities_at(compute_states(world), world.as_of)
    pairs = pairs_of(entities, [1, 2], ["a001", "a002"])
    extra = {"als_score": np.array([0.5, np.nan])}
    matrix, names = pair_features(entities.articles, entities.regions, entities.readers, pairs, extra)
    assert names == (*FEATURE_NAMES, "als_score")
    assert matrix.dtype == np.float32
    assert matrix[:, -1].tolist() == [0.5, 0]


def test_every_feature_has_a_group_of_reasons() -> None:
    """Reasons are given by group; a feature without one could not be explained."""
    assert set(GROUPS) == {*FEATURE_NAMES, *EXTRA_NAMES}


def test_pairs_at_several_moments_equal_pairs_at_each_moment() -> None:
    """Training's rows of many ticks in one call give what one call per tick gives."""
    import pandas as pd

    from features.activity import States

    world = random_history(7)
    states = compute_states(world)
    moments = [hours(150), hours(170)]
    frames = ("articles", "article_regions", "regions", "readers")
    both = States(**{
        name: pd.concat([getattr(states, name).assign(as_of=pd.Timestamp(m).as_unit("us")) for m in moments],
                        ignore_index=True)
        for name in frames
    })  # fmt: skip
    keys = world.reads[[c.READER_KEY, c.ARTICLE_ID]].drop_duplicates().head(50)
    together = entities_at(both)
    stamps = pd.Series([moments[n % 2] for n in range(len(keys))])
    pairs = pairs_of(together, keys[c.READER_KEY], keys[c.ARTICLE_ID], stamps)
    matrix = features_of(together, pairs)
    for n, moment in enumerate(moments):
        alone: Entities = entities_at(states, moment)
        expected = features_of(alone, pairs_of(alone, keys[c.READER_KEY], keys[c.ARTICLE_ID]))
        np.testing.assert_array_equal(matrix[n::2], expected[n::2])


def test_a_pair_without_state_is_named() -> None:
    """A reader or article that is not there is an error of the caller, not a row of zeros."""
    entities = entities_at(compute_states(random_history(8)), hours(150))
    with pytest.raises(KeyError, match="article of pair 1"):
        pairs_of(entities, [1, 1], ["a001", "missing"])
