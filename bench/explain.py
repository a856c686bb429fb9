"""Exact reasons of served rows, put into words, against LightGBM's exact SHAP values alone; one thread each.

frontpage bench explain --readers 15000 --json FILE
"""

from __future__ import annotations

from typing import Any

import numpy as np

from bench import kernels, record
from bench.kernels import Sample
from bench.sampled import figures_of, main_of
from frontpage.features.entities import Pairs
from models.explaining.explain import explain, explainer, reasons_of


def measure(drawn: Sample) -> dict[str, Any]:
    """Figures over the sample's lists, and how far the contributions are from those of shap."""
    served, names, entities = drawn.chosen, drawn.model.feature_names, drawn.now.entities
    assert served.matrix is not None
    matrix = served.matrix
    trees, pairs = explainer(drawn.model.ranker), Pairs(served.pairs.reader, served.pairs.article)

    def reasons() -> None:
        reasons_of(explain(trees, matrix, names), matrix, entities, pairs)

    ours = figures_of(reasons, len(matrix))
    reference = kernels.explained(drawn, n_threads=1)
    some = matrix[:: max(1, len(matrix) // 1_000)]
    exact = np.asarray(trees.reference.shap_values(some))
    return {
        "name": "explain",
        "rows": len(matrix),
        "ours": ours,
        "reference": {"seconds": round(reference, 3), "rows_per_s": round(len(matrix) / reference)},
        "ratio": round(ours["seconds"] / reference, 3),
        "largest_difference": float(np.abs(explain(trees, some, names).contributions - exact).max()),
        "machine": record.machine(),
    }


if __name__ == "__main__":
    main_of(measure, __doc__)
