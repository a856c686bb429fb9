"""Exact reasons of served rows, put into words, against LightGBM's exact SHAP values alone; one thread each.

frontpage bench explain --readers 15000 --json FILE
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bench import kernels, record
from bench.kernels import Sample
from bench.sampled import figures_of, main_of
from models.explaining.explain import explain, reasons_of


def measure(drawn: Sample) -> dict[str, Any]:
    """Figures over the sample's lists, and how far the contributions are from those of shap."""
    ready, served = drawn.ready, drawn.ranked
    names = ready.model.feature_names

    def reasons() -> None:
        reasons_of(explain(ready.trees, served.matrix, names), served.matrix, ready.entities, served.pairs)

    ours = figures_of(reasons, len(served.matrix))
    reference = kernels.explained(drawn, n_threads=1)
    some = served.matrix[:: max(1, len(served.matrix) // 1_000)]
    exact = np.asarray(ready.trees.reference.shap_values(some))
    return {
        "name": "explain",
        "rows": len(served.matrix),
        "ours": ours,
        "reference": {"seconds": round(reference, 3), "rows_per_s": round(len(served.matrix) / reference)},
        "ratio": round(ours["seconds"] / reference, 3),
        "largest_difference": float(np.abs(explain(ready.trees, some, names).contributions - exact).max()),
        "machine": record.machine(),
    }


if __name__ == "__main__":
    main_of(measure, __doc__)
