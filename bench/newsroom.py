"""`make proof-newsroom`: how close the synthetic newsroom comes to real news reading, over two seeds."""

import tempfile
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
from tqdm import tqdm

from bench import record
from frontpage.newsroom.calibration import HOURS_A_DAY, Log, age_shares, als_ndcg, load_log, popularity_ndcg
from frontpage.newsroom.faults import Switches
from frontpage.newsroom.parameters import load_parameters
from frontpage.newsroom.simulate import Size, simulate

SEEDS = (1, 2)
SIZE = {"n_readers": 2_000, "n_days": 11, "articles_per_day": 600}
UNTIL = datetime(2026, 11, 20, tzinfo=UTC)
N_MIDNIGHTS = 5
HALF_LIFE_HOURS = 1.0


def measure(log: Log) -> dict[str, float]:
    """Shares of reads by age of article, and nDCG@10 of simple lists over the last five days."""
    end = np.round(log.occurred[-1] / HOURS_A_DAY) * HOURS_A_DAY
    midnights = end - HOURS_A_DAY * np.arange(N_MIDNIGHTS, 0, -1)
    daily = np.mean([popularity_ndcg(log, at, at + HOURS_A_DAY, HOURS_A_DAY, HALF_LIFE_HOURS) for at in midnights])
    hourly = popularity_ndcg(log, midnights[0], end, 1, HALF_LIFE_HOURS)
    als = np.mean([als_ndcg(log, at, HOURS_A_DAY) for at in midnights])
    young = dict(zip(("1_day", "2_days", "7_days"), age_shares(log, (1, 2, 7)), strict=True))
    figures = {f"reads_younger_than_{age}": share for age, share in young.items()}
    figures |= {"ndcg_hourly": hourly, "ndcg_midnight": float(daily)}
    figures |= {"hourly_over_midnight": float(hourly / daily), "als_over_popularity": float(als / daily)}
    return {name: round(float(value), 3) for name, value in figures.items()}


def main() -> None:
    """Measure each seed and write docs/measurements/newsroom.json."""
    figures, hashes = {}, []
    for seed in tqdm(SEEDS, desc="seeds", disable=None):
        with tempfile.TemporaryDirectory() as folder:
            simulate(load_parameters(), Size(seed=seed, **SIZE), UNTIL, Path(folder), Switches())
            hashes.append(record.hash_of(Path(folder)))
            figures[f"seed_{seed}"] = measure(load_log(Path(folder)))
    print(record.write("newsroom", figures, " ".join(hashes), "make proof-newsroom"))  # noqa: T201 - a command


if __name__ == "__main__":
    main()
