"""Connections and transactions with psycopg2, and queries from the .sql files beside this module."""

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg2
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class
from psycopg2.extras import RealDictCursor, register_default_jsonb

from core.errors import UnavailableError

__all__ = ["Connection", "connect", "execute", "fetch_all", "fetch_one", "query", "transaction"]

_SQL = Path(__file__).parent / "sql"


@contextmanager
def connect(url: str, *, application: str = "frontpage") -> Iterator[Connection]:
    """A connection in autocommit mode, times in UTC; closed at the end.

    Raises UnavailableError where no server answers within five seconds.
    """
    try:
        connection = psycopg2.connect(
            url,
            connect_timeout=5,
            application_name=application,
            options="-c timezone=UTC -c client_min_messages=warning",
        )
    except psycopg2.OperationalError as error:
        sentence = str(error).strip().splitlines()[0]
        raise UnavailableError(f"PostgreSQL does not answer ({sentence}); start it with `frontpage db up`") from error
    connection.autocommit = True
    register_default_jsonb(connection)
    try:
        yield connection
    finally:
        connection.close()


@contextmanager
def transaction(connection: Connection) -> Iterator[Connection]:
    """All or nothing: commit at the end, roll back on any exception. Not nestable."""
    connection.autocommit = False
    try:
        yield connection
        connection.commit()
    except BaseException:
        if not connection.closed:
            connection.rollback()
        raise
    finally:
        if not connection.closed:
            connection.autocommit = True


@functools.cache
def query(name: str) -> str:
    """The text of `store/sql/<name>.sql`."""
    return (_SQL / f"{name}.sql").read_text()


def execute(connection: Connection, sql: Any, parameters: Any = None) -> int:
    """Run one statement; the number of rows it touched."""
    with connection.cursor() as cursor:
        cursor.execute(sql, parameters)
        return int(cursor.rowcount)


def fetch_all(connection: Connection, sql: Any, parameters: Any = None) -> list[dict[str, Any]]:
    """All rows as dicts, in the query's order."""
    with connection.cursor(cursor_factory=RealDictCursor) as cursor:
        cursor.execute(sql, parameters)
        return [dict(row) for row in cursor.fetchall()]


def fetch_one(connection: Connection, sql: Any, parameters: Any = None) -> dict[str, Any] | None:
    """The first row as a dict, or None."""
    rows = fetch_all(connection, sql, parameters)
    return rows[0] if rows else None
