"""The audit log: who changed what, when and why, and who looked at a person's data. Entries are never changed."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from psycopg2.extras import Json

from frontpage.core.errors import BadInputError
from frontpage.store.connect import Connection, execute, fetch_all, fetch_one
from frontpage.store.queries import query


@dataclass(frozen=True, slots=True)
class AuditVerdict:
    """What a look at the whole chain found: its length, its last hash, and a sentence for each fault."""

    n_entries: int
    hash: str
    faults: tuple[str, ...]


def record(
    connection: Connection,
    action: str,
    subject: str,
    actor: str,
    reason: str,
    before: Mapping[str, Any] | None = None,
    after: Mapping[str, Any] | None = None,
) -> None:
    """Add an entry; call it in the transaction of the change, so that there is neither without the other.

    action: `model promote`, `article retract` ... subject: `KIND:NAME`. A reader's is `frontpage.core.identity`'s
    `reader_subject`. Raises BadInputError without an actor or a reason.
    """
    if not actor.strip() or not reason.strip():
        raise BadInputError(f"{action} needs to know who asks and why; give --reason, and FRONTPAGE_ACTOR")
    values = {"action": action, "subject": subject, "actor": actor, "reason": reason}
    execute(connection, query("audit/insert"), {**values, "before": _json(before), "after": _json(after)})


def entries(
    connection: Connection, action: str | None = None, subject: str | None = None, most: int = 100
) -> list[dict[str, Any]]:
    """The newest entries; `action` and `subject` may end with `%` for anything."""
    return fetch_all(connection, query("audit/list"), {"action": action, "subject": subject, "most": most})


def verify(connection: Connection, expected: str | None = None) -> AuditVerdict:
    """Look at every entry. expected: a hash that was noted earlier; a chain that was made anew does not hold it."""
    head = fetch_one(connection, query("audit/head"), {"expected": expected})
    assert head is not None, "the migration writes it"
    faults = [f"entry {row['entry_id']} {row['fault']}" for row in fetch_all(connection, query("audit/faults"))]
    if not head["holds_expected"]:
        faults.append(f"no entry has the hash {expected} that was noted: the chain was made anew")
    return AuditVerdict(head["n_entries"], head["hash"], tuple(faults))


def _json(values: Mapping[str, Any] | None) -> Json | None:
    return None if values is None else Json(dict(values), dumps=partial(json.dumps, default=str, ensure_ascii=False))
