"""`make proof-rollout`: what a canary of a tenth of the readers costs beside a full `score`, and how fast a list is
rolled back.

    python -m bench.rollout --readers 15000

The world is that of the scale benches. The canary is a version of its own, with its own factors and vectors; its lists
are made as the product makes them, by the same `score`, of the moment that the champion's were made of. Measured is the
second of two hours, as nearly every hour is: both versions have vectors of the articles of the day before. Nothing was
published before, so everybody is due.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import time
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np

from bench import record
from bench.apart import apart
from bench.refresh import home_of, reset, timed
from bench.scale_server import params_of, served
from bench.scale_world import AS_OF, FULL_READERS, Size
from frontpage.core.actor import Actor
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.lifecycle import registry, stages
from frontpage.steps import score
from frontpage.store import migrate, server, versions
from frontpage.store.connect import Connection, connect, execute
from frontpage.store.lifecycle import rollouts
from frontpage.store.lifecycle.rollouts import RolloutChange
from frontpage.store.lists import runs
from frontpage.store.lists.runs import table_of
from models.threads import environment
from models.training import artefact

SHARE, CANARY = 0.10, "bench-canary"
#: What is promised: a canary of SHARE costs at most so much of a full score, and a rollback takes at most so long.
MAX_COST, MAX_ROLLBACK_SECONDS = 0.15, 10.0
_TIMES = 3
_BENCH = Actor("bench", "system")


def measure(home: Path, size: Size) -> dict[str, Any]:
    """Seconds of a full score and of the canary's part beside it, and of rolling the lists back."""
    params, figures = params_of(size), home / size.name / "score.json"
    with served(home, size) as settings:
        migrate.upgrade(server.database_url(settings))
        reset(settings)
        with connect(server.database_url(settings)) as connection:
            _begin_canary(connection, settings, params)
        for as_of in (AS_OF - timedelta(hours=1), AS_OF):
            timed(settings, params, "features", as_of)
            apart("bench.rollout:score_to", settings, params, as_of, str(figures))
        scored = json.loads(figures.read_text())
        with connect(server.database_url(settings)) as connection:
            _publish_two(connection)
            rollbacks = [_roll_back(connection, settings) for _ in range(_TIMES)]
            canary = rollouts.newest_run(connection, "canary", AS_OF)
    assert canary is not None
    full, part = scored["seconds"] - scored["canary_seconds"], scored["canary_seconds"]
    return {
        "readers": size.n_readers,
        "canary_readers": canary["details"]["n_readers"],
        "full_score_seconds": round(full, 1),
        "canary_seconds": round(part, 1),
        "canary_cost": round(part / full, 3),
        "rollback_seconds": round(float(np.median(rollbacks)), 2),
    }


def score_to(settings: Settings, params: Params, as_of: datetime, path: str) -> None:
    """Score everybody and the canary in this process; seconds of all and of the canary's part go to a file."""
    started = time.perf_counter()
    details = score.run(settings, params, as_of).details
    figures = {"seconds": time.perf_counter() - started, "canary_seconds": details["canary_seconds"]}
    Path(path).write_text(json.dumps(figures))


def _begin_canary(connection: Connection, settings: Settings, params: Params) -> None:
    """A version beside the champion, and a rollout of it at SHARE."""
    champion = versions.champion(connection)
    assert champion is not None
    folder = settings.path("models", CANARY).absolute()
    if versions.find(connection, CANARY) is None:
        model = replace(registry.loaded(champion, settings), version=CANARY)
        digest = artefact.save(model, folder, environment(params.threads))
        row = versions.ModelVersion(CANARY, champion.as_of, folder.as_uri(), digest)
        versions.insert(connection, row, actor=_BENCH, reason="for the bench")
        stages.change_stage(connection, CANARY, "canary", actor=_BENCH, reason="for the bench")
    trial = rollouts.under_way(connection) or rollouts.begin(
        connection, "bench", CANARY, AS_OF, _BENCH, "for the bench"
    )
    change = RolloutChange(AS_OF, "advance", "canary", SHARE, CANARY, (), "for the bench")
    rollouts.move(connection, trial, change, _BENCH)


def _publish_two(connection: Connection) -> None:
    """The champion's run, and a copy of it of an hour later, one published after the other."""
    run = runs.newest_attempt(connection, AS_OF, "champion", "built")
    runs.set_state(connection, run["run_id"], "passed")
    runs.publish(connection, {**run, "state": "passed"})
    later = AS_OF + timedelta(hours=1)
    copy = runs.begin_run(connection, later, "champion", run["model_version"])
    columns = "reader_key, rank, article_id, score, candidate_source, reasons, propensity, is_waived"
    source = table_of(run["run_id"])
    execute(connection, f"insert into {table_of(copy)} ({columns}) select {columns} from {source}")  # noqa: S608
    runs.finish_run(connection, copy)
    runs.set_state(connection, copy, "passed")
    runs.publish(connection, runs.newest_attempt(connection, later, "champion", "passed"))


def _roll_back(connection: Connection, settings: Settings) -> float:
    """Seconds of `frontpage rollback` as a person calls it; everything is as before afterwards."""
    before = runs.current(connection, "champion")
    assert before is not None
    started = time.perf_counter()
    subprocess.run(
        [record.FRONTPAGE, "rollback", "--reason", "measured"], check=True, stdout=subprocess.DEVNULL,
        env={**os.environ, "FRONTPAGE_HOME": str(settings.home)}, cwd=record.ROOT,
    )  # fmt: skip
    seconds = time.perf_counter() - started
    now = runs.current(connection, "champion")
    assert now is not None
    assert now["run_id"] != before["run_id"]
    runs.rollback(connection, "champion", before["run_id"], "back for the next measurement")
    execute(connection, "delete from publication where action = 'rollback'")
    return seconds


def main() -> None:
    """Measure one size and write docs/measurements/rollout.json."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--readers", type=int, default=FULL_READERS)
    parser.add_argument("--articles", type=int, default=Size().articles_a_day, help="a day")
    parser.add_argument("--home", type=Path, default=home_of())
    given = parser.parse_args()
    size = Size(given.readers, articles_a_day=given.articles)
    row = measure(given.home, size)
    is_full = size == Size()
    print(record.write("rollout", {"rollout": row}, size.name, record.command("rollout", is_full=is_full)))  # noqa: T201
    kept = row["canary_cost"] <= MAX_COST and row["rollback_seconds"] <= MAX_ROLLBACK_SECONDS
    print(json.dumps(row), "as promised" if kept else "NOT as promised")  # noqa: T201


if __name__ == "__main__":
    main()
