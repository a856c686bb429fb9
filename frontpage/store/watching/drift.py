"""Hourly aggregates, findings and answers."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from frontpage.store.connect import Connection, execute, fetch_all, fetch_one, transaction
from frontpage.store.queries import query

#: Each is `sql/drift/<name>.sql`, and counts one kind of row into `drift_aggregate`.
COUNTED = ("articles", "reads", "readers", "features", "served", "quality", "lists")
#: The planner takes what a query makes on its way for a few rows, and over weeks goes through millions one by one.
_LONG = timedelta(days=2)


def count_hours(
    connection: Connection, since: datetime, until: datetime, *, story_share: float, quality: timedelta, every: int
) -> int:
    """Count what became known in the hours (since, until]; how many aggregates. An hour counted again is the same."""
    values = {"since": since, "until": until, "story_share": story_share, "quality": quality, "every": every}
    with transaction(connection):
        if until - since > _LONG:
            execute(connection, "set local enable_nestloop = off")
        return sum(execute(connection, query(f"drift/{name}"), values) for name in COUNTED)


def newest_hour(connection: Connection) -> datetime | None:
    """The last hour that was counted."""
    row = fetch_one(connection, query("drift/newest"))
    return row["hour"] if row else None


def known_since(connection: Connection) -> datetime | None:
    """When the first read or article became known."""
    row = fetch_one(connection, query("drift/known_since"))
    return row["moment"] if row else None


def window(connection: Connection, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """Aggregates of the hours (since, until]."""
    return fetch_all(connection, query("drift/window"), {"since": since, "until": until})


def write_findings(connection: Connection, rows: Iterable[Mapping[str, Any]]) -> None:
    """Keep what was found at a tick."""
    with transaction(connection):
        for row in rows:
            execute(connection, query("drift/finding"), row)


def findings(
    connection: Connection, since: datetime, *, confirmed: bool = False, limit: int = 100
) -> list[dict[str, Any]]:
    """What was found since then, the newest first."""
    values = {"since": since, "confirmed": confirmed, "limit": limit}
    return fetch_all(connection, query("drift/findings"), values)


def broken_features(connection: Connection, as_of: datetime, rise: float) -> list[str]:
    """Features that at least such a share of states has lost, confirmed in the hour before as_of; by name."""
    return [row["key"] for row in fetch_all(connection, query("drift/broken"), {"as_of": as_of, "rise": rise})]


def ages(connection: Connection, as_of: datetime) -> dict[str, float]:
    """Hours since model, lists, features and each source were made or asked for; what there is none of is left out."""
    rows = fetch_all(connection, query("drift/ages"), {"as_of": as_of})
    return {row["thing"]: float(row["hours"]) for row in rows if row["hours"] is not None}


def skew(connection: Connection, as_of: datetime, days: float, every: int) -> tuple[int, int]:
    """Of so many readers looked at, how many have another count in their stored state than in their reads."""
    row = fetch_one(connection, query("drift/skew"), {"as_of": as_of, "days": days, "every": every})
    return (int(row["n"]), int(row["n_differ"])) if row else (0, 0)


def write_answer(connection: Connection, as_of: datetime, action: str, reason: str, skipped: str = "") -> bool:
    """Keep what is done about a tick's findings; False where the tick was answered before."""
    values = {"as_of": as_of, "action": action, "reason": reason, "skipped": skipped}
    return bool(fetch_all(connection, query("drift/answer"), values))


def answers(connection: Connection, as_of: datetime, limit: int = 20) -> list[dict[str, Any]]:
    """Answers up to as_of, the newest first."""
    return fetch_all(connection, query("drift/answers"), {"as_of": as_of, "limit": limit})


def last_training(connection: Connection, as_of: datetime) -> datetime | None:
    """The moment that the newest training was about."""
    row = fetch_one(connection, query("drift/last_training"), {"as_of": as_of})
    return row["as_of"] if row else None


def helped(connection: Connection, as_of: datetime, limit: int) -> list[bool]:
    """Whether the newest trainings that drift started were accepted, since the last search."""
    rows = fetch_all(connection, query("drift/helped"), {"as_of": as_of, "limit": limit})
    return [bool(row["passed"]) for row in rows]
