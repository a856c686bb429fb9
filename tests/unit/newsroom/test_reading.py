"""The pieces of the reading model: cycles, positions, sentences, measures."""

import math
from datetime import UTC, datetime

import numpy as np
import pytest

from frontpage.newsroom.calibration import ndcg
from frontpage.newsroom.cycles import cycle, hour_number, hour_start
from frontpage.newsroom.parameters import load_parameters
from frontpage.newsroom.reading import _by_position
from frontpage.newsroom.vocabulary import Topic, load_vocabulary
from frontpage.newsroom.writing import article_id, slice_name, times


def test_cycles_follow_the_local_clock() -> None:
    """At 12:00 UTC in winter it is 7 in New York and 13 in Lagos; Monday counts as Monday there."""
    hours = [float(hour) for hour in range(24)]
    noon = hour_number(datetime(2026, 3, 2, 12, tzinfo=UTC))
    found = cycle(noon, ["America/New_York", "Africa/Lagos"], hours, [1.0] * 7)
    assert found.tolist() == [7 / 11.5, 13 / 11.5]
    late = hour_number(datetime(2026, 3, 2, 2, tzinfo=UTC))
    assert cycle(late, ["America/New_York"], [1.0] * 24, [0, 0, 0, 0, 0, 0, 7]).tolist() == [7.0]


def test_hours_are_counted_from_the_epoch() -> None:
    """Number and moment are each other's inverse."""
    assert hour_number(datetime(1970, 1, 2, 3, 59, tzinfo=UTC)) == 27
    assert hour_start(27) == datetime(1970, 1, 2, 3, tzinfo=UTC)


def test_exposure_falls_with_position_and_ends() -> None:
    """The best keeps its pull, the second gets 2 ** -power of it, what is not shown gets nothing."""
    exposed = _by_position(np.array([1.0, 4.0, 2.0]), shown=2, power=1.0)
    assert exposed.tolist() == [0.0, 4.0, 2.0 / 2]


def test_the_same_topic_has_the_same_words_in_each_language() -> None:
    """A sentence names its subject, person or place; every template of every language can be filled."""
    vocabulary = load_vocabulary()
    rng = np.random.default_rng(1)
    for category in vocabulary.categories:
        for language in vocabulary.languages:
            for _ in range(20):
                topic = Topic(category, subject=3, place="Quito", name=4, actor=1)
                title, summary = vocabulary.compose(topic, language, 0, rng)
                assert "{" not in title + summary
                assert title[0] == title[0].upper()
                assert vocabulary.categories[category]["subjects"][language][3].lower() in summary.lower()


def test_vocabulary_is_aligned_with_the_parameters() -> None:
    """Each category and language of the parameters has words, as many subjects and actors in each language."""
    parameters, vocabulary = load_parameters(), load_vocabulary()
    assert set(vocabulary.categories) == set(parameters.categories)
    assert set(vocabulary.languages) == set(parameters.languages)
    for words in vocabulary.categories.values():
        assert {len(words["subjects"][language]) for language in parameters.languages} == {vocabulary.n_subjects}
        assert {len(words["actors"][language]) for language in parameters.languages} == {vocabulary.n_actors}


@pytest.mark.parametrize(("begin", "end", "name"), [
    (0, 60, "1970-01-01T00"), (60, 65, "1970-01-01T01-05"), (65, 120, "1970-01-01T01-60"),
])  # fmt: skip
def test_files_are_named_by_their_hour_and_partial_ones_by_their_end(begin: int, end: int, name: str) -> None:
    """Names sort in order of time, also where an hour comes in parts."""
    assert slice_name(begin, end) == name


def test_times_are_text_in_utc_and_missing_ones_are_none() -> None:
    """Milliseconds, rounded down."""
    assert times(np.array([1.5, np.nan])) == ["1970-01-01T01:30:00.000Z", None]


def test_article_ids_say_when_they_were_seen() -> None:
    """Hour and number in it."""
    assert article_id((27 << 14) + 12) == "art-1970010203-0012"


def test_ndcg_of_a_list() -> None:
    """A hit at rank 2 of a reader who read one article is 1 / log2(3)."""
    assert ndcg([5, 7], {7}) == pytest.approx(1 / math.log2(3))
    assert ndcg([7, 8], {7, 8}) == pytest.approx(1.0)
    assert ndcg([1], {7}) == 0.0
