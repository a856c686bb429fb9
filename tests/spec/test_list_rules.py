"""List rules as tables: candidates, best first, and the list that comes of them. The rule book is made of EXAMPLES."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest

from models.reranking.listed import ArticleFacts, Listed
from models.reranking.rerank import RULES, Ranked, greedy, shortlist
from models.reranking.rules import ListRule
from models.retrieval.candidates import Candidates


@dataclass(frozen=True, slots=True)
class Example:
    """A rule at work. candidates: one a line, best first, with what the rule looks at.

    listed: the articles of the list, best first; waived: those whose place was filled with the rule waived. measure:
    what the output gate finds of the list, where it judges it.
    """

    rule: str
    value: Any
    says: str
    candidates: str
    listed: str
    waived: str = ""
    measure: float | None = None


EXAMPLES = [
    Example(
        "max_per_publisher",
        3,
        "Three articles of one publisher stand; the fourth and fifth make way for others.",
        """
        article publisher
        a       Times
        b       Times
        c       Post
        d       Times
        e       Times
        f       Times
        g       Post
        h       -
        i       -
        j       Herald
        k       Herald
        l       -
        m       -
        """,
        "a b c d g h i j k l",
        measure=3,
    ),
    Example(
        "max_per_category",
        2,
        "Articles without a category are never too many.",
        """
        article category
        a       sport
        b       sport
        c       sport
        d       -
        e       -
        f       -
        g       -
        h       -
        i       -
        j       -
        k       -
        """,
        "a b d e f g h i j k",
        measure=2,
    ),
    Example(
        "max_per_category",
        1,
        "A full list comes before a varied one: with one category left the rule is waived, and that is noted.",
        """
        article category
        a       sport
        b       sport
        c       sport
        d       money
        """,
        "a b c d",
        waived="b c",
        measure=1,
    ),
    Example(
        "max_similarity",
        0.9,
        "b tells the story of a (cosine 1), c does so nearly (5 degrees, cosine 0.996); d (60 degrees) is another one.",
        """
        article text
        a       0
        b       0
        c       5
        d       60
        e       -
        f       -
        g       -
        h       -
        i       -
        j       -
        k       -
        l       -
        """,
        "a d e f g h i j k l",
        measure=0.5,
    ),
    Example(
        "min_fresh",
        2,
        "Only k and m are of the last day, so the last two places are theirs.",
        """
        article age_hours
        a       30
        b       30
        c       30
        d       30
        e       30
        f       30
        g       30
        h       30
        i       30
        j       30
        k       3
        l       30
        m       24
        """,
        "a b c d e f g h k m",
        measure=2,
    ),
    Example(
        "min_fresh",
        2,
        "With one fresh article left, the last place but one cannot be fresh, too: the rule is waived for it.",
        """
        article age_hours
        a       30
        b       30
        c       30
        d       30
        e       30
        f       30
        g       30
        h       30
        i       30
        j       30
        k       3
        """,
        "a b c d e f g h i k",
        waived="i",
    ),
    Example(
        "diversity",
        0.5,
        "Half of the weight is unlikeness: b says what a says and is left out for k, the worst of eleven.",
        """
        article text
        a       0
        b       0
        c       -
        d       -
        e       -
        f       -
        g       -
        h       -
        i       -
        j       -
        k       -
        """,
        "a c d e f g h i j k",
    ),
]


def columns_of(table: str) -> dict[str, list[str]]:
    """The columns of a table as it stands in an example; `-`: nothing."""
    head, *rows = [line.split() for line in table.strip().splitlines()]
    return dict(zip(head, map(list, zip(*rows, strict=True)), strict=True))


def facts_of(columns: dict[str, list[str]]) -> ArticleFacts:
    """What rules ask of the articles of a table; a text is a direction in degrees."""
    n = len(columns["article"])
    names = [columns.get(kind, ["-"] * n) for kind in ("publisher", "category")]
    labels = [np.array([sorted(set(kind)).index(name) if name != "-" else -1 for name in kind]) for kind in names]
    texts = [(0.0, 0.0) if degrees == "-" else _direction(float(degrees)) for degrees in columns.get("text", ["-"] * n)]
    ages = np.array(columns.get("age_hours", ["1"] * n), dtype=np.float64)
    return ArticleFacts.padded(labels[0], labels[1], ages, np.array(texts, dtype=np.float32))


def _direction(degrees: float) -> tuple[float, float]:
    return float(np.cos(np.radians(degrees))), float(np.sin(np.radians(degrees)))


def made_of(example: Example) -> tuple[str, str, float | None]:
    """The list that the rule makes, where it was waived, and its measure; margins are 1.00, 0.99, 0.98, ..."""
    columns = columns_of(example.candidates)
    article, facts = np.arange(len(columns["article"])), facts_of(columns)
    pairs = Candidates(np.zeros(len(article), dtype=np.int64), article, np.zeros(len(article), dtype=np.int64))
    short = shortlist(Ranked(pairs, 1.0 - 0.01 * article, article), facts)
    rule = rule_of(example)
    places, is_waived = greedy(short, [rule])
    taken = places[0] < short.width
    order = np.argsort(places[0][taken])
    rows = short.listed.rows[0, places[0][taken]][order]
    waived = is_waived[0][taken][order]
    padded = np.full((1, 10), -1)
    padded[0, : len(rows)] = rows
    is_padded_waived = np.zeros((1, 10), dtype=bool)
    is_padded_waived[0, : len(rows)] = waived
    measure = rule.measure(Listed.of(facts, padded, is_padded_waived))
    names = np.array(columns["article"])
    found = None if measure is None or np.isnan(measure[0]) else float(measure[0])
    return " ".join(names[rows]), " ".join(names[rows[waived]]), found


def rule_of(example: Example) -> ListRule:
    """The rule of an example, switched on."""
    return RULES[example.rule].of(example.value)


@pytest.mark.parametrize("example", EXAMPLES, ids=lambda example: f"{example.rule}-{example.value}")
def test_the_list_is_the_one_in_the_table(example: Example) -> None:
    """Article by article, with the places where the rule was waived and what the gate measures."""
    listed, waived, measure = made_of(example)
    assert (listed, waived) == (example.listed, example.waived)
    assert measure == (None if example.measure is None else pytest.approx(example.measure, abs=1e-6))


@pytest.mark.parametrize("example", [one for one in EXAMPLES if one.measure is not None], ids=lambda one: one.rule)
def test_what_the_rule_lets_stand_is_within_what_the_gate_expects(example: Example) -> None:
    """And the ten best candidates, taken without it, are not, but where none of them had to make way."""
    rule, columns = rule_of(example), columns_of(example.candidates)
    bound, (_, _, measure) = rule.bound(), made_of(example)
    assert measure is not None
    assert (bound.at_least or 0) <= measure <= (bound.at_most or 10)
    best = np.full((1, 10), -1)
    n = min(10, len(columns["article"]))
    best[0, :n] = np.arange(n)
    unruled = rule.measure(Listed.of(facts_of(columns), best))
    assert unruled is not None
    assert not (bound.at_least or 0) <= unruled[0] <= (bound.at_most or 10)


def test_every_rule_has_an_example() -> None:
    """A rule that is added comes with a table."""
    assert {example.rule for example in EXAMPLES} == set(RULES)
