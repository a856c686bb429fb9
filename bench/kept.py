"""`make proof-kept`: what keeping lists costs, and how well it is known who comes next.

Hourly lists of two days of an unseen simulated newsroom, made only for readers who are due, by several limits of their
age at a visit. And at each of those hours: how many of those who came were among the readers held to be the likeliest.
"""

from __future__ import annotations

from datetime import timedelta

import numpy as np

from bench.ablation_worlds import World, worlds
from bench.record import write
from frontpage.features.interactions import interaction_dataset
from models.context import scoring_context
from models.due import visit_rate
from models.evaluation.evaluator import MEASURES, window_rows
from models.replay.replayed import OURS
from models.replay.walk import replay

NDCG = MEASURES[0]
VISIT_AGE_HOURS = (0.3, 0.4, 0.5, 0.6, 0.7, 1.0, 2.0)
LIKELIEST = (0.1, 0.2, 0.3, 0.5)

Row = dict[str, float]


def kept(world: World) -> dict[str, Row]:
    """Of each `lists.max_visit_age_hours`: the share of readers who are due at a cutoff, and the nDCG@10 lost."""
    lists = world.params.lists
    rules = {f"{hours:g}": lists.model_copy(update={"max_visit_age_hours": hours}) for hours in VISIT_AGE_HOURS}
    found = replay(world.history, world.params, world.cadence, kept=rules, seed=world.params.seed)
    whole = float(np.mean(found.measures[OURS][NDCG]))
    lost = {name: 1 - float(np.mean(found.measures[name][NDCG])) / whole for name in rules}
    return {name: {"due": round(found.due[name], 3), "lost": round(lost[name], 4)} for name in rules}


def foreseen(world: World) -> dict[str, Row]:
    """Of the likeliest so many of the active readers: the share that they are of those who came, over all cutoffs."""
    dataset, refresh = interaction_dataset(world.history), world.cadence.refresh
    n_came, n_held = 0, np.zeros(len(LIKELIEST))
    for as_of in world.cadence.cutoffs():
        at = scoring_context(dataset, as_of, world.params)
        rate = visit_rate(at, refresh // timedelta(microseconds=1), world.params.lists.habit_half_life_days)
        first, last = window_rows(dataset, at.now, refresh)
        came = np.isin(at.readers[np.argsort(-rate, kind="stable")], dataset.read_reader[first:last])
        n_came += came.sum()
        n_held += [came[: round(share * len(came))].sum() for share in LIKELIEST]
    held = zip(LIKELIEST, n_held / max(n_came, 1), strict=True)
    return {f"likeliest {share:.0%}": {"came": round(float(value), 3)} for share, value in held}


def main() -> None:
    """Measure both and write docs/measurements/kept.json."""
    (world,) = worlds(("newsroom",))
    figures = {f"limit {name}": row for name, row in kept(world).items()} | foreseen(world)
    print(write("kept", figures, world.data_hash, "make proof-kept"))  # noqa: T201 - a command


if __name__ == "__main__":
    main()
