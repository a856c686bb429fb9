"""An installation in which a small version was trained, accepted and released; once for each module of tests."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

from frontpage.core.settings import Settings
from frontpage.steps import accept, evaluate, explain, features, release, train
from frontpage.store import migrate
from frontpage.store.connect import connect
from frontpage.store.server import Server
from tests.integration.test_models_steps import fill
from tests.support.databases import admin
from tests.unit.models.newsroom_world import PARAMS, newsroom
from tests.unit.models.worlds import NOW

LATER = NOW + timedelta(hours=1)


@contextmanager
def filled(postgres: Server, home: Path, name: str) -> Iterator[Settings]:
    """Settings of an installation whose database holds a newsroom of 60 readers, with a database for MLflow."""
    for database in (name, f"{name}_mlflow"):
        admin(postgres, f"create database {database}")
    migrate.upgrade(postgres.url(name))
    with connect(postgres.url(name)) as connection:
        fill(connection, newsroom(60, 36))
    yield Settings(
        home=home, database_url=postgres.url(name), mlflow_url=postgres.url(f"{name}_mlflow"), actor="person:ana"
    )
    for database in (name, f"{name}_mlflow"):
        admin(postgres, f"drop database {database} with (force)")


def release_version(settings: Settings) -> str:
    """The name of the champion that was trained, judged, released and explained."""
    for step in (features, train, evaluate, accept):
        summary = step.run(settings, PARAMS, NOW)
    assert summary.details["stage"] == "candidate", summary.details
    assert release.run(settings, PARAMS, NOW).details["stage"] == "champion"
    explain.run(settings, PARAMS, NOW)
    return str(summary.details["version"])
