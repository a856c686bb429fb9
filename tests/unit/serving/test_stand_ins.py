"""Which list stands in for whom."""

import pytest

from frontpage.store.read.lists import FallbackItem, Stranger
from serving.lists.fallbacks import fallbacks

LISTS = {
    ("global", ""): ["g1", "g2"],
    ("region", "north"): ["n1", "g2"],
    ("region", "south"): ["s1"],
    ("category", "arts"): ["c1"],
    ("category", "sport"): ["c2", "n1"],
}
FALLBACKS = [
    FallbackItem(scope, value, rank, name, 1 / rank, "popular", "[]")
    for (scope, value), names in LISTS.items()
    for rank, name in enumerate(names, 1)
]


@pytest.mark.parametrize(
    ("reader", "expected"),
    [
        (Stranger(), ["g1", "g2", "c1", "c2", "n1", "s1"]),
        (Stranger(region="north"), ["n1", "g2", "g1", "c1", "c2", "s1"]),
        (Stranger(interests=("sport", "arts")), ["c2", "n1", "c1", "g1", "g2", "s1"]),
        (Stranger(region="south", interests=("arts",)), ["s1", "c1", "g1", "g2", "c2", "n1"]),
        (Stranger(region="nowhere", already_read=frozenset({"g1", "s1"})), ["g2", "c1", "c2", "n1"]),
        (Stranger(already_read=frozenset({"g1", "g2", "c1", "c2", "n1", "s1"})), ["g1", "g2", "c1", "c2", "n1", "s1"]),
    ],
)
def test_nearest_first_each_article_once(reader, expected):
    """Region, interests in their order, everybody's, all others; what was read only where nothing else is left."""
    assert [item.article_id for item in fallbacks(FALLBACKS, reader, lambda _: True, 10)] == expected


def test_withheld_articles_make_room():
    """The limit counts articles that may be shown."""
    shown = fallbacks(FALLBACKS, Stranger(), lambda name: name != "g1", 2)
    assert [item.article_id for item in shown] == ["g2", "c1"]
