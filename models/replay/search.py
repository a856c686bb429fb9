"""Search for parameters: trials over one replay, each drawn by Optuna's TPE from what the ones before it were worth.

Bergstra et al. 2011, "Algorithms for Hyper-Parameter Optimization". The gate is set aside, so that what is measured is
the ranker and not the count that would take its place.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import optuna

from frontpage.core.errors import BadInputError, CheckFailedError
from frontpage.core.history import History
from frontpage.core.params import Params
from frontpage.core.sections.training import GateParams
from frontpage.features.grouping import Floats
from models.evaluation.baselines import POPULARITY_NAMES
from models.replay.bootstrap import interval, ratio, resampled, sums_by_reader
from models.replay.groups import NDCG
from models.replay.replayed import OURS, Cadence, Replayed
from models.replay.walk import replay

#: Parameter -> its value in a trial.
Point = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Axis:
    """A parameter by its dotted key, and between which values it is tried; whole numbers where these are."""

    key: str
    low: float
    high: float
    is_log: bool = False

    def drawn(self, trial: optuna.Trial) -> float:
        """The sampler's choice."""
        if isinstance(self.low, int) and isinstance(self.high, int):
            return trial.suggest_int(self.key, self.low, self.high, log=self.is_log)
        return trial.suggest_float(self.key, self.low, self.high, log=self.is_log)

    def nearest(self, value: float) -> float:
        """The value itself, or the end that it lies beyond."""
        return min(max(value, self.low), self.high)


TREES, LEAVES = "ranker.n_trees", "ranker.n_leaves"
SPACE = (
    Axis(TREES, 40, 120),
    Axis(LEAVES, 7, 31),
    Axis("ranker.learning_rate", 0.02, 0.12, is_log=True),
    Axis("ranker.min_child_samples", 20, 400, is_log=True),
    Axis("ranker.feature_fraction", 0.4, 1.0),
    Axis("ranker.truncation_level", 10, 40),
    Axis("ranker.list_candidates", 30, 100),
    Axis("als.factors", 8, 64),
    Axis("als.alpha", 5.0, 80.0, is_log=True),
    Axis("als.regularization", 0.005, 0.5, is_log=True),
    Axis("co_occurrence.half_life_hours", 24.0, 336.0, is_log=True),
)
#: Explaining a list costs about trees times leaves: a ranker beyond this is not worth having (docs/adr/0004-ranker.md).
MOST_LEAVES_IN_ALL = 1_500
#: Trials drawn evenly before the sampler trusts what it has seen.
_EVEN_TRIALS = 6
_SIGNIFICANT = 4
_NO_GATE = GateParams(min_ratio_to_champion=1e-9, min_ratio_to_popularity=1e-9)


@dataclass(frozen=True, slots=True)
class Trial:
    """One replay: where in the space, and what it gave.

    ratio_to_best_rule: nDCG@10 over all lists by that of the rule that was best over all of them, which is the same in
    all trials. ndcg_by_reader: sum
    over each reader's lists, the readers in the same order in all trials of a search.
    """

    number: int
    point: Point
    ratio_to_best_rule: float
    best_rule: str
    n_lists: int
    ndcg_by_reader: Floats

    @property
    def ndcg_at_10(self) -> float:
        """Mean of our lists."""
        return float(self.ndcg_by_reader.sum()) / self.n_lists


def trials(history: History, params: Params, cadence: Cadence, n_trials: int, seed: int) -> Iterator[Trial]:
    """The trials one by one, as each is done; the first one is the parameters as they are.

    The same seed gives the same trials, and a longer search begins with those of a shorter one.
    Raises what replay raises, and CheckFailedError where no rule found anything that was read.
    """
    if n_trials < 1:
        raise BadInputError("search: --trials must be at least 1")
    study = _study(seed)
    study.enqueue_trial({axis.key: axis.nearest(value_of(params, axis.key)) for axis in SPACE})
    for number in range(n_trials):
        asked = study.ask()
        drawn = _within_budget({axis.key: _rounded(axis.drawn(asked)) for axis in SPACE})
        point = drawn if number else {axis.key: value_of(params, axis.key) for axis in SPACE}
        there = params_at(params, point).model_copy(update={"gate": _NO_GATE})
        trial = _trial(number, point, replay(history, there, cadence, seed=seed))
        study.tell(asked, trial.ratio_to_best_rule)
        yield trial


def best_of(done: list[Trial]) -> Trial:
    """The trial with the highest ratio; of equal ones the first."""
    return max(done, key=lambda trial: trial.ratio_to_best_rule)


def value_of(params: Params, key: str) -> float:
    """Value of a parameter by its dotted key."""
    section, name = key.split(".")
    return getattr(getattr(params, section), name)


def fragment(point: Point) -> dict[str, dict[str, float]]:
    """The point as a part of params.yaml."""
    nested: dict[str, dict[str, float]] = {}
    for key, value in point.items():
        section, name = key.split(".")
        nested.setdefault(section, {})[name] = value
    return nested


def params_at(params: Params, point: Point) -> Params:
    """The parameters with those of the point in place of their own."""
    values: dict[str, Any] = params.model_dump()
    for section, changed in fragment(point).items():
        values[section] |= changed
    return Params.model_validate(values)


def result(done: list[Trial], seed: int) -> dict[str, Any]:
    """What a search found, ready for JSON: the best trial's part of params.yaml, and every trial, best first.

    Gains are over the first trial, relative to its nDCG@10, with 95 % intervals over readers drawn again.
    """
    first, best = done[0], best_of(done)
    ranked = sorted(done, key=lambda trial: (-trial.ratio_to_best_rule, trial.number))
    return {
        "n_lists": first.n_lists,
        "n_readers": len(first.ndcg_by_reader),
        "best_rule": first.best_rule,
        "first": _row(first, first, seed),
        "best": _row(best, first, seed),
        "params": fragment(best.point),
        "trials": [{**_row(trial, first, seed), "params": dict(trial.point)} for trial in ranked],
    }


def _study(seed: int) -> optuna.Study:
    optuna.logging.set_verbosity(optuna.logging.WARNING)
    sampler = optuna.samplers.TPESampler(seed=seed, n_startup_trials=_EVEN_TRIALS, multivariate=False)
    return optuna.create_study(direction="maximize", sampler=sampler)


def _within_budget(point: dict[str, float]) -> Point:
    most = int(MOST_LEAVES_IN_ALL // point[LEAVES])
    return {**point, TREES: min(int(point[TREES]), most)}


def _rounded(value: float) -> float:
    """Whole numbers as they are, others to some significant digits, as people write them."""
    return value if isinstance(value, int) else float(f"{value:.{_SIGNIFICANT}g}")


def _trial(number: int, point: Point, found: Replayed) -> Trial:
    rule = _best_rule(found)
    reader = np.unique(found.reader, return_inverse=True)[1]
    ours, theirs = sums_by_reader(reader, [found.measures[name][NDCG] for name in (OURS, rule)])
    if not theirs.sum():
        raise CheckFailedError("search: no rule found anything that was read; widen --from and --to")
    return Trial(number, point, float(ours.sum() / theirs.sum()), rule, len(found.cutoff), ours)


def _best_rule(found: Replayed) -> str:
    """By popularity only: what ALS or co-occurrence would list alone changes with the parameters that are tried."""
    return max(POPULARITY_NAMES, key=lambda name: float(found.measures[name][NDCG].sum()))


def _row(trial: Trial, first: Trial, seed: int) -> dict[str, Any]:
    gain = trial.ndcg_by_reader - first.ndcg_by_reader
    drawn = resampled({"gain": np.stack([gain, first.ndcg_by_reader])}, seed)["gain"]
    ends = interval(ratio(drawn[0] + drawn[1], drawn[1]) - 1)
    return {
        "trial": trial.number,
        "ratio_to_best_rule": round(trial.ratio_to_best_rule, 4),
        "ndcg_at_10": round(trial.ndcg_at_10, 5),
        "relative_gain": round(trial.ndcg_at_10 / first.ndcg_at_10 - 1, 4),
        "relative_gain_ci95": None if ends is None else [round(end, 4) for end in ends],
    }
