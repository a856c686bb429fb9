"""Reading somebody else's PostgreSQL: one query, in pages, from one snapshot, changing nothing."""

from collections.abc import Iterator
from datetime import datetime
from typing import Any

import psycopg2
from psycopg2 import extensions, sql
from psycopg2.extras import RealDictCursor

from core import columns as c
from core.database_url import DatabaseUrl
from core.errors import BadInputError, UnavailableError

_TIMES = (
    extensions.PYDATE, extensions.PYTIME, extensions.PYDATETIME, extensions.PYDATETIMETZ, extensions.PYINTERVAL,
)  # fmt: skip


def query_pages(
    url: str, text: str, after: datetime | None, until: datetime, page_rows: int
) -> Iterator[tuple[bool, list[dict[str, Any]]]]:
    """(whether the query has a recorded_at, rows) per page, ordered by recorded_at where there is one.

    With the column only rows of (after, until] are read, and rows without a time; else all of them. A time that Python
    cannot hold is the text that PostgreSQL writes for it.
    Raises UnavailableError where no server answers, BadInputError where the query is refused. No message shows `url`.
    """
    body = sql.SQL(text.strip().rstrip(";").replace("%", "%%"))
    try:
        with _connection(url) as connection:
            has_time = _has_time(connection, body)
            bounds = {"after": after, "until": until}
            with connection.cursor("frontpage_extract", cursor_factory=RealDictCursor) as cursor:
                cursor.execute(_bounded(body, has_time=has_time), bounds)
                while rows := cursor.fetchmany(page_rows):
                    yield has_time, [dict(row) for row in rows]
    except psycopg2.OperationalError as error:
        raise UnavailableError(f"the upstream PostgreSQL does not answer ({_first_line(error)}); try later") from error
    except psycopg2.Error as error:
        raise BadInputError(f"the upstream query is refused: {_first_line(error)}") from error


def _connection(url: str) -> Any:
    parsed = DatabaseUrl.parse(url, "the URL of the upstream PostgreSQL")
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


def _has_time(connection: Any, body: sql.SQL) -> bool:
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("select * from ({}) as upstream limit 0").format(body), {})
        return any(column.name == c.RECORDED_AT for column in cursor.description)


def _bounded(body: sql.SQL, *, has_time: bool) -> sql.Composed:
    if not has_time:
        return sql.SQL("select * from ({}) as upstream").format(body)
    return sql.SQL(
        "select * from ({}) as upstream where recorded_at is null or recorded_at <= %(until)s "
        "and (%(after)s::timestamptz is null or recorded_at > %(after)s) order by recorded_at"
    ).format(body)


def _first_line(error: Exception) -> str:
    return (str(error).strip().splitlines() or ["no reason given"])[0]
