"""The contract of every list rule, by a small subclass each."""

from typing import Any

import numpy as np
import pytest

from frontpage.core.errors import BadInputError
from frontpage.core.params import Params
from frontpage.core.sections.lists import ListParams
from models.parts import configured, registered
from models.reranking.listed import ArticleFacts, Listed
from models.reranking.rerank import RULES, Ranked, greedy, rules_of, shortlist
from models.reranking.rules import ListRule
from models.retrieval.candidates import SOURCES, Candidates, sources_of
from models.retrieval.sources import Source
from models.topk import TopK
from models.variants import complete

N_READERS, N_ARTICLES = 60, 80


def facts(n: int = N_ARTICLES, seed: int = 1) -> ArticleFacts:
    """Articles of few publishers and categories (some without), of all ages, whose texts lie close together."""
    random = np.random.default_rng(seed)
    texts = random.normal(size=(n, 3)).astype(np.float32) * np.array([3, 1, 1], dtype=np.float32)
    texts /= np.linalg.norm(texts, axis=1, keepdims=True)
    return ArticleFacts.padded(random.integers(-1, 4, n), random.integers(-1, 3, n), random.uniform(0, 60, n), texts)


def ranked(n_readers: int = N_READERS, n: int = N_ARTICLES, seed: int = 2) -> Ranked:
    """Every article a candidate of every reader, in an order of their own."""
    random = np.random.default_rng(seed)
    article = np.tile(np.arange(n), n_readers)
    pairs = Candidates(np.repeat(np.arange(n_readers), n), article, np.zeros(len(article), dtype=np.int64))
    return Ranked(pairs, random.normal(size=len(article)), article)


def lists(rule: ListRule, given: Ranked, known: ArticleFacts) -> tuple[Listed, np.ndarray]:
    """The finished lists, in the order picked, and the rows of the articles."""
    short = shortlist(given, known)
    places, is_waived = greedy(short, [rule])
    rows = np.take_along_axis(np.hstack([short.listed.rows, np.full((len(places), 1), -1)]), places, axis=1)
    return Listed.of(known, rows, is_waived), rows


class RuleContract:
    """What holds for every rule."""

    rule: ListRule

    def test_every_list_is_within_its_bound(self) -> None:
        """By its own measure, whatever the order; where nothing was waived and where something was."""
        for seed in range(5):
            made, _ = lists(type(self).rule, ranked(seed=seed), facts(seed=seed))
            measure, bound = type(self).rule.measure(made), type(self).rule.bound()
            if measure is None:
                continue
            judged = measure[~np.isnan(measure)]
            assert len(judged) > 0
            assert (judged <= (np.inf if bound.at_most is None else bound.at_most)).all()
            assert (judged >= (-np.inf if bound.at_least is None else bound.at_least)).all()

    def test_the_measure_does_not_hang_on_the_order(self) -> None:
        """The same list in any order has the same measure."""
        made, rows = lists(type(self).rule, ranked(), facts())
        turned = Listed.of(facts(), rows[:, ::-1], ~made.is_judged[:, ::-1])
        one, two = type(self).rule.measure(made), type(self).rule.measure(turned)
        assert (one is None) == (two is None)
        if one is not None and two is not None:
            np.testing.assert_allclose(one, two, atol=1e-6)

    def test_it_changes_lists_and_keeps_them_full(self) -> None:
        """Some list differs from the ten best, and every list has ten different articles."""
        _, rows = lists(type(self).rule, ranked(), facts())
        best = shortlist(ranked(), facts()).listed.rows[:, :10]
        assert (np.sort(rows, axis=1) != np.sort(best, axis=1)).any()
        assert all(len(set(row)) == 10 and -1 not in row for row in rows.tolist())

    def test_a_reader_alone_gets_the_same(self) -> None:
        """A list does not depend on who else is served, and is the same in every run."""
        _, everybody = lists(type(self).rule, ranked(), facts())
        given = ranked()
        mine = np.flatnonzero(given.pairs.reader == 7)
        alone = Ranked(given.pairs.at(mine), given.margin[mine], given.tie[mine])
        assert lists(type(self).rule, alone, facts())[1].tolist() == [everybody[7].tolist()]

    def test_one_article_and_none(self) -> None:
        """The smallest world: a list of one; without readers or candidates there is none."""
        _, rows = lists(type(self).rule, ranked(1, 1), facts(1))
        assert rows.tolist() == [[0] + [-1] * 9]
        nothing = np.zeros(0, dtype=np.int64)
        _, none = lists(type(self).rule, Ranked(Candidates(nothing, nothing, nothing), np.zeros(0), nothing), facts(1))
        assert none.shape == (0, 10)

    def test_switched_off_it_is_off(self) -> None:
        """Its own word for off, and another for on."""
        kind = type(type(self).rule)
        assert not kind.of(kind.off).is_on
        assert kind.of(kind.trial).is_on


class TestMaxSimilarity(RuleContract):
    """Cosine."""

    rule = RULES["max_similarity"].of(0.9)


class TestMaxPerPublisher(RuleContract):
    """A cap."""

    rule = RULES["max_per_publisher"].of(2)


class TestMaxPerCategory(RuleContract):
    """A cap."""

    rule = RULES["max_per_category"].of(2)


class TestMinFresh(RuleContract):
    """A demand."""

    rule = RULES["min_fresh"].of(7)


class TestDiversity(RuleContract):
    """A weight: it has no measure."""

    rule = RULES["diversity"].of(0.6)


def test_every_rule_keeps_the_contract() -> None:
    """A rule that is added is tested, too."""
    tested = {kind.rule.name() for kind in RuleContract.__subclasses__()}
    assert tested == set(RULES)


@pytest.mark.parametrize(
    ("written", "sentence"),
    [
        ({"lists": {"max_per_author": 3}}, "lists.max_per_author: there is no such parameter; the parts are"),
        ({"lists": {"max_similarity": 1.5}}, "lists.max_similarity: Input should be less than or equal to 1"),
        ({"lists": {"min_fresh": "many"}}, "lists.min_fresh: Input should be a valid integer"),
        ({"candidates": {"popular": 3}}, "candidates.popular: Input should be greater than or equal to 10"),
        ({"candidates": {"gossip": 3}}, "candidates.gossip: there is no such parameter"),
        ({"variants": {"control": {"rank": "newest"}}}, "variants.control: Value error, explain is shap"),
        ({"variants": {"popularity": {"rank": "ranker"}}}, "variants: champion has rank: ranker"),
        (
            {"variants": {"x": {"rank": "popularity", "half_life_hours": 3, "explain": "counts"}}},
            "half_life_hours is one of 0.1, 0.25",
        ),
        ({"variants": {"x": {"retrieve": ["gossip"]}}}, "there is no candidate source gossip"),
    ],
)
def test_what_cannot_be_is_one_sentence_with_its_key(written: dict[str, Any], sentence: str) -> None:
    """An unknown key and an impossible value, of sources, list rules and variants alike."""
    with pytest.raises(BadInputError) as error:
        complete(Params.model_validate(written))
    assert sentence in str(error.value)


def test_what_is_not_written_has_the_parts_own_defaults() -> None:
    """And what is written wins."""
    made = complete(Params(lists=ListParams(min_fresh=2), candidates={"newest": 0}))
    assert made.candidates == {name: kind().n for name, kind in SOURCES.items()} | {"newest": 0}
    assert dict(made.lists.rules) == {name: kind().value() for name, kind in RULES.items()} | {"min_fresh": 2}
    assert [rule.name() for rule in rules_of(made)] == ["max_similarity", "min_fresh"]
    assert complete(made) == made


def test_sources_break_ties_in_an_order_of_their_own() -> None:
    """In the parts' own order, whatever the files are called."""
    first = ["read_together", "similar_readers", "audience", "interests", "popular"]
    order = [*registered("models.retrieval.sources", Source)]
    assert [name for name in order if name in first] == first
    assert order == [*sources_of(Params())]


def test_a_part_with_several_parameters_is_a_mapping() -> None:
    """One parameter is the bare value."""

    class Two(Source):
        n: int = 3
        hours: float = 2.0

        def lists(self, inputs: Any, reader_rows: Any) -> list[TopK]:
            return []

    Two.__module__ = "somewhere.two"
    made = configured({"two": {"hours": 5.0}}, {"two": Two}, "candidates")["two"]
    assert made.value() == {"n": 3, "hours": 5.0}
    with pytest.raises(BadInputError, match=r"candidates\.two\.hours: Input should be a valid number"):
        configured({"two": {"hours": "late"}}, {"two": Two}, "candidates")
    with pytest.raises(BadInputError, match=r"candidates\.two"):
        configured({"two": 3}, {"two": Two}, "candidates")
