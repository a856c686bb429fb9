"""The registry in PostgreSQL: one champion, an audit trail, the same inputs the same model."""

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import psycopg2
import pytest

from frontpage.core.actor import Actor
from frontpage.core.errors import BadInputError, CheckFailedError, NothingPublishedError
from frontpage.lifecycle import stages
from frontpage.store import versions
from frontpage.store.connect import Connection, connect, execute
from frontpage.store.versions import ModelVersion

ANA, NIGHT = Actor("ana"), Actor("retrain_nightly", "airflow", "scheduled__1")
AS_OF = datetime(2026, 3, 1, 2, tzinfo=UTC)


@pytest.fixture
def connection(database: str) -> Iterator[Connection]:
    """A connection to an empty, migrated database."""
    with connect(database) as opened:
        yield opened


def version(name: str, days: int = 0, **changes: object) -> ModelVersion:
    """A candidate trained `days` after AS_OF."""
    row = ModelVersion(name, AS_OF + timedelta(days=days), f"/models/{name}", "hash of " + name)
    return dataclasses.replace(row, **changes)


def trail(connection: Connection, name: str) -> list[tuple[str | None, str, str]]:
    """Every change of a version's stage since it was registered, oldest first: from, to and why."""
    return [(event.from_stage, event.to_stage, event.reason) for event in versions.events(connection, name)][1:]


def insert(connection: Connection, row: ModelVersion) -> bool:
    """Registered by a workflow."""
    return versions.insert(connection, row, actor=NIGHT, reason="trained")


def set_stage(connection: Connection, name: str, stage: str, reason: str) -> ModelVersion | None:
    """Changed by a person."""
    return stages.change_stage(connection, name, stage, actor=ANA, reason=reason)


def test_a_version_is_registered_once(connection: Connection):
    """The same version with the same artefacts again changes nothing; with other artefacts it is refused."""
    assert insert(connection, version("v1", metrics={"ndcg_at_10": 0.2}))
    assert not insert(connection, version("v1"))
    assert versions.get(connection, "v1").metrics == {"ndcg_at_10": 0.2}
    with pytest.raises(CheckFailedError, match="v1 is registered with other artefacts"):
        insert(connection, version("v1", artefact_hash="another"))


def test_an_unknown_version_names_those_there_are(connection: Connection):
    """The sentence helps to find the right name."""
    with pytest.raises(NothingPublishedError, match="the newest are: none yet"):
        versions.get(connection, "v9")
    insert(connection, version("v1"))
    with pytest.raises(NothingPublishedError, match="there is no model version v9; the newest are: v1"):
        set_stage(connection, "v9", "champion", "why not")


def test_a_new_champion_archives_the_old_one(connection: Connection):
    """One champion at any time, and the trail says who made way for whom and why."""
    for name in ("v1", "v2"):
        insert(connection, version(name))
    assert versions.champion(connection) is None
    assert set_stage(connection, "v1", "champion", "first") is None
    former = set_stage(connection, "v2", "champion", "better")
    assert former is not None
    assert former.version == "v1"
    assert versions.champion(connection).version == "v2"
    assert versions.get(connection, "v1").stage == "archived"
    assert trail(connection, "v1") == [
        ("candidate", "champion", "first"),
        ("champion", "archived", "v2 became champion: better"),
    ]


def test_the_same_stage_again_changes_nothing(connection: Connection):
    """A repeated promotion leaves no second line in the trail."""
    insert(connection, version("v1"))
    set_stage(connection, "v1", "champion", "first")
    assert set_stage(connection, "v1", "champion", "again") is None
    assert len(trail(connection, "v1")) == 1


def test_the_database_itself_refuses_a_second_champion(connection: Connection):
    """The rule holds for whoever writes the table."""
    for name in ("v1", "v2"):
        insert(connection, version(name))
    with pytest.raises(psycopg2.errors.UniqueViolation):
        execute(connection, "update model_version set stage = 'champion'")


def test_versions_come_newest_knowledge_first(connection: Connection):
    """By as_of, not by when they were written; one stage where asked."""
    for name, days in (("v3", 3), ("v1", 1), ("v2", 2)):
        insert(connection, version(name, days))
    assert [row.version for row in versions.newest(connection)] == ["v3", "v2", "v1"]
    set_stage(connection, "v1", "rejected", "worse")
    assert [row.version for row in versions.newest(connection, stage="rejected")] == ["v1"]
    assert [row.version for row in versions.newest(connection, limit=1)] == ["v3"]
    assert [row.version for row in versions.newest(connection, until=version("v2", 2).as_of)] == ["v2", "v1"]


def test_metrics_and_gate_are_added(connection: Connection):
    """New keys join the ones that are there."""
    insert(connection, version("v1", metrics={"loss": 1.0}))
    versions.set_metrics(connection, "v1", {"ndcg_at_10": 0.3}, {"accepted": False, "why": "worse than the champion"})
    row = versions.get(connection, "v1")
    assert row.metrics == {"loss": 1.0, "ndcg_at_10": 0.3}
    assert row.gate["why"] == "worse than the champion"


def test_a_training_is_opened_and_closed(connection: Connection):
    """A training that is closed carries what was measured; an unknown one is an error."""
    training_id = versions.begin_training(connection, AS_OF, "5" * 64, {"seed": 1})
    versions.end_training(connection, training_id, "done", metrics={"loss": 1.0}, tracker_refs={"mlflow": "runs/1"})
    with connection.cursor() as cursor:
        cursor.execute("select state, metrics, resources, tracker_refs, ended_at is not null from training_run")
        assert cursor.fetchone() == ("done", {"loss": 1.0}, {}, {"mlflow": "runs/1"}, True)
    with pytest.raises(BadInputError, match="there is no training 99"):
        versions.end_training(connection, 99, "failed")
