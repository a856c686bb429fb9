"""Rows of Feast's online table in bulk: its own way is one statement a feature and entity."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from psycopg import sql

#: Entity key, feature, its value as bytes, and as text where it is text.
OnlineRow = tuple[bytes, str, bytes, str | None]
_COLUMNS = sql.SQL("entity_key, feature_name, value, value_text, event_ts")
_BY_CHARACTER = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def upsert(connection: Any, table: str, rows: Iterable[OnlineRow], moment: datetime) -> None:
    """COPY `rows`, all of one moment, into an online table; a feature of an entity that is there is replaced.

    `connection` is Feast's own (psycopg 3, the table's schema first in its search path); the caller commits.
    """
    target = sql.Identifier(table)
    stamp = f"{moment:%Y-%m-%d %H:%M:%S.%f}\n"
    lines = [f"\\\\x{key.hex()}\t{name}\t\\\\x{value.hex()}\t{_text(text)}\t{stamp}" for key, name, value, text in rows]
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("create temp table incoming (like {}) on commit drop").format(target))
        with cursor.copy(sql.SQL("copy incoming ({}) from stdin").format(_COLUMNS)) as copy:
            copy.write("".join(lines))
        statement = sql.SQL(
            "insert into {} ({columns}) select {columns} from incoming "
            "on conflict (entity_key, feature_name) do update "
            "set value = excluded.value, value_text = excluded.value_text, event_ts = excluded.event_ts"
        )
        cursor.execute(statement.format(target, columns=_COLUMNS))


def _text(text: str | None) -> str:
    return "\\N" if text is None else text.translate(_BY_CHARACTER)
