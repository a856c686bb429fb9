"""The search: a tiny newsroom, three trials of a two-cutoff replay."""

from datetime import timedelta

import pytest

from frontpage.core.errors import BadInputError
from frontpage.core.history import History
from frontpage.core.params import Params
from models.replay.replayed import Cadence
from models.replay.search import (
    LEAVES,
    MOST_LEAVES_IN_ALL,
    SPACE,
    TREES,
    Trial,
    best_of,
    fragment,
    params_at,
    result,
    trials,
    value_of,
)

from .newsroom_world import PARAMS, newsroom
from .worlds import NOW

CADENCE = Cadence(NOW - timedelta(hours=8), NOW, timedelta(hours=4), timedelta(hours=8))


@pytest.fixture(scope="module")
def past() -> History:
    """Two days of a newsroom."""
    return newsroom(n_readers=60)


@pytest.fixture(scope="module")
def found(past: History) -> list[Trial]:
    """Three trials."""
    return list(trials(past, PARAMS, CADENCE, 3, seed=5))


def test_the_first_trial_is_the_parameters_as_they_are(found: list[Trial]) -> None:
    """Also where they lie outside of the space, as those of a tiny world do."""
    assert found[0].point == {axis.key: value_of(PARAMS, axis.key) for axis in SPACE}
    assert params_at(PARAMS, found[0].point) == PARAMS


def test_the_same_seed_gives_the_same_trials(past: History, found: list[Trial]) -> None:
    """A shorter search is the beginning of a longer one, numbers and all; another seed draws others."""
    again = list(trials(past, PARAMS, CADENCE, 2, seed=5))
    for one, other in zip(found, again, strict=False):
        assert (one.point, one.ratio_to_best_rule) == (other.point, other.ratio_to_best_rule)
    assert len({tuple(trial.point.items()) for trial in found}) == 3


def test_all_trials_are_measured_by_the_same_rule(found: list[Trial]) -> None:
    """What they are divided by does not depend on what is tried, so ratios order trials as nDCG@10 does."""
    below = {(trial.best_rule, round(trial.ndcg_at_10 / trial.ratio_to_best_rule, 9)) for trial in found}
    assert len(below) == 1


def test_trials_stay_in_the_space_and_the_budget(found: list[Trial]) -> None:
    """Each value between the ends of its axis; trees only as many as the budget of leaves allows."""
    for trial in found[1:]:
        assert all(axis.low <= trial.point[axis.key] <= axis.high for axis in SPACE)
        assert trial.point[TREES] * trial.point[LEAVES] <= MOST_LEAVES_IN_ALL


def test_the_best_parameters_are_a_part_of_params_yaml(found: list[Trial]) -> None:
    """They can be pasted into the file; the trial with the highest ratio is the best one, and comes first."""
    told = result(found, seed=1)
    best = best_of(found)
    assert told["best"]["trial"] == best.number == told["trials"][0]["trial"]
    pasted = Params.model_validate(told["params"])
    assert {axis.key: value_of(pasted, axis.key) for axis in SPACE} == best.point
    assert [row["trial"] for row in told["trials"]] == sorted(range(3), key=lambda k: -found[k].ratio_to_best_rule)


def test_gains_are_over_the_first_trial(found: list[Trial]) -> None:
    """The first trial gains nothing over itself, for certain; others what their nDCG@10 says."""
    told = result(found, seed=1)
    assert (told["first"]["relative_gain"], told["first"]["relative_gain_ci95"]) == (0.0, [0.0, 0.0])
    row = next(row for row in told["trials"] if row["trial"] == 1)
    assert row["relative_gain"] == round(found[1].ndcg_at_10 / found[0].ndcg_at_10 - 1, 4)
    low, high = row["relative_gain_ci95"]
    assert low <= row["relative_gain"] <= high


@pytest.mark.ml_test("model-3")
def test_every_key_of_the_space_is_a_parameter_and_the_default_lies_in_it() -> None:
    """A renamed parameter, or a default beyond the ends, turns this red."""
    for axis in SPACE:
        assert axis.low <= value_of(Params(), axis.key) <= axis.high
        assert isinstance(value_of(Params(), axis.key), type(axis.low))
    assert fragment({"als.factors": 8, "als.alpha": 5.0}) == {"als": {"factors": 8, "alpha": 5.0}}


def test_no_trials_are_refused(past: History) -> None:
    """One sentence names the option."""
    with pytest.raises(BadInputError, match="--trials must be at least 1"):
        next(trials(past, PARAMS, CADENCE, 0, seed=1))
