"""What the checks said: one row per boundary and check run, kept for audit."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from frontpage.store.connect import Connection, execute, fetch_all
from frontpage.store.queries import query


def record_validation(
    connection: Connection, as_of: datetime, boundary: str, results: Sequence[Mapping[str, Any]], *, passed: bool
) -> None:
    """Add one check of one boundary; a repeat is a row of its own."""
    execute(
        connection,
        query("quality/validation_insert"),
        {"as_of": as_of, "boundary": boundary, "passed": passed, "results": json.dumps(list(results), default=str)},
    )


def validation_ids(connection: Connection, as_of: datetime) -> dict[str, int]:
    """Boundary -> id of its newest check as of that moment."""
    rows = fetch_all(connection, query("quality/validation_ids"), {"as_of": as_of})
    return {row["boundary"]: row["validation_id"] for row in rows}
