"""Which runs the first editions need: pure, so that it can be read and tested without starting anything."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from frontpage.core.clock import DAY, HOUR, floor_to, to_utc

REFRESH = "refresh_hourly"
RETRAIN = "retrain_nightly"
DIGEST = "digest_hourly"
WORKFLOWS = (REFRESH, RETRAIN, DIGEST)
BACKFILL_DAYS = 3
#: Tasks after which readers have what a run is for.
PUBLISHED, PROMOTED = "publish", "release"


@dataclass(frozen=True, slots=True)
class PlannedRun:
    """One run to ask Airflow for.

    purpose: in words; two runs of a workflow about one moment differ by it. until: the task after whose success nobody
    waits for the rest; the whole run where not said. asked_by: the workflow that asks for this run, too: it is one run.
    """

    dag_id: str
    as_of: datetime
    purpose: str = ""
    until: str = ""
    asked_by: str = ""


def first_edition(now: datetime) -> list[PlannedRun]:
    """Lists that somebody can read soon: without a model a rule makes them.

    As of the last full hour, where a new newsroom ends: nobody waits for the next tick.
    """
    return [PlannedRun(REFRESH, floor_to(now, HOUR), "first edition", until=PUBLISHED)]


def first_training(now: datetime) -> list[PlannedRun]:
    """The first model, which the first edition asks for once it is published; what explains it can wait."""
    return [PlannedRun(RETRAIN, floor_to(now, HOUR), "first training", until=PROMOTED, asked_by=REFRESH)]


def personal_edition(now: datetime) -> list[PlannedRun]:
    """Lists by the first model, and mails with these.

    now: after the training. Where an hour has begun since the first edition, Airflow may have published lists of that
    hour already, by the rule; lists of an earlier moment would not take their place.
    """
    as_of = floor_to(now, HOUR)
    return [PlannedRun(REFRESH, as_of, "personal edition", until=PUBLISHED), PlannedRun(DIGEST, as_of, "mails")]


def live_edition(now: datetime) -> list[PlannedRun]:
    """The same of live sources, as of the last full minute, with all they hold; without reads no model is trained."""
    as_of = floor_to(now, timedelta(minutes=1))
    return [
        PlannedRun(REFRESH, as_of, "first edition", until=PUBLISHED),
        PlannedRun(RETRAIN, as_of, "first training", until=PROMOTED, asked_by=REFRESH),
        PlannedRun(REFRESH, as_of, "personal edition", until=PUBLISHED),
        PlannedRun(DIGEST, as_of, "mails"),
    ]


def backfill(end: datetime, days: int = BACKFILL_DAYS) -> list[PlannedRun]:
    """The last `days` days up to the end of historic data, oldest first; per day a new model, then its lists.

    The first run publishes lists by a rule, to read during the first training. The last as_of is the end rounded up to
    the full minute, so that nothing is left out; digests only then: nobody wants mails of the days before.
    """
    last = floor_to(to_utc(end) + timedelta(minutes=1), timedelta(minutes=1))
    ends = [last - DAY * back for back in reversed(range(days))]
    runs = [
        run
        for as_of in ends
        for run in (
            PlannedRun(RETRAIN, as_of, "training", asked_by=REFRESH),
            PlannedRun(REFRESH, as_of, "personal edition"),
        )
    ]
    return [PlannedRun(REFRESH, ends[0], "first edition", until=PUBLISHED), *runs, PlannedRun(DIGEST, last, "mails")]
