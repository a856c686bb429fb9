"""Experiments as the database keeps them, and what their readers did."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import pandas as pd
from psycopg2.errors import UniqueViolation
from psycopg2.extras import Json

from frontpage.core import columns as c
from frontpage.core.actor import Actor
from frontpage.core.errors import BadInputError, NothingPublishedError
from frontpage.core.experiments.experiment import Arm, Experiment
from frontpage.core.experiments.starting import arms_as_json
from frontpage.store import audit
from frontpage.store.connect import Connection, fetch_all, fetch_one, transaction
from frontpage.store.queries import query

#: What can be measured of a reader within an experiment's horizon.
METRICS = ("reading_seconds", "reads", "listed_reads", "ndcg_at_10")


def start(connection: Connection, planned: Experiment, actor: Actor, reason: str) -> Experiment:
    """The experiment as it runs from now on, with its attempt and salt.

    Raises BadInputError where one of that name is running. Call it under `locks.exclusive`.
    """
    values = {
        "name": planned.name, "kind": planned.kind, "arms": Json(arms_as_json(planned.arms)),
        "metrics": [*planned.metrics], "lower": planned.lower, "upper": planned.upper, "level": planned.level,
        "horizon_hours": planned.horizon_hours, "planned_readers": planned.planned_readers,
        "started_at": planned.started_at, "actor": str(actor), "reason": reason,
    }  # fmt: skip
    try:
        with transaction(connection):
            row = fetch_one(connection, query("experiments/insert"), values)
            assert row is not None
            after = {"kind": row["kind"], "arms": row["arms"], "lower": planned.lower, "upper": planned.upper}
            _audit(connection, "start", row, actor, reason, {"after": after})
    except UniqueViolation as error:
        raise BadInputError(f"experiment {planned.name} is running already; stop it first") from error
    return experiment_of(row)


def stop(connection: Connection, name: str, at: datetime, actor: Actor, reason: str) -> Experiment:
    """The experiment that has ended. Raises BadInputError where none of that name is running."""
    values = {"name": name, "at": at, "actor": str(actor), "reason": reason}
    with transaction(connection):
        row = fetch_one(connection, _STOP, values)
        if row is None:
            raise BadInputError(f"no experiment {name} is running; `frontpage experiment status` lists them")
        states = {"before": {"stopped_at": None}, "after": {"stopped_at": row["stopped_at"]}}
        _audit(connection, "stop", row, actor, reason, states)
    return experiment_of(row)


def running(connection: Connection) -> list[Experiment]:
    """Those that have not ended, oldest first."""
    rows = fetch_all(connection, query("experiments/list"), {"name": None, "only_running": True})
    return [experiment_of(row) for row in rows]


def newest(connection: Connection, name: str | None = None) -> list[Experiment]:
    """The newest start of each experiment, or of one. Raises NothingPublishedError where there is none of that name."""
    rows = fetch_all(connection, query("experiments/list"), {"name": name, "only_running": False})
    if name is not None and not rows:
        raise NothingPublishedError(f"there is no experiment {name}; `frontpage experiment status` lists them")
    return [experiment_of(row) for row in rows]


def readers(
    connection: Connection, experiment: Experiment, until: datetime, covariate_days: float, max_dwell_seconds: float
) -> pd.DataFrame:
    """Everybody who was shown a list since all arms had some, in its order: see experiments/readers.sql."""
    values = {
        **_period(connection, experiment, until),
        "covariate_days": covariate_days,
        "max_dwell_seconds": max_dwell_seconds,
    }
    names = (c.READER_KEY, "first_at", "variants", *METRICS, "reads_before")
    return pd.DataFrame(fetch_all(connection, query("experiments/readers"), values), columns=[*names])


def credits_of(connection: Connection, experiment: Experiment, until: datetime) -> pd.DataFrame:
    """reader_key, variant, reads: for whose articles the readers of an interleaving decided."""
    values = {**_period(connection, experiment, until), "variant": experiment.variant}
    rows = fetch_all(connection, query("experiments/credits"), values)
    return pd.DataFrame(rows, columns=[c.READER_KEY, "variant", "reads"])


def usual(connection: Connection, since: datetime, until: datetime, max_dwell_seconds: float) -> dict[str, Any]:
    """How many readers came in a period, and mean and deviation of each metric among them."""
    values = {"since": since, "until": until, "max_dwell_seconds": max_dwell_seconds}
    row = fetch_one(connection, query("experiments/usual"), values)
    assert row is not None
    return row


def n_readers(connection: Connection) -> int:
    """Everybody who is known."""
    row = fetch_one(connection, "select count(*) as n from reader")
    return int((row or {})["n"])


def experiment_of(row: Mapping[str, Any]) -> Experiment:
    """An experiment of its row."""
    return Experiment(
        name=row["name"], attempt=row["attempt"], kind=row["kind"], arms=tuple(Arm(**each) for each in row["arms"]),
        metrics=tuple(row["metrics"]), salt=row["salt"], lower=row["lower_bucket"], upper=row["upper_bucket"],
        level=row["level"], horizon_hours=row["horizon_hours"], planned_readers=row["planned_readers"],
        started_at=row["started_at"], experiment_id=row["experiment_id"], stopped_at=row["stopped_at"],
    )  # fmt: skip


def _audit(
    connection: Connection, verb: str, row: Mapping[str, Any], actor: Actor, reason: str, states: Mapping[str, Any]
) -> None:
    audit.record(connection, f"experiment {verb}", f"experiment:{row['salt']}", str(actor), reason, **states)


def _period(connection: Connection, experiment: Experiment, until: datetime) -> dict[str, Any]:
    """From when lists of every arm were shown until now or its end; nothing as long as one arm has none."""
    end = min(until, experiment.stopped_at or until)
    values = {"since": experiment.started_at, "until": end, "variants": sorted(experiment.served)}
    row = fetch_one(connection, query("experiments/begun"), values)
    begun_at = (row or {})["begun_at"] or end
    return {"since": begun_at, "until": end, "horizon_hours": experiment.horizon_hours}


_STOP = """update experiment set stopped_at = greatest(%(at)s, started_at + interval '1 microsecond'),
stopped_by = %(actor)s, stop_reason = %(reason)s
where name = %(name)s and stopped_at is null returning *"""
