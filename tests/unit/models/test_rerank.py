"""Rules on the list as a whole, each by a case that can be followed by eye, and the place given by lot."""

from math import sqrt
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from frontpage.core import columns as c
from frontpage.core.params import Params
from frontpage.core.sections.lists import ExplorationParams, ListParams
from frontpage.features.interactions import interaction_dataset
from models.context import scoring_context
from models.inputs import ScoringInputs, scoring_inputs
from models.reranking.rerank import Ranked, Reranked, reranker
from models.retrieval import als
from models.retrieval.candidates import Candidates

from .worlds import NOW, article, history, read, reader

NAMES = "abcdefghijklmnopqrst"
PLAIN: dict[str, Any] = {"max_similarity": 1.0}


def seen(rows: list[dict[str, Any]], texts: dict[str, list[float]] | None = None, readers: int = 1) -> ScoringInputs:
    """A moment of some articles and readers; `texts` are vectors of length 1, all others have none."""
    past = history(rows, [read(10**6, rows[0][c.ARTICLE_ID], 30)], [reader(key) for key in range(readers)])
    dataset = interaction_dataset(past)
    at = scoring_context(dataset, NOW, Params(), readers=np.searchsorted(dataset.reader_keys, np.arange(readers)))
    vectors = np.zeros((len(dataset.article_ids), 2), np.float32)
    for name, vector in (texts or {}).items():
        vectors[dataset.article_ids.get_loc(name)] = vector
    nothing = als.Factors(np.zeros((len(at.readers), 2), np.float32), np.zeros((len(at.live), 2), np.float32))
    return scoring_inputs(at, Params(), nothing, vectors)


def ranked(
    now: ScoringInputs, order: str, rules: dict[str, Any], exploration: dict[str, Any] | None = None
) -> Reranked:
    """The lists of all readers where everybody's candidates have margins 1.00, 0.99, 0.98, ... in this order."""
    params = Params(lists=ListParams(**{**PLAIN, **rules}), exploration=ExplorationParams(**(exploration or {})))
    return by_order(now, order, np.arange(len(now.context.readers)), params)


def by_order(now: ScoringInputs, order: str, readers: NDArray[np.int64], params: Params) -> Reranked:
    """The same for some readers only."""
    live = np.searchsorted(now.context.live, now.context.dataset.article_ids.get_indexer(list(order)))
    margin = np.tile(1.0 - 0.01 * np.arange(len(order)), len(readers))
    row = np.repeat(readers, len(order))
    pairs = Candidates(row, np.tile(live, len(readers)), np.zeros(len(row), int))
    return reranker(params)(now, Ranked(pairs, margin, pairs.article))


def names(now: ScoringInputs, made: Reranked, row: int = 0) -> str:
    """One reader's list."""
    return "".join(now.context.dataset.article_ids[now.context.live[made.top_k.article[made.top_k.reader == row]]])


def test_without_rules_the_ten_best_are_listed() -> None:
    """By margin, ranks from 1 on, nothing by lot."""
    now = seen([article(name, 30) for name in NAMES])
    made = ranked(now, NAMES, {})
    assert names(now, made) == NAMES[:10]
    assert made.top_k.rank.tolist() == list(range(1, 11))
    assert set(made.propensity) == {1.0}
    assert not made.is_drawn.any()


def test_equal_margins_go_by_article_id() -> None:
    """Margins that differ by less than what is kept of a score are equal."""
    now = seen([article(name, 30) for name in "abc"])
    pairs = Candidates(np.zeros(3, int), np.array([2, 0, 1]), np.zeros(3, int))
    margin = np.array([1.0, 1.0 + 1e-9, 1.0 - 1e-9])
    made = reranker(Params(lists=ListParams(**PLAIN)))(now, Ranked(pairs, margin, pairs.article))
    assert names(now, made) == "abc"


def test_a_story_stands_once() -> None:
    """Two are one text; c has an angle of 60 degrees to it; d has no text and is like nothing."""
    texts = {"a": [1.0, 0.0], "b": [1.0, 0.0], "c": [0.5, sqrt(0.75)]}
    now = seen([article(name, 30) for name in NAMES], texts)
    assert names(now, ranked(now, NAMES, {"max_similarity": 0.92})) == "a" + NAMES[2:11]
    assert names(now, ranked(now, NAMES, {"max_similarity": 0.4})) == "a" + NAMES[3:12]


def test_a_full_list_comes_before_a_varied_one() -> None:
    """Where only copies are left they fill the list, in the order of their margins."""
    texts = {name: [1.0, 0.0] for name in "abc"}
    now = seen([article(name, 30) for name in "abcd"], texts)
    assert names(now, ranked(now, "abcd", {"max_similarity": 0.92})) == "abcd"
    now = seen([article(name, 30, publisher="one") for name in NAMES[:12]])
    assert names(now, ranked(now, NAMES[:12], {"max_per_publisher": 2})) == NAMES[:10]


@pytest.mark.parametrize(("field", "rule"), [(c.PUBLISHER, "max_per_publisher"), (c.CATEGORY, "max_per_category")])
def test_a_cap_on_publishers_and_on_categories(field: str, rule: str) -> None:
    """The first six are of one kind, three of them may stand; articles without a label are never too many."""
    rows = [article(name, 30, **({field: "one"} if name in "abcdef" else {})) for name in NAMES]
    now = seen(rows)
    assert names(now, ranked(now, NAMES, {rule: 3})) == "abc" + NAMES[6:13]


def test_so_many_are_fresh() -> None:
    """Only n, p and t are of the last day: the two best of them take the last places, none where none is asked."""
    now = seen([article(name, 2 if name in "npt" else 30) for name in NAMES])
    assert names(now, ranked(now, NAMES, {"min_fresh": 2})) == NAMES[:8] + "np"
    assert names(now, ranked(now, NAMES, {"min_fresh": 9})) == NAMES[:7] + "npt"


def test_fresh_ones_that_stand_anyway_count() -> None:
    """One is of the last day, so one more is enough."""
    now = seen([article(name, 2 if name in "anp" else 30) for name in NAMES])
    assert names(now, ranked(now, NAMES, {"min_fresh": 2})) == NAMES[:9] + "n"


def test_diversity_by_hand() -> None:
    """Half of the weight is unlikeness: after a, b (0.99, the same text) is worth 0.495 - 0.5, k (0.90) still 0.45.

    So b is left out; what is chosen stands in the order of its margins.
    """
    now = seen([article(name, 30) for name in NAMES], {"a": [1.0, 0.0], "b": [1.0, 0.0]})
    assert names(now, ranked(now, NAMES, {"diversity": 0.5})) == "a" + NAMES[2:11]
    # With a weight of 0.05 b loses 0.05 and stands behind five worse ones, but stands.
    assert names(now, ranked(now, NAMES, {"diversity": 0.05})) == NAMES[:10]


def test_few_candidates_give_a_short_list() -> None:
    """Three candidates, with and without rules."""
    now = seen([article(name, 30) for name in "abc"])
    for rules in ({}, {"max_per_publisher": 1}, {"min_fresh": 5}):
        made = ranked(now, "cab", rules, {"share": 1.0})
        assert names(now, made) == "cab"
        assert set(made.propensity) == {1.0}


def lot_world(readers: int) -> ScoringInputs:
    """Three are of the last hours and unread; the others are older."""
    return seen([article(name, 2 if name in "opq" else 30) for name in NAMES], readers=readers)


def test_the_lot_has_the_chances_it_says() -> None:
    """A fifth of 4,000 lists have their tenth place drawn, a third of them each of the three; within 4 sigma."""
    now, n, share = lot_world(4_000), 4_000, 0.2
    made = ranked(now, NAMES, {}, {"share": share})
    tenth = made.top_k.rank == 10
    drawn = made.is_drawn[tenth]
    letters = now.context.dataset.article_ids[now.context.live[made.top_k.article[tenth]]]
    assert abs(drawn.sum() - n * share) < 4 * sqrt(n * share * (1 - share))
    for letter in "opq":
        assert abs((letters[drawn] == letter).sum() - n * share / 3) < 4 * sqrt(n * share / 3)
    assert set(letters[~drawn]) == {"j"}
    assert set(made.propensity[tenth][drawn]) == {share / 3}
    assert set(made.propensity[tenth][~drawn]) == {1 - share}
    assert set(made.propensity[~tenth]) == {1.0}


def test_a_lot_waives_no_rule() -> None:
    """One story told by all: the rules are waived from the second place on, and no lot gives the last one."""
    now = seen([article(name, 2) for name in NAMES], {name: [1.0, 0.0] for name in NAMES})
    alike = ranked(now, NAMES, {"max_similarity": 0.9}, {"share": 0.5})
    assert alike.is_waived.sum() == 9
    assert set(alike.propensity) == {1.0}
    assert (ranked(now, NAMES, {}, {"share": 0.5}).propensity < 1).sum() == 1


def test_the_lot_does_not_know_who_else_is_served() -> None:
    """The same reader has the same list in a block of 50, of 7, or alone, and in every run."""
    now = lot_world(50)
    params = Params(lists=ListParams(**PLAIN), exploration=ExplorationParams(share=0.5))

    def lists(readers: range) -> list[str]:
        made = by_order(now, NAMES, np.array(readers), params)
        return [names(now, made, row) for row in readers]

    assert lists(range(50)) == lists(range(50))
    assert lists(range(20, 27)) == lists(range(50))[20:27]
    assert lists(range(31, 32)) == lists(range(50))[31:32]
    assert len(set(lists(range(50)))) == 4


def test_another_moment_or_seed_draws_again() -> None:
    """Not the same readers each hour."""
    now = lot_world(200)
    first = ranked(now, NAMES, {}, {"share": 0.5})
    params = Params(seed=1, lists=ListParams(**PLAIN), exploration=ExplorationParams(share=0.5))
    second = by_order(now, NAMES, np.arange(200), params)
    assert 60 < (first.is_drawn[9::10] != second.is_drawn[9::10]).sum() < 140


def test_what_has_been_read_or_has_aged_needs_no_lot() -> None:
    """Nothing is drawn without an article that is young enough, nor one that was read often or is listed anyway."""
    now = lot_world(5)
    assert not ranked(now, NAMES, {}, {"share": 1.0, "max_age_hours": 1.0}).is_drawn.any()
    assert ranked(now, NAMES, {}, {"share": 1.0}).is_drawn.sum() == 5
    often = {"share": 1.0, "max_age_hours": 100.0, "max_reads": 0}
    listed = ranked(now, NAMES[:10], {}, often)
    assert not listed.is_drawn.any()
    assert not ranked(now, NAMES[1:11] + "a", {}, often).is_drawn.any()
    past = seen([article(name, 2 if name in "jk" else 30) for name in NAMES])
    assert names(past, ranked(past, NAMES, {}, {"share": 1.0})) == NAMES[:9] + "k"
