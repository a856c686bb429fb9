"""What the lineage store was told and knows of an edition."""

from datetime import datetime
from typing import Any

from frontpage.core.errors import NothingPublishedError
from frontpage.store.connect import Connection, fetch_all, fetch_one
from frontpage.store.queries import query


def unreported(connection: Connection, as_of: datetime, since: datetime, limit: int) -> list[dict[str, Any]]:
    """Ended executions about moments up to as_of that began since then, the oldest first."""
    return fetch_all(connection, query("lineage/unreported"), {"as_of": as_of, "since": since, "limit": limit})


def editions(connection: Connection, limit: int = 30) -> list[dict[str, Any]]:
    """Published runs with their moments, the newest first; none where nothing was told yet."""
    there = fetch_one(connection, query("lineage/is_there"))
    if there is None or not there["is_there"]:
        return []
    return fetch_all(connection, query("lineage/newest"), {"limit": limit})


def edition(connection: Connection, run_id: int) -> list[dict[str, Any]]:
    """Inputs and outputs of every execution that a published run was made by, or checked by.

    Raises NothingPublishedError where the store knows no such run.
    """
    rows = editions(connection, 1) and fetch_all(connection, query("lineage/edition"), {"run_id": str(run_id)})
    if not rows:
        raise NothingPublishedError(f"no lineage of a published run {run_id}; `frontpage runs lineage` tells what ran")
    return rows
