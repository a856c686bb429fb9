"""`make proof-staleness`: what a list loses by being older, and a model by being trained less often.

Refresh: a list every 15 minutes, hour, 6 hours and day for two days of an unseen simulated newsroom, retrained daily.
Retrain: every day, 3 days and 7 days, with a list a day in a fortnight of Deskdrop's October. Writes docs/staleness.png
beside the figures.
"""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import numpy as np
from matplotlib.figure import Figure

from bench.ablation_worlds import World, cadence, worlds
from bench.record import ROOT, write
from frontpage.core.clock import HOUR
from models.evaluation.baselines import POPULARITY_NAMES
from models.evaluation.evaluator import MEASURES
from models.replay.replayed import OURS, Cadence, Replayed
from models.replay.walk import replay

NDCG = MEASURES[0]
REFRESH_HOURS = (0.25, 1.0, 6.0, 24.0)
RETRAIN_DAYS = (1, 3, 7)
PICTURE = ROOT / "docs" / "staleness.png"

Row = dict[str, float | int]


def at_refresh(world: World, hours: float) -> Row:
    """Figures of the world with a list every so often and a training a day."""
    return _row(_replayed(world, Cadence(world.cadence.start, world.cadence.end, HOUR * hours, timedelta(days=1))))


def at_retrain(world: World, days: int) -> Row:
    """Figures of a fortnight of October with a list a day and a training every so many days."""
    when = cadence("2016-10-03", "2016-10-17", 24, 24 * days)
    return _row(_replayed(world, when)) | {"trainings": -(-14 // days)}


def _replayed(world: World, when: Cadence) -> Replayed:
    return replay(world.history, world.params, when, seed=world.params.seed)


def _row(found: Replayed) -> Row:
    """Ours, and the best rule of that cadence."""
    means = {name: float(np.mean(measures[NDCG])) for name, measures in found.measures.items()}
    best = max(POPULARITY_NAMES, key=means.__getitem__)
    figures = {"ndcg_ours": means[OURS], "ndcg_best_rule": means[best], "ratio": means[OURS] / means[best]}
    return {"lists": len(found.cutoff), **{name: round(value, 4) for name, value in figures.items()}}


def draw(refresh: dict[str, Row], retrain: dict[str, Row], path: Path = PICTURE) -> Path:
    """Both curves side by side; the path."""
    figure = Figure(figsize=(9, 3.4), layout="constrained")
    titles = ("a list every ... (simulated newsroom)", "a training every ... (Deskdrop, October)")
    for axes, title, rows in zip(figure.subplots(1, 2), titles, (refresh, retrain), strict=True):
        for name, label in (("ndcg_ours", "Frontpage"), ("ndcg_best_rule", "best rule in hindsight")):
            axes.plot(list(rows), [row[name] for row in rows.values()], marker="o", label=label)
        axes.set(title=title, ylabel="nDCG@10", ylim=(0, None))
        axes.grid(alpha=0.3)
        axes.legend(loc="lower left")
    figure.savefig(path, dpi=110, metadata={"Software": None})
    return path


def main() -> None:
    """Measure both, draw them, and write docs/measurements/staleness.json."""
    refresh: dict[str, Row] = {}
    retrain: dict[str, Row] = {}
    hashes = []
    for world in worlds():
        hashes.append(world.data_hash)
        if world.name == "newsroom":
            names = ("15 min", "1 h", "6 h", "24 h")
            refresh = {name: at_refresh(world, hours) for name, hours in zip(names, REFRESH_HOURS, strict=True)}
        else:
            retrain = {f"{days} d": at_retrain(world, days) for days in RETRAIN_DAYS}
    draw(refresh, retrain)
    figures = {f"refresh {name}": row for name, row in refresh.items()}
    figures |= {f"retrain {name}": row for name, row in retrain.items()}
    print(write("staleness", figures, " ".join(hashes), "make proof-staleness"))  # noqa: T201 - a command


if __name__ == "__main__":
    main()
