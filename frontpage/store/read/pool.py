"""A pool of read-only connections that answers or gives up within `DEADLINE_SECONDS`, and mends itself.

No connection is made before the first query, so that a server starts, and recovers, while PostgreSQL is away.
"""

import asyncio
import ssl
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any, Final

import asyncpg

from frontpage.core.database.refusals import pooler_refusal
from frontpage.core.database.url import DatabaseUrl
from frontpage.core.errors import BadInputError, UnavailableError

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
    asyncpg.InternalClientError,
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
Prepare = Callable[[asyncpg.Connection], Awaitable[None]]
_IS_OURS = "do $$ begin if pg_backend_pid() <> {pid} then raise 'a pooler'; end if; end $$"
_LOST = (
    asyncpg.InterfaceError,
    asyncpg.InternalClientError,  # of a connection whose last statement was never answered
    asyncpg.PostgresConnectionError,
    asyncpg.AdminShutdownError,
    ConnectionError,
)


async def open_pool(
    url: str,
    connections: int = _CONNECTIONS,
    session: Mapping[str, str] = READ_SESSION,
    prepare: Prepare | None = None,
) -> asyncpg.Pool:
    """A pool with prepared statements kept per connection; makes no connection yet. prepare: done to each."""
    return await asyncpg.create_pool(
        DatabaseUrl.parse(url).asyncpg(),
        min_size=0,
        max_size=connections,
        timeout=_CONNECT_SECONDS,
        command_timeout=_COMMAND_SECONDS,
        server_settings=dict(session),
        init=prepare,
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


async def refuse_unusable(url: str) -> None:
    """Look once at the database that will be served.

    Raises BadInputError where it does not let us in, its certificate is not to be trusted, it is not in UTF-8, or a
    pooler stands in between, which would lose settings and notifications of a session. A database that does not answer
    is no error: it may later.
    """
    try:
        await _look(url)
    except asyncpg.InvalidAuthorizationSpecificationError as error:
        raise BadInputError(f"PostgreSQL does not let us in ({error}); correct FRONTPAGE_DATABASE_URL") from error
    except ssl.SSLCertVerificationError as error:
        raise BadInputError(
            f"PostgreSQL's certificate is not to be trusted ({error.verify_message}); correct sslrootcert in "
            "FRONTPAGE_DATABASE_URL"
        ) from error
    except (asyncpg.ProtocolViolationError, asyncpg.RaiseError) as error:
        raise pooler_refusal() from error
    except _AWAY:
        return


async def _look(url: str) -> None:
    connection = await asyncpg.connect(
        DatabaseUrl.parse(url).asyncpg(), timeout=_CONNECT_SECONDS, server_settings={"jit": "off"}
    )
    try:
        encoding = connection.get_settings().server_encoding
        if encoding != "UTF8":
            raise BadInputError(
                f"the database is in {encoding}, which cannot hold every text; give one that is in UTF-8"
            )
        # One statement of the simple protocol, which every mode of a pooler lets through.
        await connection.execute(_IS_OURS.format(pid=int(connection.get_server_pid())), timeout=_COMMAND_SECONDS)
    finally:
        connection.terminate()


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
        except (TimeoutError, asyncio.CancelledError, asyncpg.InternalClientError):
            # Else its way back to the pool would wait for the server to confirm the cancelling.
            connection.terminate()
            raise


async def _nothing_to_reset(_connection: Any) -> None:
    return None
