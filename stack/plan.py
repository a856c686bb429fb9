"""Which runs the first edition needs: pure, so that it can be read and tested without starting anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from core.clock import DAY, HOUR, floor_to, to_utc

REFRESH = "refresh_hourly"
RETRAIN = "retrain_nightly"
DIGEST = "digest_hourly"
WORKFLOWS = (REFRESH, RETRAIN, DIGEST)
BACKFILL_DAYS = 3


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """One run to ask Airflow for."""

    dag_id: str
    as_of: datetime


def first_edition(now: datetime) -> list[PlannedRun]:
    """A model, lists and mails as of the last full hour, where a new newsroom ends: nobody waits for the next tick."""
    as_of = floor_to(now, HOUR)
    return [PlannedRun(RETRAIN, as_of), PlannedRun(REFRESH, as_of), PlannedRun(DIGEST, as_of)]


def live_edition(now: datetime) -> list[PlannedRun]:
    """The same of live sources, as of the last full minute, with all they hold; without reads no model is trained."""
    as_of = floor_to(now, timedelta(minutes=1))
    return [PlannedRun(RETRAIN, as_of), PlannedRun(REFRESH, as_of), PlannedRun(DIGEST, as_of)]


def backfill(end: datetime, days: int = BACKFILL_DAYS) -> list[PlannedRun]:
    """The last `days` days up to the end of historic data, oldest first; per day a new model, then its lists.

    The last as_of is the end rounded up to the full minute, so that nothing is left out; digests only then: nobody
    wants mails of the days before.
    """
    last = floor_to(to_utc(end) + timedelta(minutes=1), timedelta(minutes=1))
    ends = [last - DAY * back for back in reversed(range(days))]
    runs = [PlannedRun(dag_id, as_of) for as_of in ends for dag_id in (RETRAIN, REFRESH)]
    return [*runs, PlannedRun(DIGEST, last)]
