"""Popularity as tables: articles with their reads, and the order that comes of them. The rule book shows them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest

from frontpage.core import columns as c
from frontpage.core.params import Params
from frontpage.features.interactions import interaction_dataset
from models.assembly import counted
from models.context import scoring_context
from models.inputs import article_inputs
from models.variants import POPULARITY, variants_of
from tests.unit.models.worlds import NOW, article, history, read, reader

PARAMS = Params()
#: Who asks for the list; has read nothing but where an example says so.
_ASKING, _OTHERS = 1, 100


@dataclass(frozen=True, slots=True)
class Order:
    """Articles by reads that fade. articles: one a line, with its age and how long ago each of its reads was (hours).

    listed: the list of a reader who has read `read_before`; counts: what each article of it counts.
    """

    half_life_hours: float
    says: str
    articles: str
    listed: str
    counts: str
    read_before: str = ""


ORDERS = [
    Order(
        2,
        "A read counts 1 at once, 1/2 after two hours, 1/4 after four: b's two reads of now count more than a's three.",
        """
        article age_hours reads_hours_ago
        a       10        0,2,4
        b       10        0,0
        c       10        8
        """,
        listed="b a c",
        counts="2 1.75 0.0625",
    ),
    Order(
        12,
        "With a longer half-life what has lasted wins: three reads of this morning count more than one of now.",
        """
        article age_hours reads_hours_ago
        a       20        12,12,12
        b       20        0
        """,
        listed="a b",
        counts="1.5 1",
    ),
    Order(
        2,
        "Equal counts go by age, the newest first; equal ages by id.",
        """
        article age_hours reads_hours_ago
        a       5         -
        b       3         -
        c       5         2
        d       3         -
        """,
        listed="c b d a",
        counts="0.5 0 0 0",
    ),
    Order(
        2,
        "What the reader has read is left out of their own list.",
        """
        article age_hours reads_hours_ago
        a       5         0,0
        b       5         0
        """,
        listed="b",
        counts="1",
        read_before="a",
    ),
]


def made_of(example: Order) -> tuple[str, list[float]]:
    """The list of the one who asks, and the counts of its articles."""
    rows = [line.split() for line in example.articles.strip().splitlines()[1:]]
    articles = [article(name, float(age)) for name, age, _ in rows]
    reads = [
        read(_OTHERS + number, name, float(hours))
        for name, _, times in rows
        for number, hours in enumerate(times.split(",") if times != "-" else ())
    ]
    # Long ago: it is known to be read, and counts next to nothing.
    reads += [read(_ASKING, name, 24 * 13) for name in example.read_before.split()]
    past = history(articles, reads, [reader(_ASKING)])
    now = scoring_context(interaction_dataset(past), NOW, PARAMS)
    inputs = article_inputs(now, PARAMS, np.zeros((len(now.dataset.article_ids), 0), np.float32))
    pipeline = counted(PARAMS, variants_of(PARAMS)[POPULARITY], example.half_life_hours)
    table = pipeline.lists(inputs, np.flatnonzero(now.dataset.reader_keys[now.readers] == _ASKING)).to_pandas()
    return " ".join(table[c.ARTICLE_ID]), table[c.SCORE].tolist()


@pytest.mark.parametrize("example", ORDERS, ids=lambda example: example.listed.replace(" ", ""))
def test_the_order_is_the_one_in_the_table(example: Order) -> None:
    """Article by article, with what each counts."""
    listed, counts = made_of(example)
    assert listed == example.listed
    assert counts == pytest.approx([float(count) for count in example.counts.split()], abs=1e-4)
