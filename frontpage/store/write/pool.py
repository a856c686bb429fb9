"""Connections that may write. Commits wait for the disk, whatever the server's default: what was answered for stays."""

from typing import Any

import asyncpg

from frontpage.core.database.url import DatabaseUrl
from frontpage.store.read.pool import Prepare

_CONNECT_SECONDS = 1.0
_COMMAND_SECONDS = 1.5
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
    return await asyncpg.create_pool(
        DatabaseUrl.parse(url).asyncpg(),
        min_size=0,
        max_size=connections,
        timeout=_CONNECT_SECONDS,
        command_timeout=_COMMAND_SECONDS,
        server_settings=_SESSION,
        init=prepare,
        reset=_nothing_to_reset,
    )


async def _nothing_to_reset(_connection: Any) -> None:
    return None
