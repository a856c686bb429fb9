"""Figures of days: reading, and what the work cost."""

from datetime import date, datetime, timedelta
from typing import Any

from frontpage.core.sections.watching import BusinessParams
from frontpage.store.connect import Connection, execute, fetch_all, transaction
from frontpage.store.queries import query


def count_day(connection: Connection, day: datetime, known: datetime, prices: BusinessParams) -> None:
    """Count one day (its beginning, UTC) as known at a moment; again is as good as once."""
    values = {
        "day": day, "next_day": day + timedelta(days=1), "known": known, "cpu_hour": prices.price_per_cpu_hour,
        "gb_hour": prices.price_per_gb_hour, "gb_written": prices.price_per_gb_written,
    }  # fmt: skip
    with transaction(connection):
        execute(connection, query("business/day"), values)
        execute(connection, query("business/cost"), values)


def days(connection: Connection, since: date, until: date) -> list[dict[str, Any]]:
    """Reading of days, both included, by region, segment and variant."""
    return fetch_all(connection, query("business/days"), {"since": since, "until": until})


def costs(connection: Connection, since: date, until: date) -> list[dict[str, Any]]:
    """Costs of days, both included."""
    return fetch_all(connection, query("business/costs"), {"since": since, "until": until})


def subscriptions(connection: Connection, since: date, until: date, known: datetime) -> list[dict[str, Any]]:
    """How many readers began a trial, paid, or cancelled on each day; nothing where sources do not say."""
    values = {"since": since, "until": until, "known": known}
    return fetch_all(connection, query("business/subscriptions"), values)


def paths(connection: Connection, since: datetime, until: datetime) -> list[dict[str, Any]]:
    """Minutes from publication to the first list that shows an article, by stage; of lists published since."""
    return fetch_all(connection, query("business/paths"), {"since": since, "until": until})
