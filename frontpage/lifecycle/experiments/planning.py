"""What can be said of an experiment before it starts: how many readers it will have, and what it can find."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from frontpage.core.experiments.experiment import Arm
from frontpage.core.sections.judging import ExperimentParams
from frontpage.lifecycle.experiments.size import detectable

_DAYS = (1, 3, 7, 14, 28)


@dataclass(frozen=True, slots=True)
class ExperimentPlan:
    """readers: in the smallest pair of arms, who come within a horizon; sentences: what they can show."""

    planned_readers: int
    sentences: tuple[str, ...]


def plan(
    arms: tuple[Arm, ...], metrics: tuple[str, ...], usual: Mapping[str, Any], n_known: int, params: ExperimentParams
) -> ExperimentPlan:
    """Of what readers did in the last horizon before the start (`store.judging.experiments.usual`).

    Who comes in a horizon is who an experiment of that length would have; longer ones have more readers, of whom less
    is known: half of the rest at each doubling is as good a guess as any. n_known: everybody who has an account.
    """
    pair = arms[0].share + min(arm.share for arm in arms[1:])
    come = usual["n_readers"]
    if not come:
        everybody = max(round(n_known * pair), 1)
        return ExperimentPlan(
            everybody, ("No list has been shown yet, so nobody can say what this will be able to find.",)
        )
    level = params.level / ((len(arms) - 1) * len(metrics))
    planned = max(round(_readers(come, n_known, params.planned_days) * pair), 2)
    return ExperimentPlan(planned, tuple(_sentences(pair, metrics, usual, n_known, level, params)))


def _sentences(
    pair: float,
    metrics: tuple[str, ...],
    usual: Mapping[str, Any],
    n_known: int,
    level: float,
    params: ExperimentParams,
) -> Iterator[str]:
    for metric in metrics:
        mean, deviation = usual[f"{metric}_mean"], usual[f"{metric}_deviation"]
        if not mean or not deviation:
            yield f"{metric}: nothing was measured of it lately, so nobody can say what this will be able to find."
            continue
        found = []
        for days in _DAYS:
            n = _readers(usual["n_readers"], n_known, days) * pair
            if n >= 2 * params.min_readers:
                found.append(
                    f"{detectable(n, deviation, level, params.power) / mean:.1%} in {days} days ({n:,.0f} readers)"
                )
        smallest = ", ".join(found) or "nothing within four weeks: too few readers"
        yield f"{metric}: finds with {params.power:.0%} a lift of {smallest}."


def _readers(come: int, n_known: int, days: int) -> float:
    """Who will have come in so many days, if `come` do in the first horizon."""
    rest = max(n_known - come, 0)
    return come + rest * (1.0 - math.pow(0.5, (days - 1) / 7))
