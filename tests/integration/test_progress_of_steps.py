"""Every step that can take long says how far it has come: what, done, of how many, up to its end."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from frontpage.core.progress import progress_to
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.digest.sink.server import start_sink
from frontpage.stack.processes import free_port
from frontpage.steps import (
    digest,
    evaluate,
    explain,
    extract,
    features,
    gate,
    publish,
    replay,
    score,
    simulate,
    snapshot,
    train,
    validate,
)
from frontpage.steps import purge as purge_step
from frontpage.store.server import Server
from tests.support.databases import admin
from tests.unit.models.newsroom_world import PARAMS

pytestmark = pytest.mark.slow
NOW = datetime(2026, 3, 4, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
Heard = list[tuple[str, int, int | None]]


@pytest.fixture
def installation(settings: Settings, postgres: Server, tmp_path: Path) -> Iterator[Settings]:
    """An empty installation with a mail server and a database of its own for MLflow."""
    name = f"mlflow_{settings.database_url.rsplit('/', 1)[1]}"
    admin(postgres, f"create database {name}")
    port = free_port(0)
    sink = start_sink(tmp_path / "mail", "127.0.0.1", port)
    yield settings.model_copy(update={"mlflow_url": postgres.url(name), "smtp_url": f"smtp://127.0.0.1:{port}"})
    sink.stop()
    admin(postgres, f"drop database {name} with (force)")


def heard_from(step: Callable[[], Summary]) -> Heard:
    """What is reported while a step runs."""
    heard: Heard = []
    with progress_to(lambda *progress: heard.append(progress)):
        step()
    return heard


def stages(heard: Heard) -> list[str]:
    """The stages in order, each of which was reported from its beginning to its end."""
    names = list(dict.fromkeys(what for what, _, _ in heard))
    for name in names:
        told = [(done, total) for what, done, total in heard if what == name]
        assert told[-1][0] == told[-1][1], f"{name} ends at {told[-1]}"
        assert all(done <= (total or 0) for done, total in told)
    return names


def test_each_long_step_reports(installation: Settings, tmp_path: Path) -> None:
    """A newsroom from its files to its mails, and back in a replay."""
    ours, params, world = installation, PARAMS, tmp_path / "newsroom"

    def told(step: Callable[..., Summary], *arguments: object, **options: object) -> list[str]:
        return stages(heard_from(lambda: step(ours, params, *arguments, **options)))

    size = {"n_readers": 80, "n_days": 4, "articles_per_day": 80, "seed": 3}
    assert told(simulate.run, **size, until=NOW, out=world) == ["hours"]
    extracted = told(extract.run, NOW, sources=[str(world)])
    assert extracted[0] == "sources"
    assert [name.split(" of ")[0] for name in extracted[1:]] == ["parts", "merges"]
    assert told(validate.run, NOW) == ["checks"]
    assert told(features.run, NOW) == ["blocks of readers"]
    assert told(snapshot.run, NOW, tmp_path / "snapshot") == ["tables"]
    assert {"tables", "features of past moments", "cut-offs", "trees", "als"} <= set(told(train.run, NOW))
    assert {"cut-offs", "evaluation"} <= set(told(evaluate.run, NOW))
    assert told(explain.run, NOW) == ["blocks of readers"]
    assert told(score.run, NOW) == ["blocks of readers"]
    assert told(gate.run, NOW) == ["checks"]
    publish.run(ours, params, NOW)
    assert told(digest.run, NOW) == ["mails"]
    assert told(purge_step.run, NOW) == ["tables"]
    replayed = told(
        replay.run, period=(NOW - 4 * HOUR, NOW), every=(2 * HOUR, 4 * HOUR), json_file=tmp_path / "replay.json"
    )
    assert {"refreshes", "cut-offs", "draws for intervals"} <= set(replayed)
