"""Lists that were rolled back stay so: the next refresh does not undo what a person decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from psycopg2 import sql

from frontpage.core import columns as c
from frontpage.core.actor import Actor
from frontpage.core.errors import BadInputError, CheckFailedError, NothingPublishedError
from frontpage.store import audit
from frontpage.store.connect import Connection, execute, fetch_one, transaction
from frontpage.store.lists import runs
from frontpage.store.queries import query


def roll_back(
    connection: Connection, variant: str, to_run: int | None, *, min_live_share: float, actor: Actor, reason: str
) -> runs.Published:
    """Serve an earlier list again, and hold it: `to_run`, else the one served before the current one.

    Raises NothingPublishedError where there is no such list any more, CheckFailedError where less than
    `min_live_share` of its places still name live articles; nothing is changed then.
    """
    served = runs.current(connection, variant)
    target = runs.earlier(connection, variant, to_run)
    share = live_share(connection, target)
    if share < min_live_share:
        raise CheckFailedError(
            f"run {target} cannot be served again: only {share:.0%} of its places name articles that are still live; "
            "name a later run with --to"
        )
    with transaction(connection):
        published = runs.roll_back_to(connection, variant, target, str(actor), reason)
        assert served is not None
        values = {"variant": variant, "run_id": target, "off_run_id": served[c.RUN_ID], "actor": str(actor)}
        _lift(connection, variant, actor, f"rolled back again: {reason}")
        execute(connection, query("lists/hold_begin"), {**values, "reason": reason})
    return published


def lift(connection: Connection, variant: str, actor: Actor, reason: str) -> int:
    """Let the next refresh publish again; the run that was held. Raises BadInputError where none is held."""
    held = active(connection, variant)
    if held is None:
        raise BadInputError(f"no list of {variant} is held; there is nothing to lift")
    _let_go(connection, held, actor, reason)
    return int(held[c.RUN_ID])


def active(connection: Connection, variant: str) -> dict[str, Any] | None:
    """The hold of a variant, if any."""
    return fetch_one(connection, query("lists/hold_active"), {"variant": variant})


def forbids(connection: Connection, run: Mapping[str, Any]) -> dict[str, Any] | None:
    """The hold that keeps a checked run from being served; one made by a version later than the hold ends it."""
    held = active(connection, run["variant"])
    if held is None:
        return None
    newer = fetch_one(
        connection, query("lists/hold_ended_by"), {"version": run["model_version"], "held_at": held["held_at"]}
    )
    if newer is None:
        return held
    _let_go(connection, held, Actor("frontpage", "system"), f"version {run['model_version']} passed")
    return None


def live_share(connection: Connection, run_id: int) -> float:
    """Share of a run's places whose article is live now; 0 of a run without places."""
    names = {"table": sql.Identifier(runs.table_of(run_id))}
    row = fetch_one(connection, sql.SQL(query("lists/run_live_share")).format(**names))
    if row is None:
        raise NothingPublishedError(f"the lists of run {run_id} are gone")
    return float(row["share"])


def _let_go(connection: Connection, held: Mapping[str, Any], actor: Actor, reason: str) -> None:
    """Lift a hold, audited."""
    before, after = {"held": held[c.RUN_ID]}, {"held": None}
    with transaction(connection):
        _lift(connection, held["variant"], actor, reason)
        audit.record(connection, "lists lift", f"lists:{held['variant']}", str(actor), reason, before, after)


def _lift(connection: Connection, variant: str, actor: Actor, reason: str) -> None:
    execute(connection, query("lists/hold_lift"), {"variant": variant, "actor": str(actor), "reason": reason})
