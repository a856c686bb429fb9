"""The single methods that ours is compared with, each by a case small enough for paper."""

import numpy as np
import pytest

from frontpage.core.history import History
from frontpage.core.params import Params
from frontpage.core.schema.states import HALF_LIVES_HOURS
from frontpage.features.interactions import interaction_dataset
from models.context import scoring_context
from models.evaluation.baselines import (
    BASELINE_NAMES,
    POPULARITY_NAMES,
    at_random,
    baselines,
    co_occurrence_alone,
    count_name,
    last_day,
    latest,
    popularity_baselines,
    servable,
)
from models.inputs import ScoringInputs
from models.topk import TopK

from .test_evaluator import bare_view
from .worlds import NOW, article, history, read, reader


def seen_by(past: History, keys: list[int]) -> ScoringInputs:
    """Everything as of NOW, for readers by key."""
    dataset = interaction_dataset(past)
    return bare_view(scoring_context(dataset, NOW, Params(), readers=np.searchsorted(dataset.reader_keys, keys)))


def names(now: ScoringInputs, top_k: TopK, row: int = 0) -> str:
    """One reader's list, each article by its one letter."""
    kept = top_k.article[top_k.reader == row]
    return "".join(now.context.dataset.article_ids[now.context.live[kept]])


def test_latest_is_by_age_and_leaves_out_what_was_read() -> None:
    """First b, then c; a was read."""
    now = seen_by(history([article("a", 1), article("b", 0.5), article("c", 2)], [read(1, "a")], []), [1])
    assert names(now, latest(now, np.array([0]))) == "bc"


def test_clicks_of_the_last_day_do_not_fade() -> None:
    """Two reads 20 hours ago beat one of this hour; three from two days ago are none."""
    rows = [article(name, 60) for name in "abc"]
    reads = [read(2, "a", 20), read(3, "a", 19), read(2, "b", 0.5), *(read(key, "c", 48) for key in (2, 3, 4))]
    now = seen_by(history(rows, reads, [reader(1)]), [1])
    assert names(now, last_day(now, np.array([0])))[:2] == "ab"


@pytest.mark.parametrize(("hours", "first"), [(0.1, "b"), (168.0, "a")])
def test_a_decayed_count_by_hand(hours: float, first: str) -> None:
    """Two reads three hours ago against one of now: 2 * 2^-30 < 1 with six minutes, 2 * 2^-0.02 > 1 with a week."""
    rows = [article(name, 60) for name in "ab"]
    now = seen_by(history(rows, [read(2, "a", 3), read(3, "a", 3), read(2, "b", 0)], [reader(1)]), [1])
    assert names(now, servable(Params())[count_name(hours)].top_k(now, np.array([0])))[0] == first


def test_co_reading_knows_nothing_of_a_reader_without_reads() -> None:
    """Reader 1 has read what 2 read and gets 2's other article; reader 9 gets no list."""
    rows = [article(name, 9) for name in "abz"]
    reads = [read(1, "a", 3), read(2, "a", 3), read(2, "b", 2), read(3, "z", 2)]
    now = seen_by(history(rows, reads, [reader(9)]), [1, 9])
    made = co_occurrence_alone(now, np.array([0, 1]))
    assert names(now, made, 0) == "b"
    assert names(now, made, 1) == ""


@pytest.mark.parametrize("n_articles", [12, 700])
def test_random_lists_are_ten_unread_articles_that_differ(n_articles: int) -> None:
    """Whether all articles are shuffled or some are drawn; the same for the same seed, another for another one."""
    rows = [article(f"a{number:04d}", 9) for number in range(n_articles)]
    past = history(rows, [read(1, "a0003", 2), read(1, "a0005", 2)], [reader(2)])
    now = seen_by(past, [1, 2])
    made = at_random(1)(now, np.array([0, 1]))
    assert np.bincount(made.reader).tolist() == [10, 10]
    assert not now.context.is_seen(made.reader, made.article).any()
    assert len(np.unique(made.reader * n_articles + made.article)) == 20
    assert made.article.tolist() == at_random(1)(now, np.array([0, 1])).article.tolist()
    assert made.article.tolist() != at_random(2)(now, np.array([0, 1])).article.tolist()


def test_there_is_a_count_for_each_half_life_and_a_baseline_for_each_part() -> None:
    """Each half-life separately, clicks of a day, the newest; beside them ALS, co-occurrence, chance."""
    by_name = [count_name(hours) for hours in HALF_LIVES_HOURS]
    assert by_name[0] == "decayed_0.1h"
    assert by_name[-1] == "decayed_168h"
    assert (*popularity_baselines(Params()),) == POPULARITY_NAMES == (*by_name, "clicks_24h", "latest")
    assert (*baselines(Params(), 0),) == BASELINE_NAMES == (*POPULARITY_NAMES, "als", "together", "random")
