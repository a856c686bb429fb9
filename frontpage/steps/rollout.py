"""`frontpage rollout`: a changed recipe on its way to readers, judged at each tick and by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from typing import Any

from frontpage.core.clock import iso
from frontpage.core.errors import BadInputError, CheckFailedError, NothingPublishedError, NothingToDoError
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.lifecycle import tracking
from frontpage.lifecycle.rollout import transitions
from frontpage.lifecycle.rollout.admission import StageChanger, begin, move_to, settle
from frontpage.lifecycle.rollout.audience import CANARY, SHADOW, on_trial
from frontpage.lifecycle.rollout.guardrails import Guardrail
from frontpage.lifecycle.rollout.measured import measured
from frontpage.lifecycle.rollout.transitions import Action, Move, Position
from frontpage.steps import gate, publish, score
from frontpage.store import versions
from frontpage.store.connect import Connection, connect
from frontpage.store.lifecycle import rollouts
from frontpage.store.lifecycle.rollouts import Rollout
from frontpage.store.lists import runs
from frontpage.store.locks import exclusive
from frontpage.store.server import database_url
from models.variants import CHAMPION

_MARKS = {"pass": "passes", "fail": "FAILS", "inconclusive": "cannot say", "no_data": "has no data"}


def run(settings: Settings, params: Params, as_of: datetime) -> Summary:
    """Judge the rollout that is under way, move it, and publish its lists of `as_of`; without one nothing is done.

    A guardrail that fails takes it back here and now: readers have the champion's lists again.
    """
    with connect(database_url(settings), application="frontpage rollout") as connection:
        at = StageChanger(connection, as_of, settings.acting)
        with exclusive(connection, rollouts.LOCK):
            trial = rollouts.under_way(connection)
            settled = trial is not None and settle(at, trial)
        variant = None if settled else on_trial(connection, as_of)
        if variant is None:
            return _none(connection, settings, as_of)
        _made_and_checked(connection, settings, params, as_of, variant)
        with exclusive(connection, rollouts.LOCK):
            rollout = rollouts.under_way(connection)
            if rollout is None or rollout.variant != variant:
                return _none(connection, settings, as_of)  # somebody moved it by hand in the meantime
            found = measured(connection, rollout, as_of, params.rollout)
            move, reason = _judged(rollout, found, as_of, params)
            rails = [each.as_json() for each in found]
            move_to(at, rollout, move, reason, rails)
            runs.drop_unserved(connection, SHADOW)
        if variant == CANARY and move.to.state != "taken_back":
            publish.run(settings, params, as_of, variant)
    return _told(settings, rollout, move, reason)


def status(settings: Settings, _params: Params) -> Summary:
    """Print the newest rollout with its trail: who moved it, why, and what its guardrails measured last."""
    with connect(database_url(settings)) as connection:
        rollout = _newest(connection)
        trail = rollouts.events(connection, rollout.rollout_id)
    for line in _lines(rollout, trail):
        print(line)  # noqa: T201 - this verb's result is what it prints
    return Summary(
        "rollout", rows_out=len(trail), artifact=rollout.version, details=_where(Position(rollout.state, rollout.share))
    )


def waiting(settings: Settings, _params: Params, as_of: datetime) -> Summary:
    """Whether a rollout began to wait for a person at `as_of`. Raises NothingToDoError where none did."""
    with connect(database_url(settings)) as connection:
        rollout = rollouts.under_way(connection)
        trail = rollouts.events(connection, rollout.rollout_id) if rollout else []
    began = any((event["action"], event["as_of"]) == ("wait", as_of) for event in trail)
    if rollout is None or rollout.state != "waiting" or not began:
        raise NothingToDoError(f"no rollout began to wait for a person at {iso(as_of)}")
    return Summary("rollout", rows_out=1, artifact=rollout.version, details={"state": rollout.state})


def start(settings: Settings, _params: Params, version: str, *, as_of: datetime, reason: str) -> Summary:
    """Begin a rollout of a version, in shadow; also of one that was taken back."""
    _require(reason)
    with connect(database_url(settings)) as connection, exclusive(connection, rollouts.LOCK):
        begun = begin(StageChanger(connection, as_of, settings.acting), versions.get(connection, version), reason)
    return _told(settings, begun, Move("start", Position("shadow")), reason)


def advance(settings: Settings, params: Params, *, as_of: datetime, reason: str) -> Summary:
    """Go on to the next step, whatever the guardrails say."""
    return _by_hand(settings, "advance", lambda at: transitions.next_step(at, params.rollout), as_of, reason)


def approve(settings: Settings, params: Params, *, as_of: datetime, reason: str) -> Summary:
    """Go on with a rollout that waits for a person. Raises BadInputError where none waits."""
    return _by_hand(settings, "approve", lambda at: transitions.approved(at, params.rollout), as_of, reason)


def take_back(settings: Settings, _params: Params, *, as_of: datetime, reason: str) -> Summary:
    """End it: its readers have the champion's lists at once."""
    return _by_hand(settings, "take_back", transitions.taken_back, as_of, reason)


def _by_hand(
    settings: Settings, action: Action, to: Callable[[Position], Position], as_of: datetime, reason: str
) -> Summary:
    _require(reason)
    with connect(database_url(settings)) as connection, exclusive(connection, rollouts.LOCK):
        rollout = _newest(connection)
        move = Move(action, to(Position(rollout.state, rollout.share)))
        served = runs.current(connection, CHAMPION)
        at = as_of if served is None else max(as_of, served["as_of"])  # an answer may come days after its question
        move_to(StageChanger(connection, at, settings.acting), rollout, move, reason)
    return _told(settings, rollout, move, reason)


def _made_and_checked(
    connection: Connection, settings: Settings, params: Params, as_of: datetime, variant: str
) -> None:
    """The lists of the trial at `as_of`; `score` of the champion made them, unless the rollout began since."""
    newest = rollouts.newest_run(connection, variant, as_of)
    if newest is None or newest["state"] == "dropped":
        score.run(settings, params, as_of, variant=variant)
    with suppress(CheckFailedError, NothingPublishedError):  # what the gate says is among the guardrails
        if newest is None or newest["state"] != "failed":
            gate.run(settings, params, as_of, variant=variant)


def _judged(rollout: Rollout, found: Sequence[Guardrail], as_of: datetime, params: Params) -> tuple[Move, str]:
    hours = (as_of - rollout.step_since).total_seconds() / 3600
    at = Position(rollout.state, rollout.share)
    move = transitions.next_move(at, [each.verdict for each in found], hours, params.rollout)
    telling = [each for each in found if each.verdict != "pass"] or found
    said = "; ".join(f"{each.name} {_MARKS[each.verdict]}: {each.says}" for each in telling)
    return move, said


def _none(connection: Connection, settings: Settings, as_of: datetime) -> Summary:
    """Nothing is under way; what was ended at this very moment is mirrored again, if the mirror was away."""
    for rollout in rollouts.newest(connection):
        if rollouts.events(connection, rollout.rollout_id)[-1]["as_of"] == as_of:
            tracking.mark_stage(settings, rollout.version, versions.get(connection, rollout.version).stage)
    return Summary("rollout", details={"state": "none"})


def _told(settings: Settings, rollout: Rollout, move: Move, reason: str) -> Summary:
    """The mirror's alias follows a change; the summary says what was done and why."""
    if move.action != "stay":
        with connect(database_url(settings)) as connection:
            stage = versions.get(connection, rollout.version).stage
        tracking.mark_stage(settings, rollout.version, stage)
    details = {"action": move.action, **_where(move.to), "reason": reason}
    return Summary("rollout", rows_out=1, artifact=rollout.version, details=details)


def _where(position: Position) -> dict[str, object]:
    return {"state": position.state, "share": position.share}


def _newest(connection: Connection) -> Rollout:
    found = rollouts.newest(connection)
    if not found:
        raise NothingPublishedError(
            "there was no rollout yet; `frontpage rollout start VERSION --reason ...` begins one"
        )
    return found[0]


def _require(reason: str) -> None:
    if not reason.strip():
        raise BadInputError("give a reason: --reason 'why'")


def _lines(rollout: Rollout, trail: Sequence[Mapping[str, Any]]) -> list[str]:
    head = f"rollout {rollout.rollout_id} of {rollout.version}: {rollout.state}, {rollout.share:.0%} of readers"
    judged = [event["guardrails"] for event in trail if event["guardrails"]]
    return [
        head,
        f"recipe {rollout.recipe[:12]}, step since {iso(rollout.step_since)}",
        *(_line(event) for event in trail),
        *(f"  {rail['name']:<16} {rail['verdict']:<12} {rail['says']}" for rail in (judged[-1] if judged else ())),
    ]


def _line(event: Mapping[str, Any]) -> str:
    stands = f"{event['action']:<9} {event['state']} {event['share']:.0%}"
    return f"{iso(event['as_of'])}  {stands}  {event['actor']}  {event['reason']}"
