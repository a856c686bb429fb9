"""What is on trial, and what is served again: who decided it is in the audit log, with the change or not at all."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest

from frontpage.core.actor import Actor
from frontpage.core.errors import BadInputError
from frontpage.core.experiments.experiment import Arm, Experiment
from frontpage.store import audit
from frontpage.store.connect import connect, execute
from frontpage.store.judging import experiments
from frontpage.store.lifecycle import pilots, rollouts
from frontpage.store.lifecycle.rollouts import RolloutChange
from frontpage.store.lists import holds

from ..serving_world import TEN, World

ANA, LATER = Actor("ana"), TEN + timedelta(hours=1)
Change = Callable[[World, str], object]
FALLBACK = {("global", ""): ["a1"]}


@pytest.fixture
def world(database: str, settings) -> Iterator[World]:
    """Two runs of lists, one reader, one version of a model."""
    with connect(database) as connection:
        made = World(connection, settings)
        made.articles(["a1", "a2"])
        made.reader("ann")
        made.publish({"ann": ["a1"]}, FALLBACK)
        made.publish({"ann": ["a2"]}, FALLBACK, LATER)
        insert = "insert into model_version (version, as_of, artefact_uri, artefact_hash) values ('m', %s, '-', '-')"
        execute(connection, insert, [TEN])
        yield made


def rollout_started(world: World, reason: str) -> rollouts.Rollout:
    return rollouts.begin(world.connection, "recipe", "m", TEN, ANA, reason)


def rollout_moved(action: str, state: str, share: float) -> Change:
    def move(world: World, reason: str) -> None:
        rollout = rollout_started(world, "to try it")
        rollouts.move(world.connection, rollout, RolloutChange(LATER, action, state, share, "m", (), reason), ANA)

    return move


def experiment_started(world: World, reason: str) -> Experiment:
    planned = Experiment(
        name="trial", attempt=0, kind="ab", arms=(Arm("control", "champion", 0.5), Arm("new", "popularity", 0.5)),
        metrics=("reads",), salt="", lower=0.0, upper=1.0, level=0.05, horizon_hours=1.0, planned_readers=2,
        started_at=TEN,
    )  # fmt: skip
    return experiments.start(world.connection, planned, ANA, reason)


def experiment_stopped(world: World, reason: str) -> Experiment:
    experiment_started(world, "to see")
    return experiments.stop(world.connection, "trial", LATER, ANA, reason)


def pilot_started(world: World, reason: str) -> pilots.Pilot:
    arms: dict[pilots.PilotArm, list[int]] = {"treatment": [world.key("ann")], "control": []}
    return pilots.begin(world.connection, arms, "all", 0.0, TEN, ANA, reason)


def pilot_stopped(world: World, reason: str) -> pilots.Pilot:
    pilot_started(world, "to see")
    return pilots.end(world.connection, LATER, ANA, reason)


def lifted(world: World, reason: str) -> int:
    holds.roll_back(world.connection, "champion", None, min_live_share=0.5, actor=ANA, reason="bad")
    return holds.lift(world.connection, "champion", ANA, reason)


CHANGES = {
    "rollout start": (rollout_started, "rollout:1", "state", None, "shadow"),
    "rollout advance": (rollout_moved("advance", "canary", 0.5), "rollout:1", "share", 0.0, 0.5),
    "rollout approve": (rollout_moved("approve", "canary", 0.5), "rollout:1", "state", "shadow", "canary"),
    "rollout take-back": (rollout_moved("take_back", "taken_back", 0.0), "rollout:1", "state", "shadow", "taken_back"),
    "experiment start": (experiment_started, "experiment:trial#1", "kind", None, "ab"),
    "experiment stop": (experiment_stopped, "experiment:trial#1", "stopped_at", None, "2026-03-01 11:00:00+00:00"),
    "pilot start": (pilot_started, "pilot:1", "treatment", None, 1),
    "pilot stop": (pilot_stopped, "pilot:1", "ended_at", None, "2026-03-01 11:00:00+00:00"),
    "lists lift": (lifted, "lists:champion", "held", 1, None),
}


@pytest.mark.parametrize("action", CHANGES)
def test_a_change_is_audited_with_who_and_why(world, action):
    """One entry, with what was before and after; without a reason there is neither entry nor change."""
    change, subject, of, before, after = CHANGES[action]
    change(world, "  looked at the figures")
    (entry,) = audit.entries(world.connection, action)
    said = (entry["subject"], entry["actor"], entry["reason"].strip())
    assert said == (subject, "person:ana", "looked at the figures")
    assert ((entry["before"] or {}).get(of), entry["after"][of]) == (before, after)
    assert audit.verify(world.connection).faults == ()


@pytest.mark.parametrize("action", ["rollout start", "experiment start", "pilot start"])
def test_what_cannot_be_audited_does_not_happen(world, action):
    """Both are in one transaction."""
    change = CHANGES[action][0]
    with pytest.raises(BadInputError, match="needs to know who asks and why"):
        change(world, " ")
    assert audit.entries(world.connection, action) == []
    assert rollouts.under_way(world.connection) is None
    assert experiments.running(world.connection) == []
    assert pilots.newest(world.connection) is None


def test_a_rollout_that_stays_is_in_its_trail_alone(world):
    """Each tick judges it; only what changed is audited."""
    rollout_moved("stay", "shadow", 0.0)(world, "has no data")
    assert [row["action"] for row in audit.entries(world.connection, "rollout%")] == ["rollout start"]
