"""Which fallback list a reader gets."""

import pytest

from frontpage.store.read.lists import ColdStartReader, FallbackItem
from serving.lists.fallbacks import fallbacks

LISTS = {
    ("global", ""): ["g1", "g2"],
    ("region", "north"): ["n1", "g2"],
    ("region", "south"): ["s1"],
    ("category", "arts"): ["c1"],
    ("category", "sport"): ["c2", "n1"],
}
EVERY = ["g1", "g2", "c1", "c2", "n1", "s1"]
FALLBACKS = [
    FallbackItem(scope, value, rank, name, 1 / rank, "popular", "[]")
    for (scope, value), names in LISTS.items()
    for rank, name in enumerate(names, 1)
]


@pytest.mark.parametrize(
    ("reader", "expected"),
    [
        (ColdStartReader(), EVERY),
        (ColdStartReader(region="north"), ["n1", "g2", "g1", "c1", "c2", "s1"]),
        (ColdStartReader(interests=("sport", "arts")), ["c2", "n1", "c1", "g1", "g2", "s1"]),
        (ColdStartReader(region="south", interests=("arts",)), ["s1", "c1", "g1", "g2", "c2", "n1"]),
        (ColdStartReader(region="nowhere", already_read=frozenset({"g1", "s1"})), ["g2", "c1", "c2", "n1"]),
        (ColdStartReader(already_read=frozenset(EVERY)), EVERY),
    ],
)
def test_nearest_first_each_article_once(reader, expected):
    """Region, interests in their order, everybody's, all others; what was read only where nothing else is left."""
    assert [item.article_id for item in fallbacks(FALLBACKS, reader, lambda _: True, 10)] == expected


def test_withheld_articles_make_room():
    """The limit counts articles that may be shown."""
    shown = fallbacks(FALLBACKS, ColdStartReader(), lambda name: name != "g1", 2)
    assert [item.article_id for item in shown] == ["g2", "c1"]
