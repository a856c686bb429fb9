"""Experiments as serving reads them: which readers are served another variant."""

import json

import asyncpg

from frontpage.core.experiments.experiment import Arm, Experiment
from frontpage.store.queries import query
from frontpage.store.read.pool import fetch


async def fetch_experiments(pool: asyncpg.Pool) -> tuple[Experiment, ...]:
    """Those that are running. Raises UnavailableError where the database does not answer."""
    return tuple(_experiment(row) for row in await fetch(pool, query("serve/experiments")))


def _experiment(row: asyncpg.Record) -> Experiment:
    return Experiment(
        name=row["name"], attempt=row["attempt"], kind=row["kind"],
        arms=tuple(Arm(**each) for each in json.loads(row["arms"])), metrics=tuple(row["metrics"]), salt=row["salt"],
        lower=row["lower_bucket"], upper=row["upper_bucket"], level=row["level"], horizon_hours=row["horizon_hours"],
        planned_readers=row["planned_readers"], started_at=row["started_at"],
    )  # fmt: skip
