"""Advisory locks: one extract per source, one refresh per variant, whoever started it and wherever."""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager

from frontpage.core.errors import UnavailableError
from frontpage.store.connect import Connection, execute, fetch_one


@contextmanager
def exclusive(connection: Connection, name: str) -> Iterator[None]:
    """Hold the lock `name` until the end of the block; a killed process lets go of it by itself.

    Raises UnavailableError at once where somebody else holds it.
    """
    key = zlib.crc32(name.encode())
    row = fetch_one(connection, "select pg_try_advisory_lock(7301, %s::int) as got", [_signed(key)])
    if row is None or not row["got"]:
        raise UnavailableError(f"another process is doing {name} right now; wait for it and run this again")
    try:
        yield
    finally:
        if not connection.closed:
            execute(connection, "select pg_advisory_unlock(7301, %s::int)", [_signed(key)])


def _signed(value: int) -> int:
    return value - (1 << 32) if value >= 1 << 31 else value
