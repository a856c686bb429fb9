"""`frontpage drift`: whether data or model have moved at as_of, and what is to be done about it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from frontpage.core.clock import DAY, HOUR, floor_to
from frontpage.core.params import Params
from frontpage.core.sections.watching import DriftParams
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.lifecycle.drift import findings as find
from frontpage.lifecycle.drift.answers import Answer, Answered, answer
from frontpage.store.connect import Connection, connect
from frontpage.store.locks import exclusive
from frontpage.store.server import database_url
from frontpage.store.watching import drift


def run(settings: Settings, params: Params, as_of: datetime) -> Summary:
    """Counts of the hours since the last one, findings of the newest whole hour, and an answer where any is confirmed.

    Once an hour: between two whole hours there is nothing new to compare. The answer of a tick is given once.
    """
    hour = floor_to(as_of, HOUR)
    with connect(database_url(settings), application="frontpage drift") as connection, exclusive(connection, "drift"):
        n_aggregates = _count(connection, params.drift, hour)
        found = _findings(connection, params, hour)
        rows = [{"as_of": hour, **asdict(finding)} for finding in found]
        drift.write_findings(connection, rows)
        given = _answer(connection, found, params.drift, hour)
    n_confirmed = sum(finding.is_confirmed for finding in found)
    details: dict[str, Any] = {"found": len(found), "confirmed": n_confirmed, "action": given.action}
    details |= {"skipped": given.skipped.replace(" ", "_")} if given.skipped else {}
    details |= {"reason": given.reason} if given.reason else {}
    return Summary("drift", n_aggregates, len(found), details=details)


def _span(params: DriftParams) -> timedelta:
    """The stretch of hours that one judgement looks at: past weeks of the days that say what is usual."""
    return timedelta(weeks=params.weeks, days=params.scale_days + 7)


def _count(connection: Connection, params: DriftParams, hour: datetime) -> int:
    """Count the hours that were not counted; the first time all of a span. A moment of the past is counted again."""
    newest, first = drift.newest_hour(connection), drift.known_since(connection)
    if first is None:
        return 0
    since = max(floor_to(first, HOUR), hour - _span(params)) if newest is None else min(newest, hour - HOUR)
    return drift.count_hours(
        connection, since, hour, story_share=params.story_share, quality=params.quality_hours * HOUR,
        every=params.sample_every,
    )  # fmt: skip


def _findings(connection: Connection, params: Params, hour: datetime) -> list[find.Finding]:
    since = hour - _span(params.drift)
    seen = find.aggregates_of(drift.window(connection, since, hour), since, hour)
    n, n_differ = drift.skew(connection, hour, params.data.max_days, params.drift.sample_every)
    return [
        *find.in_series(seen, params.drift),
        *find.in_quality(seen, params.drift),
        *find.in_ages(drift.ages(connection, hour), params.drift),
        *find.in_states(n, n_differ, params.drift),
    ]


def _answer(connection: Connection, found: list[find.Finding], params: DriftParams, hour: datetime) -> Answer:
    """The answer to this tick, which a repeat of it does not give again."""
    before = Answered(
        drift.last_training(connection, hour),
        drift.helped(connection, hour, params.max_helpless),
        drift.answers(connection, hour - HOUR, limit=round(7 * DAY / HOUR)),
    )
    given = answer(found, before, params, hour)
    if given is None:
        return Answer("none", "")
    is_first = drift.write_answer(connection, hour, given.action, given.reason, given.skipped)
    return given if is_first else Answer("none", given.reason, "answered at this tick already")
