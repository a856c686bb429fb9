"""Figures for the exporter: a query by name, bounded in time."""

from datetime import datetime
from typing import Any

from frontpage.store.connect import Connection, execute, fetch_all, transaction
from frontpage.store.queries import query

#: A question that takes longer is given up: monitoring must not be what the database is busy with.
_LIMIT_MILLISECONDS = 20_000


def ask(connection: Connection, name: str, now: datetime) -> list[dict[str, Any]]:
    """Rows of `sql/monitoring/<name>.sql`; raises psycopg2.Error, also where it takes longer than twenty seconds."""
    with transaction(connection):
        execute(connection, "set transaction read only")
        execute(connection, f"set local statement_timeout = {_LIMIT_MILLISECONDS}")
        return fetch_all(connection, query(f"monitoring/{name}"), {"now": now})
