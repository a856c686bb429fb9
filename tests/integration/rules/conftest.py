"""A newsroom with a champion, whose lists of an hour ago are served."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from frontpage.core.params import ListParams
from frontpage.core.settings import Settings
from frontpage.steps import accept, evaluate, features, refresh, release, train
from frontpage.store.connect import connect
from frontpage.store.server import Server
from tests.integration.test_models_steps import fill
from tests.support.databases import admin
from tests.unit.models.newsroom_world import PARAMS, newsroom
from tests.unit.models.worlds import NOW

HOUR = timedelta(hours=1)
FIRST, SECOND = NOW - HOUR, NOW
#: No habit makes anybody due, so whose lists are kept hangs on what happened alone.
KEEPING = PARAMS.model_copy(
    update={"lists": ListParams(max_list_age_hours=6, max_visit_age_hours=1e9, max_similarity=1.0)}
)


@pytest.fixture
def installation(settings: Settings, postgres: Server, tmp_path: Path) -> Iterator[Settings]:
    """With a champion and a published run."""
    name = f"mlflow_{settings.database_url.rsplit('/', 1)[1]}"
    admin(postgres, f"create database {name}")
    ours = settings.model_copy(update={"mlflow_url": postgres.url(name), "home": tmp_path / "home"})
    with connect(settings.database_url) as connection:
        fill(connection, newsroom(60, 36))
    for step in (features, train, evaluate, accept, release):
        step.run(ours, KEEPING, FIRST - HOUR)
    assert refresh.run(ours, KEEPING, FIRST).details["outcome"] == "published"
    yield ours
    admin(postgres, f"drop database {name} with (force)")
