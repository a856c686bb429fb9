"""Reading somebody else's PostgreSQL: one query, in pages, from one snapshot, changing nothing."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import psycopg2
from psycopg2 import extensions, sql
from psycopg2.extras import RealDictCursor

from frontpage.core import columns as c
from frontpage.core.database.url import DatabaseUrl
from frontpage.core.errors import BadInputError, UnavailableError
from frontpage.store.query_text import single_statement

_TIMES = (
    extensions.PYDATE, extensions.PYTIME, extensions.PYDATETIME, extensions.PYDATETIMETZ, extensions.PYINTERVAL,
)  # fmt: skip


def is_server_option(name: str) -> bool:
    """Whether PostgreSQL's own library knows the option of a connection."""
    try:
        extensions.make_dsn(**{name: "1"})
    except (psycopg2.Error, TypeError):
        return False
    return True


def query_pages(
    name: str, url: str, text: str, after: datetime | None, until: datetime, page_rows: int
) -> Iterator[tuple[bool, list[dict[str, Any]]]]:
    """(whether the query has a recorded_at, rows) per page, ordered by recorded_at where there is one.

    With the column only rows of (after, until] are read, and rows without a time; else all of them. A time that Python
    cannot hold is the text that PostgreSQL writes for it; an array, of whatever type, is a list.
    Raises UnavailableError where no server answers, BadInputError where the query is refused. Messages show `name`,
    never `url`.
    """
    # What psycopg2 would take for a parameter is doubled.
    body = sql.SQL(single_statement(name, text).replace("%", "%%"))
    try:
        with _connection(name, url) as connection:
            columns = _columns(connection, body)
            _read_arrays_as_lists(connection, [column.type_code for column in columns])
            has_time = any(column.name == c.RECORDED_AT for column in columns)
            bounds = {"after": after, "until": until}
            with connection.cursor("frontpage_extract", cursor_factory=RealDictCursor) as cursor:
                cursor.execute(_bounded(body, has_time=has_time), bounds)
                while rows := cursor.fetchmany(page_rows):
                    yield has_time, [dict(row) for row in rows]
    except psycopg2.OperationalError as error:
        sentence = f"{name}: the upstream PostgreSQL does not answer ({_first_line(error)}); try later"
        raise UnavailableError(sentence) from error
    except psycopg2.Error as error:
        raise BadInputError(f"{name}: the upstream query is refused: {_first_line(error)}") from error
    except UnicodeDecodeError as error:
        sentence = f"{name}: the upstream database holds text that is not UTF-8; convert it in the query"
        raise BadInputError(sentence) from error


def _connection(name: str, url: str) -> Any:
    parsed = DatabaseUrl.parse(url, name)
    connection = psycopg2.connect(
        parsed.libpq(),
        connect_timeout=10,
        application_name="frontpage extract",
        client_encoding="UTF8",
        options=f"{parsed.parameters.get('options', '')} -c timezone=UTC".strip(),
    )
    connection.set_session(isolation_level="REPEATABLE READ", readonly=True)
    for caster in _TIMES:
        extensions.register_type(_time_or_text(caster), connection)
    return _closing(connection)


def _time_or_text(caster: Any) -> Any:
    """The typecaster, which gives PostgreSQL's own text where Python has no such time (the year 20260, 44 BC)."""

    def cast(value: str | bytes | None, cursor: Any) -> Any:
        try:
            return caster(value, cursor)
        except (ValueError, OverflowError):
            return value

    return extensions.new_type(caster.values, caster.name, cast)


class _closing:  # noqa: N801 - reads as a `with` phrase
    """psycopg2's own `with` ends the transaction but keeps the connection."""

    def __init__(self, connection: Any) -> None:
        self._connection = connection

    def __enter__(self) -> Any:
        return self._connection

    def __exit__(self, *_: object) -> None:
        self._connection.close()


def _columns(connection: Any, body: sql.SQL) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("select * from (\n{}\n) as upstream limit 0").format(body), {})
        return cursor.description


def _read_arrays_as_lists(connection: Any, type_codes: list[int]) -> None:
    """Let arrays of types that psycopg2 does not know (uuid, citext, an enum) be lists of texts."""
    unknown = [code for code in type_codes if code not in extensions.string_types]
    with connection.cursor() as cursor:
        cursor.execute("select oid from pg_type where oid = any(%s::oid[]) and typcategory = 'A'", [unknown])
        for (oid,) in cursor.fetchall():
            extensions.register_type(extensions.new_array_type((oid,), "LIST", psycopg2.STRING), connection)


def _bounded(body: sql.SQL, *, has_time: bool) -> sql.Composed:
    """The query on lines of its own, so that a comment at its end ends there."""
    if not has_time:
        return sql.SQL("select * from (\n{}\n) as upstream").format(body)
    return sql.SQL(
        "select * from (\n{}\n) as upstream where recorded_at is null or recorded_at <= %(until)s "
        "and (%(after)s::timestamptz is null or recorded_at > %(after)s) order by recorded_at"
    ).format(body)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or ["no reason given"])[0]
