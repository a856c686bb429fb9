"""Rollouts and their trail, and what readers were served and did meanwhile."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

import pandas as pd
from psycopg2 import sql
from psycopg2.extras import Json

from frontpage.core.actor import Actor
from frontpage.store import audit
from frontpage.store.connect import Connection, execute, fetch_all, fetch_one, transaction
from frontpage.store.lists.runs import table_of
from frontpage.store.queries import query

RolloutState = Literal["shadow", "canary", "waiting", "champion", "taken_back"]
#: Who changes a rollout holds this lock (`store.locks`).
LOCK = "rollout"


@dataclass(frozen=True, slots=True)
class Rollout:
    """One row of `rollout`. step_since: as_of of the tick at which its step began.

    version_as_of: what its version was trained on; it makes no lists of an earlier moment.
    """

    rollout_id: int
    recipe: str
    version: str
    state: RolloutState
    share: float
    begun_as_of: datetime
    step_since: datetime
    version_as_of: datetime

    @property
    def variant(self) -> str:
        """The variant of its lists: `shadow` while nobody is served by it, else `canary`."""
        return "canary" if self.share else "shadow"

    @property
    def salt(self) -> str:
        """Of the assignment of readers: the same for every version of the rollout."""
        return f"rollout-{self.rollout_id}"


@dataclass(frozen=True, slots=True)
class RolloutChange:
    """What is written down of a judgement or a change: where the rollout stands then, and why."""

    as_of: datetime
    action: str
    state: str
    share: float
    version: str
    guardrails: Sequence[Mapping[str, Any]]
    reason: str


def under_way(connection: Connection) -> Rollout | None:
    """The rollout that is open, if any."""
    row = fetch_one(connection, query("rollout/open"))
    return Rollout(**row) if row else None


def newest(connection: Connection, limit: int = 1) -> list[Rollout]:
    """The last rollouts, the newest first."""
    return [Rollout(**row) for row in fetch_all(connection, query("rollout/newest"), {"limit": limit})]


def last_of(connection: Connection, recipe: str) -> Rollout | None:
    """The last rollout of a recipe."""
    row = fetch_one(connection, query("rollout/last_of"), {"recipe": recipe})
    return Rollout(**row) if row else None


def begin(connection: Connection, recipe: str, version: str, as_of: datetime, actor: Actor, reason: str) -> Rollout:
    """A new rollout in shadow; none may be open."""
    with transaction(connection):
        row = fetch_one(connection, query("rollout/begin"), {"recipe": recipe, "version": version, "as_of": as_of})
        assert row is not None
        change = RolloutChange(as_of, "start", "shadow", 0.0, version, (), reason)
        _write(connection, row["rollout_id"], change, actor)
    found = under_way(connection)
    assert found is not None
    return found


def move(connection: Connection, rollout: Rollout, change: RolloutChange, actor: Actor) -> None:
    """Move a rollout and add to its trail, all or nothing; audited, unless it stays where it is."""
    before = {"state": rollout.state, "share": rollout.share, "version": rollout.version}
    with transaction(connection):
        _write(connection, rollout.rollout_id, change, actor, before)


def events(connection: Connection, rollout_id: int) -> list[dict[str, Any]]:
    """The trail of a rollout, oldest first."""
    return fetch_all(connection, query("rollout/events"), {"rollout_id": rollout_id})


def served_readers(connection: Connection, since: datetime, until: datetime) -> pd.DataFrame:
    """reader_key, n_lists, n_fallbacks, n_reads, seconds of each reader who was served in the period."""
    rows = fetch_all(connection, query("rollout/readers"), {"since": since, "until": until})
    return pd.DataFrame(rows, columns=["reader_key", "n_lists", "n_fallbacks", "n_reads", "seconds"])


def newest_run(connection: Connection, variant: str, since: datetime) -> dict[str, Any] | None:
    """The last run that was made of a variant for a moment from `since` on, whatever became of it."""
    return fetch_one(connection, query("rollout/newest_run"), {"variant": variant, "since": since})


def compared(connection: Connection, run_id: int, other_id: int) -> dict[str, Any]:
    """n_lists, n_unsound, n_articles of a run, and overlap with another run's lists (None: no reader has both)."""
    names = {"one": sql.Identifier(table_of(run_id)), "other": sql.Identifier(table_of(other_id))}
    row = fetch_one(connection, sql.SQL(query("rollout/compare")).format(**names))
    assert row is not None
    return row


def _write(
    connection: Connection,
    rollout_id: int,
    change: RolloutChange,
    actor: Actor,
    before: Mapping[str, Any] | None = None,
) -> None:
    values = {
        "rollout_id": rollout_id, "as_of": change.as_of, "action": change.action, "state": change.state,
        "share": change.share, "version": change.version, "guardrails": Json(list(change.guardrails)),
        "actor": str(actor), "reason": change.reason,
    }  # fmt: skip
    execute(connection, query("rollout/move"), values)
    if change.action != "stay":
        action = f"rollout {change.action.replace('_', '-')}"
        after = {"state": change.state, "share": change.share, "version": change.version}
        audit.record(connection, action, f"rollout:{rollout_id}", str(actor), change.reason, before, after)
