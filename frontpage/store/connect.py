"""Connections and transactions with psycopg2.

A server that cannot be worked with is refused here, in one sentence, for every verb alike.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg2
from psycopg2 import sql as composing
from psycopg2.extensions import connection as Connection  # noqa: N812 - it is a class
from psycopg2.extras import RealDictCursor, register_default_jsonb

from frontpage.core.database.refusals import connection_refusal, pooler_refusal
from frontpage.core.database.url import DatabaseUrl
from frontpage.core.errors import BadInputError
from frontpage.core.tracing.parts import statement

__all__ = ["Connection", "connect", "execute", "fetch_all", "fetch_one", "text_of", "transaction"]


@contextmanager
def connect(url: str, *, application: str = "frontpage") -> Iterator[Connection]:
    """A connection in autocommit mode, times in UTC, texts in UTF-8; closed at the end.

    Raises UnavailableError where no server answers within five seconds, BadInputError where it does not let us in, the
    database is not in UTF-8, or a pooler stands in between.
    """
    parsed = DatabaseUrl.parse(url)
    options = parsed.parameters.get("options", "")
    try:
        connection = psycopg2.connect(
            parsed.libpq(),
            connect_timeout=5,
            application_name=application,
            client_encoding="UTF8",
            options=f"{options} -c timezone=UTC -c client_min_messages=warning".strip(),
        )
    except psycopg2.Error as error:
        raise connection_refusal(error, parsed) from error
    connection.autocommit = True
    register_default_jsonb(connection)
    try:
        _refuse_unusable(connection, parsed)
        yield connection
    finally:
        connection.close()


def _refuse_unusable(connection: Connection, url: DatabaseUrl) -> None:
    encoding = connection.get_parameter_status("server_encoding")
    if encoding != "UTF8":
        raise BadInputError(
            f"database {url.database!r} is in {encoding}, which cannot hold every text; give one that is in UTF-8: "
            f"create database NAME encoding 'UTF8' template template0"
        )
    row = fetch_one(connection, "select pg_backend_pid() as pid")
    if row is None or row["pid"] != connection.get_backend_pid():
        raise pooler_refusal()


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


def execute(connection: Connection, sql: Any, parameters: Any = None) -> int:
    """Run one statement; the number of rows it touched."""
    with connection.cursor() as cursor, statement(lambda: text_of(sql)):
        cursor.execute(sql, parameters)
        return int(cursor.rowcount)


def fetch_all(connection: Connection, sql: Any, parameters: Any = None) -> list[dict[str, Any]]:
    """All rows as dicts, in the query's order."""
    with connection.cursor(cursor_factory=RealDictCursor) as cursor, statement(lambda: text_of(sql)):
        cursor.execute(sql, parameters)
        return [dict(row) for row in cursor.fetchall()]


def fetch_one(connection: Connection, sql: Any, parameters: Any = None) -> dict[str, Any] | None:
    """The first row as a dict, or None."""
    rows = fetch_all(connection, sql, parameters)
    return rows[0] if rows else None


def text_of(sql: Any) -> str:
    """What a statement says, without the names and values that were put into it.

    >>> text_of(composing.SQL("select {} from x").format(composing.Literal("a secret")))
    'select  from x'
    """
    if isinstance(sql, composing.Composed):
        return "".join(map(text_of, sql))
    return sql if isinstance(sql, str) else sql.string if isinstance(sql, composing.SQL) else ""
