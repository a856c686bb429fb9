"""The fallback list of a reader who has no list of their own. Pure."""

from collections.abc import Callable, Iterable, Iterator

from frontpage.store.read.lists import ColdStartReader, FallbackItem

_EVERYBODY = 1_000
_OTHERS = 2_000


def fallbacks(
    items: Iterable[FallbackItem], reader: ColdStartReader, is_shown: Callable[[str], bool], limit: int
) -> list[FallbackItem]:
    """At most `limit` items, each article once: the reader's region, then their interests in the order they were
    picked, then everybody's list, then any other.

    Without what they have hidden or muted, and without what they have read unless nothing else is left: a list is
    better than none.
    """
    ordered = [
        item for item in _ordered(items, reader) if is_shown(item.article_id) and item.article_id not in reader.unwanted
    ]
    unread = [item for item in ordered if item.article_id not in reader.already_read]
    return (unread or ordered)[:limit]


def _ordered(items: Iterable[FallbackItem], reader: ColdStartReader) -> Iterator[FallbackItem]:
    seen = set()
    for item in sorted(items, key=lambda item: (_distance(item, reader), item.scope, item.scope_value, item.rank)):
        if item.article_id not in seen:
            seen.add(item.article_id)
            yield item


def _distance(item: FallbackItem, reader: ColdStartReader) -> int:
    """How near a list is to a reader; 0 is nearest."""
    if item.scope == "region" and item.scope_value == reader.region:
        return 0
    if item.scope == "category" and item.scope_value in reader.interests:
        return 1 + reader.interests.index(item.scope_value)
    return _EVERYBODY if item.scope == "global" else _OTHERS
