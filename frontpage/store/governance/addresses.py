"""Addresses of readers as they lie in the database."""

from collections.abc import Iterator, Sequence

from frontpage.core import columns as c
from frontpage.store.connect import Connection, execute, fetch_all
from frontpage.store.queries import query

#: Addresses that are read and written at once.
BLOCK = 10_000


def due(connection: Connection, current: str, block: int = BLOCK) -> Iterator[list[tuple[int, str]]]:
    """(reader_key, address as it lies there) of all that do not begin with `current`, by blocks."""
    asked = {"current": current, "after": -1, "most": block}
    while rows := fetch_all(connection, query("privacy/addresses_due"), asked):
        asked["after"] = rows[-1][c.READER_KEY]
        yield [(row[c.READER_KEY], row[c.EMAIL]) for row in rows]


def put(connection: Connection, block: Sequence[tuple[int, str]], sealed: Sequence[str]) -> int:
    """Write sealed addresses in the place of those that were read; how many there were still."""
    keys, before = [key for key, _ in block], [text for _, text in block]
    given = {"reader_keys": keys, "before": before, "sealed": list(sealed)}
    return execute(connection, query("privacy/addresses_seal"), given)
