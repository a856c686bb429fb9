"""What waits for the next refresh."""

from datetime import datetime
from typing import Any

from frontpage.store.connect import Connection, fetch_one
from frontpage.store.queries import query


def waiting(connection: Connection, now: datetime) -> dict[str, Any]:
    """Events in the inbox, the most read article among them, and when the last refresh began."""
    inbox = fetch_one(connection, query("arrivals/waiting")) or {}
    return inbox | (fetch_one(connection, query("arrivals/refreshing"), {"now": now}) or {})
