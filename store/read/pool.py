"""A pool of read-only connections that answers or gives up within `DEADLINE_SECONDS`, and mends itself.

No connection is made before the first query, so that a server starts, and recovers, while PostgreSQL is away.
"""

import asyncio
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import asyncpg

from core.errors import UnavailableError

#: Upper bound of one answer, waiting for a free connection included.
DEADLINE_SECONDS = 2.0
_CONNECT_SECONDS = 1.0
_COMMAND_SECONDS = 1.5
_CONNECTIONS = 8
READ_SESSION: Final[Mapping[str, str]] = {
    "application_name": "frontpage-serve",
    "default_transaction_read_only": "on",
    "statement_timeout": "2000",
    "timezone": "UTC",
    "jit": "off",
    # One plan for all readers.
    "plan_cache_mode": "force_generic_plan",
}
#: What a database that is away, full, stopping, or not set up yet looks like; anything else is a bug of ours.
_AWAY = (
    OSError,
    TimeoutError,
    asyncpg.InterfaceError,
    asyncpg.PostgresConnectionError,
    asyncpg.OperatorInterventionError,
    asyncpg.InsufficientResourcesError,
    asyncpg.InvalidAuthorizationSpecificationError,
    asyncpg.InvalidCatalogNameError,
    asyncpg.UndefinedTableError,
)
_LOST = (asyncpg.InterfaceError, asyncpg.PostgresConnectionError, asyncpg.AdminShutdownError, ConnectionError)


async def open_pool(
    url: str, connections: int = _CONNECTIONS, session: Mapping[str, str] = READ_SESSION
) -> asyncpg.Pool:
    """A pool with prepared statements kept per connection; makes no connection yet."""
    return await asyncpg.create_pool(
        url,
        min_size=0,
        max_size=connections,
        timeout=_CONNECT_SECONDS,
        command_timeout=_COMMAND_SECONDS,
        server_settings=dict(session),
        # The default sends a second statement after each query; nothing here changes a session.
        reset=_nothing_to_reset,
    )


async def close_pool(pool: asyncpg.Pool) -> None:
    """Let running queries end, but not for longer than one deadline."""
    try:
        async with asyncio.timeout(DEADLINE_SECONDS):
            await pool.close()
    except TimeoutError:
        pool.terminate()


async def fetch(pool: asyncpg.Pool, sql: str, *arguments: Any) -> list[asyncpg.Record]:
    """All rows of one statement, which is one snapshot of the database.

    A connection that turns out to be lost is replaced once. Raises UnavailableError within `DEADLINE_SECONDS`.
    """
    with away_is_unavailable():
        async with asyncio.timeout(DEADLINE_SECONDS):
            try:
                return await _fetch_once(pool, sql, arguments)
            except _LOST:
                return await _fetch_once(pool, sql, arguments)


@contextmanager
def away_is_unavailable() -> Iterator[None]:
    """Raise UnavailableError in place of whatever a database that does not answer looks like."""
    try:
        yield
    except _AWAY as error:
        raise UnavailableError(f"the database does not answer ({type(error).__name__}); try again soon") from error


async def _fetch_once(pool: asyncpg.Pool, sql: str, arguments: tuple[Any, ...]) -> list[asyncpg.Record]:
    async with pool.acquire(timeout=DEADLINE_SECONDS) as connection:
        try:
            return list(await connection.fetch(sql, *arguments))
        except (TimeoutError, asyncio.CancelledError):
            # Else its way back to the pool would wait for the server to confirm the cancelling.
            connection.terminate()
            raise


async def _nothing_to_reset(_connection: Any) -> None:
    return None
