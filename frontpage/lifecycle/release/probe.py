"""A fresh process that loads a version and answers with it: `python -m frontpage.lifecycle.release.probe FOLDER`.

It is the environment that will make the lists: the same interpreter, packages and machine. Prints one JSON object.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

from models.ranking.ranker import predict
from models.threads import environment, one_blas_thread
from models.training.artefact import EXAMPLE, load

_TIMED_ROWS = 1_000


def probed(folder: Path) -> dict[str, Any]:
    """What this process is, what loading and scoring took, and what the scores of the version's example are like.

    largest_difference: of a margin from the one that training noted. Figures of scores are absent without an example.
    """
    started = time.perf_counter()
    model = load(folder)
    found: dict[str, Any] = {"environment": environment(1), "load_seconds": time.perf_counter() - started}
    if (folder / EXAMPLE).is_file():
        with np.load(folder / EXAMPLE, allow_pickle=False) as example, one_blas_thread():
            matrix, expected = example["matrix"], example["margin"]
            margin = predict(model.ranker, matrix, 1)
            many = np.resize(matrix, (_TIMED_ROWS, matrix.shape[1]))
            before = time.perf_counter()
            predict(model.ranker, many, 1)
            found["seconds_per_1000_rows"] = time.perf_counter() - before
        chance = model.calibration.chance(margin)
        found |= {
            "n_rows": len(matrix),
            "n_finite": int(np.isfinite(margin).sum()),
            "least_chance": float(np.min(chance)),
            "largest_chance": float(np.max(chance)),
            "n_different": len(np.unique(margin)),
            "largest_difference": float(np.max(np.abs(margin - expected))),
        }
    found["memory_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return found


if __name__ == "__main__":
    sys.stdout.write(json.dumps(probed(Path(sys.argv[1]))) + "\n")
