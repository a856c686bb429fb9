"""What the desk's pages read: one statement of `sql/desk` each."""

from collections.abc import Mapping
from typing import Any

from frontpage.store.connect import Connection, fetch_all
from frontpage.store.queries import query


def rows(connection: Connection, name: str, values: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows of `sql/desk/<name>.sql`, in its order."""
    return fetch_all(connection, query(f"desk/{name}"), values)
