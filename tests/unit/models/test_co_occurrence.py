"""Co-occurrence by hand: who is alike, what they add, and that readers yet to come change nothing."""

from math import log, sqrt

import numpy as np
import pytest

from frontpage.core.history import History
from frontpage.core.params import Params
from frontpage.core.sections.training import CoOccurrenceParams
from frontpage.features.interactions import interaction_dataset
from models.context import scoring_context
from models.retrieval.co_occurrence import CoOccurrence, co_occurrence_of

from .worlds import article, history, read, reader

PARAMS = CoOccurrenceParams(half_life_hours=2.0)


def scores(past: History, key: int, params: CoOccurrenceParams = PARAMS) -> tuple[CoOccurrence, dict[str, float]]:
    """Of one reader, by article."""
    dataset = interaction_dataset(past)
    at = scoring_context(dataset, past.as_of, Params(), readers=np.searchsorted(dataset.reader_keys, [key]))
    made = co_occurrence_of(at, params)
    row = made.scores(np.array([0])).toarray()[0]
    return made, {str(dataset.article_ids[live]): float(row[place]) for place, live in enumerate(at.live)}


def test_one_common_article_by_hand() -> None:
    """Three readers, a read by two of them, b and c by one each; b was read one half-life ago.

    The weight of a is log(4/3)^2, that of b and c log(4/2)^2; a reader's length is 1 + the root of the summed weights.
    """
    rows = [article(name, 9) for name in "abc"]
    past = history(rows, [read(1, "a", 4), read(2, "a", 4), read(2, "b", 2), read(3, "c", 2)], [])
    common, rare = log(4 / 3) ** 2, log(4 / 2) ** 2
    likeness = common / ((sqrt(common) + 1) * (sqrt(common + rare) + 1))
    made, found = scores(past, 1)
    assert made.likeness.tolist() == pytest.approx([likeness])
    assert found["b"] == pytest.approx(likeness * 0.5, rel=1e-5)
    assert found["c"] == 0
    assert made.popularity.tolist() == pytest.approx([2 * 2**-2 / 3, 0.5 / 3, 0.5 / 3])


def test_readers_who_have_read_nothing_change_nothing() -> None:
    """A thousand who signed up, or who will come later, are not counted as readers who did not read an article."""
    rows = [article(name, 9) for name in "ab"]
    reads = [read(1, "a", 4), read(2, "a", 4), read(2, "b", 2)]
    _, alone = scores(history(rows, reads, []), 1)
    _, crowd = scores(history(rows, reads, [reader(key) for key in range(10, 200)]), 1)
    assert crowd == alone


def test_only_the_newest_reads_and_the_most_read_articles_are_looked_at() -> None:
    """With one read there is nobody else; with one article the less read one has no score."""
    rows = [article(name, 9) for name in "abc"]
    reads = [read(1, "a", 4), read(2, "a", 3.9), read(2, "b", 2), read(3, "b", 1.9), read(2, "c", 2)]
    past = history(rows, reads, [])
    assert not any(scores(past, 1, CoOccurrenceParams(max_reads=1))[1].values())
    found = scores(past, 1, CoOccurrenceParams(max_articles=1))[1]
    assert found["b"] > 0
    assert found["c"] == 0


def test_no_reads_give_zeros() -> None:
    """Nobody has read anything."""
    made, found = scores(history([article("a", 9)], [], [reader(1)]), 1)
    assert found == {"a": 0.0}
    assert made.likeness.tolist() == [0.0]
    features = made.features(np.array([0]), np.array([0]))
    assert {name: values.tolist() for name, values in features.items()} == {
        "together_score": [0.0],
        "together_lift": [0.0],
    }
