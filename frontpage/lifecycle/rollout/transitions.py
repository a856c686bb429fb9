"""The states of a rollout and what leads from one to the next. Pure.

    shadow -> canary (a share of readers, step by step) -> champion
                 |  ^
                 v  | approved
              waiting            each of the three may be taken back

A guardrail that fails takes it back at once. At the end of a step all guardrails must pass; where one cannot say, a
person decides.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import Literal

from frontpage.core.errors import BadInputError
from frontpage.core.sections.rollout import RolloutParams
from frontpage.store.lifecycle.rollouts import RolloutState

Verdict = Literal["pass", "fail", "inconclusive", "no_data"]
Action = Literal["start", "stay", "advance", "wait", "approve", "take_back", "retrain"]
#: States in which there is something to do at each tick.
OPEN: tuple[RolloutState, ...] = ("shadow", "canary", "waiting")


@dataclass(frozen=True, slots=True)
class Position:
    """Where a rollout stands. share: of readers who are served by it; 0 where nobody is."""

    state: RolloutState
    share: float = 0.0

    @property
    def is_open(self) -> bool:
        """Whether it is under way."""
        return self.state in OPEN


@dataclass(frozen=True, slots=True)
class Move:
    """What is done, and where the rollout stands then."""

    action: Action
    to: Position


def next_move(at: Position, verdicts: Collection[Verdict], hours: float, rules: RolloutParams) -> Move:
    """What the guardrails' verdicts mean after so many hours in a step; without verdicts nothing is known.

    >>> next_move(Position("canary", 0.1), ["pass", "fail"], 0.0, RolloutParams()).action
    'take_back'
    >>> next_move(Position("canary", 0.1), ["pass", "inconclusive"], 24.0, RolloutParams()).to
    Position(state='waiting', share=0.1)
    """
    if not at.is_open:
        return Move("stay", at)
    if "fail" in verdicts:
        return Move("take_back", taken_back(at))
    is_over = hours >= (rules.shadow_hours if at.state == "shadow" else rules.step_hours)
    if at.state == "waiting" or not is_over:
        return Move("stay", at)
    if verdicts and all(verdict == "pass" for verdict in verdicts):
        return Move("advance", next_step(at, rules))
    return Move("wait", Position("waiting", at.share))


def next_step(at: Position, rules: RolloutParams) -> Position:
    """The step after this one: the next larger share, and after the last one champion.

    Raises BadInputError for a rollout that is over.
    """
    _require_open(at)
    larger = [share for share in rules.shares if share > at.share]
    return Position("canary", larger[0]) if larger else Position("champion", 1.0)


def approved(at: Position, rules: RolloutParams) -> Position:
    """The step after one that waits for a person. Raises BadInputError where none waits."""
    if at.state != "waiting":
        raise BadInputError(f"the rollout is {at.state} and waits for nobody; `frontpage rollout advance` goes on")
    return next_step(at, rules)


def taken_back(at: Position) -> Position:
    """Nobody is served by it any more. Raises BadInputError for a rollout that is over."""
    _require_open(at)
    return Position("taken_back")


def _require_open(at: Position) -> None:
    if not at.is_open:
        raise BadInputError(f"the rollout is over ({at.state}); `frontpage rollout start VERSION` begins another")
