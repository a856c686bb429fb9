"""The nearest by factors, as a refresh looks for them, against the bare scan: every live article, 64 factors.

frontpage bench topk --readers 15000 --json FILE
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

from bench import kernels, record
from bench.kernels import Sample
from bench.sampled import figures_of, main_of
from models.pipeline import BLOCK_READERS
from models.retrieval.candidates import sources_of


def measure(drawn: Sample) -> dict[str, Any]:
    """Figures over the sample's readers; blocks of readers on two threads, as a refresh has them."""
    inputs, rows = drawn.now, drawn.rows
    blocks = [rows[first : first + BLOCK_READERS // 2] for first in range(0, len(rows), BLOCK_READERS // 2)]
    source = sources_of(drawn.params)["similar_readers"]

    def scan() -> None:
        with ThreadPoolExecutor(kernels.N_THREADS) as pool:
            list(pool.map(lambda block: source(inputs, block), blocks))

    ours = figures_of(scan, len(rows))
    reference = kernels.scan(drawn)
    return {
        "name": "topk",
        "readers": len(rows),
        "live_articles": len(inputs.context.live),
        "ours": ours,
        "reference": {"seconds": round(reference, 3)},
        "ratio": round(ours["seconds"] / reference, 3),
        "machine": record.machine(),
    }


if __name__ == "__main__":
    main_of(measure, __doc__)
