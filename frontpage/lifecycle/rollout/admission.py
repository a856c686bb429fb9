"""A version that passed its gate: champion at once where only its data are new, else on trial first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from frontpage.core.actor import Actor
from frontpage.core.errors import BadInputError
from frontpage.lifecycle import stages
from frontpage.lifecycle.rollout.audience import CANARY
from frontpage.lifecycle.rollout.recipe import written_recipe
from frontpage.lifecycle.rollout.transitions import Move, Position
from frontpage.store import versions
from frontpage.store.connect import Connection
from frontpage.store.lifecycle import rollouts
from frontpage.store.lifecycle.rollouts import Rollout, RolloutChange, RolloutState
from frontpage.store.lists import withheld
from frontpage.store.versions import ModelVersion, Stage

#: As they are kept with an event.
Guardrails = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class StageChanger:
    """Where stages are changed, as of when and by whom; changed: stages by version, for those who mirror them."""

    connection: Connection
    as_of: datetime
    actor: Actor
    changed: dict[str, Stage] = field(default_factory=dict)

    def stage(self, version: str, stage: Stage, reason: str) -> None:
        """Change a version's stage."""
        self.changed[version] = stage
        stages.change_stage(self.connection, version, stage, actor=self.actor, reason=reason)


def admit(at: StageChanger, version: ModelVersion, reason: str) -> None:
    """Give a version that passed its gate its stage.

    Of the champion's recipe, or the first one: champion. Of a rollout's recipe: it goes on in the place of that one's
    version. Of another: shadow, in a rollout of its own; of one that was taken back: rejected.
    """
    champion, recipe, trial = versions.champion(at.connection), written_recipe(version), _trial(at)
    if champion is None or recipe is None or recipe == written_recipe(champion):
        if trial is not None:
            take_back(at, trial, f"{version.version} has the champion's recipe again")
        at.stage(version.version, "champion", reason)
    elif trial is not None and trial.recipe == recipe:
        _go_on(at, trial, version, reason)
    elif (former := _taken_back(at.connection, recipe)) is not None:
        says = f"its recipe was taken back (rollout {former.rollout_id}); `frontpage rollout start` tries it again"
        at.stage(version.version, "rejected", f"{says}; {reason}")
    else:
        if trial is not None:
            take_back(at, trial, f"{version.version} has a newer recipe")
        begin(at, version, reason)


def begin(at: StageChanger, version: ModelVersion, reason: str) -> Rollout:
    """A rollout of a version, in shadow. Raises BadInputError where one is under way, or the version is champion."""
    if (trial := rollouts.under_way(at.connection)) is not None:
        raise BadInputError(f"the rollout of {trial.version} is under way ({trial.state}); take it back first")
    if version.stage == "champion":
        raise BadInputError(f"{version.version} is the champion already")
    recipe = written_recipe(version) or f"version {version.version}"
    if version.stage != "shadow":
        at.stage(version.version, "shadow", reason)
    return rollouts.begin(at.connection, recipe, version.version, at.as_of, at.actor, reason)


def take_back(at: StageChanger, rollout: Rollout, reason: str, guardrails: Guardrails = ()) -> None:
    """End a rollout: its readers have the champion's lists from now on, and its version is rejected."""
    move_to(at, rollout, Move("take_back", Position("taken_back")), reason, guardrails)


def move_to(at: StageChanger, rollout: Rollout, move: Move, reason: str, guardrails: Guardrails = ()) -> None:
    """Move a rollout and its version's stage with it; a step back is served at once, one forward by the next lists."""
    state, share = move.to.state, move.to.share
    if state == "taken_back":
        withheld.withdraw(at.connection, CANARY)
    change = RolloutChange(at.as_of, move.action, state, share, rollout.version, guardrails, reason)
    rollouts.move(at.connection, rollout, change, at.actor)
    at.stage(rollout.version, stage_at(move.to), reason)


def settle(at: StageChanger, rollout: Rollout) -> bool:
    """Whether a rollout had to be closed, since somebody gave its version another stage by hand."""
    stage = versions.get(at.connection, rollout.version).stage
    if stage in stages.ON_TRIAL:
        return False
    state: RolloutState = "champion" if stage == "champion" else "taken_back"
    if state == "taken_back":
        withheld.withdraw(at.connection, CANARY)
    action = "advance" if state == "champion" else "take_back"
    share = 1.0 if state == "champion" else 0.0
    says = f"{rollout.version} was made {stage} by hand"
    change = RolloutChange(at.as_of, action, state, share, rollout.version, (), says)
    rollouts.move(at.connection, rollout, change, at.actor)
    return True


def stage_at(position: Position) -> Stage:
    """The stage of the version of a rollout that stands there."""
    if position.state == "taken_back":
        return "rejected"
    return "champion" if position.state == "champion" else "canary" if position.share else "shadow"


def _trial(at: StageChanger) -> Rollout | None:
    return rollouts.under_way(at.connection)


def _go_on(at: StageChanger, trial: Rollout, version: ModelVersion, reason: str) -> None:
    """The same recipe on newer data, for the same readers; its step goes on."""
    if version.version == trial.version:
        return
    at.stage(version.version, stage_at(Position(trial.state, trial.share)), reason)
    at.stage(trial.version, "archived", f"{version.version} takes its place in the rollout")
    change = RolloutChange(at.as_of, "retrain", trial.state, trial.share, version.version, (), reason)
    rollouts.move(at.connection, trial, change, at.actor)


def _taken_back(connection: Connection, recipe: str) -> Rollout | None:
    """The last rollout of a recipe, if it was taken back."""
    last = rollouts.last_of(connection, recipe)
    return last if last is not None and last.state == "taken_back" else None
