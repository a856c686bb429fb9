"""What a feed says of articles that are no more: deleted entries (RFC 6721), and entries that went from their place.

Only where its source is set to mean it: many feeds drop entries because they are old, or at random.
"""

import re
from collections.abc import Collection, Iterable, Mapping
from typing import Any

from etl.reading.feed_entries import feed_id
from frontpage.core import columns as c

DELETED_ENTRY, GONE = "deleted-entry", "gone"
#: Keys of a feed's state: ids of articles that it deleted, and of its entries in their order, as last seen.
_DELETED, _ENTRIES = "deleted", "entries"
#: A prefix bound to the namespace of tombstones, and the elements of that prefix.
_PREFIX = re.compile(rb"xmlns:([\w.-]{1,40})\s*=\s*[\"']http://purl\.org/atompub/tombstones/1\.0[\"']")
_REF = rb"<%b:deleted-entry\s[^<>]{0,2000}?\bref\s*=\s*[\"']([^\"'<>]{1,1000})[\"']"


def said(
    retract: Collection[str], data: bytes, rows: Iterable[tuple[str, Any]], before: Mapping[str, Any]
) -> dict[str, list[str]]:
    """What a feed's state keeps: ids that it deleted by now, and its entries. Nothing where its source means neither.

    rows: as `feed_rows` gives them. before: the state after the last pull.
    """
    if not retract:
        return {}
    entries = [row[c.ARTICLE_ID] for _, row in rows if isinstance(row, dict)]
    deleted = list(before.get(_DELETED, []))
    if DELETED_ENTRY in retract:
        deleted += deleted_entries(data)
    if GONE in retract:
        deleted += gone(before.get(_ENTRIES, []), entries)
    there = set(entries)
    return {_DELETED: [name for name in dict.fromkeys(deleted) if name not in there], _ENTRIES: entries}


def deleted_entries(data: bytes) -> list[str]:
    """Ids of the articles whose entries a document says were deleted."""
    refs = [ref for prefix in _PREFIX.findall(data) for ref in re.findall(_REF % re.escape(prefix), data)]
    return [feed_id(ref.decode("utf-8", "replace").replace("&amp;", "&").strip()) for ref in refs]


def gone(before: list[str], now: list[str]) -> list[str]:
    """Entries that are missing although one that came after them, in the order of the feed, is still there.

    >>> gone(["c", "b", "a"], ["d", "c", "a"]), gone(["c", "b", "a"], ["d", "c", "b"])
    (['b'], [])
    """
    there = set(now)
    last = max((place for place, name in enumerate(before) if name in there), default=-1)
    return [name for name in before[:last] if name not in there]


def of(parts: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Ids that the finished parts of a pull say were deleted."""
    return [name for state in parts.values() for name in state.get(_DELETED, [])]
