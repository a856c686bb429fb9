"""Connections that may write. Commits wait for the disk, whatever the server's default: what was answered for stays."""

import asyncpg

from frontpage.store.read.pool import Prepare, open_pool

_CONNECTIONS = 4
_SESSION = {
    "application_name": "frontpage-write",
    "synchronous_commit": "on",
    "statement_timeout": "2000",
    "timezone": "UTC",
    "jit": "off",
}


async def open_writer(url: str, connections: int = _CONNECTIONS, prepare: Prepare | None = None) -> asyncpg.Pool:
    """A pool for store.read.pool's `fetch` and `close_pool`, whose statements may write; makes no connection yet."""
    return await open_pool(url, connections, _SESSION, prepare)
