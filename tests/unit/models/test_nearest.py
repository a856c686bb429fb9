"""A reader's profile: the mean of recent reads, weighted by reading time and by how long ago they were."""

from typing import Any

import numpy as np

from frontpage.core.params import Params
from frontpage.features.interactions import interaction_dataset
from models.context import scoring_context
from models.retrieval.nearest import Vectors, profiles

from .worlds import NOW, article, history, read, reader

_DAY = 24.0
_ARTICLES = [article("a", 99 * _DAY), article("b", 99 * _DAY)]
#: "a" points along the first axis, "b" along the second: a profile is (weight of a, weight of b), to scale.
_AXES = np.eye(2, dtype=np.float32)


def _profiles(*reads: dict[str, Any]) -> Vectors:
    past = history(_ARTICLES, list(reads), [reader(1)])
    return profiles(scoring_context(interaction_dataset(past), NOW, Params()), _AXES, half_life_days=2.0)


def _ratio(*reads: dict[str, Any]) -> float:
    """Weight of "a" over weight of "b" in the only reader's profile."""
    (profile,) = _profiles(*reads)
    return float(profile[0] / profile[1])


def test_a_read_weighs_half_after_a_half_life() -> None:
    """Equal reads, one of them 2 and 4 days older than the other at a half-life of 2 days: 2 and 4 to 1."""
    assert np.isclose(_ratio(read(1, "a", 1.0), read(1, "b", 1.0 + 2 * _DAY)), 2.0)
    assert np.isclose(_ratio(read(1, "a", 1.0), read(1, "b", 1.0 + 4 * _DAY)), 4.0)


def test_a_long_read_weighs_more_than_a_short_one() -> None:
    """Two minutes count 1.5, none 0.5: 3 to 1; an unmeasured read counts 1, so it is 2 to 1 against none."""
    left = read(1, "b", dwell_seconds=0.0)
    assert np.isclose(_ratio(read(1, "a", dwell_seconds=120.0), left), 3.0)
    assert np.isclose(_ratio(read(1, "a"), left), 2.0)


def test_reads_of_one_article_add_up_and_the_length_is_one() -> None:
    """Two reads of "a" and one of "b", all now: (2, 1) scaled to length 1."""
    (profile,) = _profiles(read(1, "a", 0.0), read(1, "a", 0.0, event_id="again"), read(1, "b", 0.0))
    assert np.allclose(profile, np.array([2.0, 1.0]) / np.sqrt(5.0))


def test_only_the_newest_twenty_reads_count() -> None:
    """The 21st newest read leaves no trace."""
    newest = [read(1, "a", float(hours)) for hours in range(20)]
    assert np.allclose(_profiles(*newest, read(1, "b", 20.0)), [[1.0, 0.0]])


def test_an_old_taste_is_still_a_taste_and_none_is_zero() -> None:
    """One read, 49 half-lives ago, points where it pointed; a reader without reads has zeros."""
    (profile,) = _profiles(read(1, "a", 98 * _DAY))
    assert np.allclose(profile, [1.0, 0.0])
    assert not _profiles().any()
