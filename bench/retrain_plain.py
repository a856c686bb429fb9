"""What a retrain is measured against: one plain process with implicit's ALS and LightGBM's trees, nothing else.

    python -m bench.retrain_plain HOME PARAMS_FILE

It gets what they start from for nothing: the reads as a matrix, the ranker's rows as `rows.npz` of the home.
"""

import json
import sys
import time
from pathlib import Path

import lightgbm as lgb
import numpy as np
from implicit.cpu.als import AlternatingLeastSquares

from bench.scale_server import settings_of
from bench.scale_world import AS_OF
from frontpage.core import columns as c
from frontpage.core.params import Params, load_params
from frontpage.features.interactions import interaction_dataset
from frontpage.store import server
from frontpage.store.connect import connect
from frontpage.store.history import load_history
from models.retrieval import als
from models.threads import one_blas_thread


def als_seconds(home: Path, params: Params) -> tuple[float, dict[str, int | float]]:
    """Seconds of the fit, and how many reads, readers, articles and days went into it."""
    with connect(server.database_url(settings_of(home))) as connection:
        history = load_history(connection, AS_OF, params.data, with_text=False)
    dataset = interaction_dataset(history)
    confidence = als.interactions(dataset, np.arange(len(dataset.read_time)), params.als.alpha)
    model = AlternatingLeastSquares(
        factors=params.als.factors, regularization=params.als.regularization, alpha=1.0,
        iterations=params.als.iterations, num_threads=params.threads, random_state=1,
    )  # fmt: skip
    began = time.perf_counter()
    with one_blas_thread():
        model.fit(confidence, show_progress=False)
    seconds = time.perf_counter() - began
    n_days = (AS_OF - history.reads[c.OCCURRED_AT].min()).total_seconds() / 86_400
    return seconds, {"reads_used": len(history.reads), "days_used": round(n_days, 1)}


def ranker_seconds(rows: Path, params: Params) -> tuple[float, int]:
    """Seconds of the trees, and the rows that they learn from."""
    with np.load(rows, allow_pickle=False) as arrays:
        matrix, grades, sizes = (arrays[name] for name in ("matrix", "grades", "group_sizes"))
    ranker = params.ranker
    options = {
        "objective": "lambdarank", "num_leaves": ranker.n_leaves, "learning_rate": ranker.learning_rate,
        "min_child_samples": ranker.min_child_samples, "feature_fraction": ranker.feature_fraction,
        "bagging_fraction": 0.8, "bagging_freq": 1, "lambdarank_truncation_level": ranker.truncation_level,
        "num_threads": params.threads, "verbosity": -1,
    }  # fmt: skip
    began = time.perf_counter()
    lgb.train(options, lgb.Dataset(matrix, grades, group=sizes), num_boost_round=ranker.n_trees)
    return time.perf_counter() - began, len(matrix)


def main() -> None:
    """Print seconds of both, and what they were fitted to, as JSON."""
    home, params = Path(sys.argv[1]), load_params(Path(sys.argv[2]))
    fit, used = als_seconds(home, params)
    trees, n_rows = ranker_seconds(home / "rows.npz", params)
    seconds = {"als": round(fit, 1), "ranker": round(trees, 1)}
    print(json.dumps({"seconds": seconds, "used": {**used, "rows_used": n_rows}}))  # noqa: T201 - a command


if __name__ == "__main__":
    main()
