"""Articles and readers that wait for an extract, and what became of their batches."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from frontpage.core.schema.canonical import Kind
from frontpage.store.connect import Connection, execute, fetch_all
from frontpage.store.queries import query

#: What the rows' blocks are called in the staging tables; the statements know them by it.
FILE: Final = "catalogue"


def row_ids_waiting(connection: Connection, as_of: datetime) -> dict[Kind, list[int]]:
    """Rows received by as_of, by kind, in the order in which they came."""
    waiting: dict[Kind, list[int]] = {}
    for row in fetch_all(connection, query("catalogue/waiting"), {"as_of": as_of}):
        waiting.setdefault(Kind(row["kind"]), []).append(row["row_id"])
    return waiting


def waiting_rows(connection: Connection, row_ids: Sequence[int]) -> list[dict[str, Any]]:
    """row_id, batch_id, place, payload (JSON) and received_at of those that still wait."""
    return fetch_all(connection, query("catalogue/rows"), {"row_ids": list(row_ids)})


def settle(connection: Connection, extract_id: int, row_ids: Sequence[int]) -> None:
    """Take merged rows out of waiting and write down what became of them; part of the merge's transaction."""
    execute(connection, query("catalogue/settle"), {"row_ids": list(row_ids), "extract_id": extract_id})


def note_first_lists(connection: Connection, run_id: int) -> int:
    """Note which batches a published run is the first to list an article of; how many."""
    return execute(connection, query("catalogue/first_listed"), {"run_id": run_id})
