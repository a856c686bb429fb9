"""From one state of a rollout to the next: every row of the table."""

import pytest

from frontpage.core.errors import BadInputError
from frontpage.core.sections.rollout import RolloutParams
from frontpage.lifecycle.rollout.transitions import Position, approved, next_move, next_step, taken_back

RULES = RolloutParams()
SHADOW, TEN = Position("shadow"), Position("canary", 0.10)
LAST, WAITING = Position("canary", 0.75), Position("waiting", 0.25)
GOOD, BAD, UNSURE, EMPTY = ["pass", "pass"], ["pass", "fail"], ["pass", "inconclusive"], ["pass", "no_data"]

TABLE = [
    # at, verdicts, hours in the step, action, where it stands then
    (SHADOW, GOOD, 5.9, "stay", SHADOW),
    (SHADOW, GOOD, 6.0, "advance", TEN),
    (SHADOW, BAD, 0.0, "take_back", Position("taken_back")),
    (SHADOW, EMPTY, 6.0, "wait", Position("waiting")),
    (SHADOW, [], 6.0, "wait", Position("waiting")),
    (TEN, GOOD, 23.9, "stay", TEN),
    (TEN, GOOD, 24.0, "advance", Position("canary", 0.25)),
    (TEN, BAD, 1.0, "take_back", Position("taken_back")),
    (TEN, BAD, 24.0, "take_back", Position("taken_back")),
    (TEN, UNSURE, 23.0, "stay", TEN),
    (TEN, UNSURE, 24.0, "wait", Position("waiting", 0.10)),
    (TEN, EMPTY, 24.0, "wait", Position("waiting", 0.10)),
    (LAST, GOOD, 24.0, "advance", Position("champion", 1.0)),
    (WAITING, GOOD, 99.0, "stay", WAITING),
    (WAITING, UNSURE, 99.0, "stay", WAITING),
    (WAITING, BAD, 99.0, "take_back", Position("taken_back")),
    (Position("champion", 1.0), BAD, 1.0, "stay", Position("champion", 1.0)),
    (Position("taken_back"), GOOD, 99.0, "stay", Position("taken_back")),
]


@pytest.mark.parametrize(("at", "verdicts", "hours", "action", "to"), TABLE)
def test_what_verdicts_mean(at, verdicts, hours, action, to):
    """A failure ends it at any time; the end of a step asks that all pass, or else a person."""
    move = next_move(at, verdicts, hours, RULES)
    assert (move.action, move.to) == (action, to)


def test_the_steps_one_after_the_other():
    """Shadow, four shares, champion."""
    at, shares = SHADOW, []
    while at.is_open:
        at = next_step(at, RULES)
        shares.append((at.state, at.share))
    assert shares == [("canary", 0.1), ("canary", 0.25), ("canary", 0.5), ("canary", 0.75), ("champion", 1.0)]


def test_a_person_may_approve_only_what_waits():
    """Approval goes on to the next share."""
    assert approved(WAITING, RULES) == Position("canary", 0.5)
    with pytest.raises(BadInputError, match="waits for nobody"):
        approved(TEN, RULES)


def test_what_is_over_stays_over():
    """A sentence says how to begin another."""
    for end in (Position("champion", 1.0), Position("taken_back")):
        for change in (taken_back, lambda at: next_step(at, RULES)):
            with pytest.raises(BadInputError, match="is over"):
                change(end)


@pytest.mark.parametrize("shares", [(), (0.5, 0.25), (0.1, 0.1), (0.0, 0.5), (0.5, 1.5)])
def test_shares_that_cannot_be(shares):
    """They grow, from above nothing to everybody at most."""
    with pytest.raises(ValueError, match="shares"):
        RolloutParams(shares=shares)
