"""The nearest by factors and by content, as a refresh looks for them, against one bare scan as wide as both.

frontpage bench topk --readers 15000 --json FILE

And how content alone is looked for in clusters, against the scan of everything.
"""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import numpy as np

from bench import kernels, record
from bench.kernels import Sample
from bench.sampled import figures_of, main_of
from models.retrieval.candidates import similar_content, similar_readers
from models.retrieval.shelf import Shelf, clustered_shelf_of, shelf_of
from models.score import BLOCK_READERS

#: Nearest articles that the two ways are compared by.
_N_NEAREST = 20


def measure(drawn: Sample) -> dict[str, Any]:
    """Figures over the sample's readers; blocks of readers on two threads, as a refresh has them."""
    view, rows = drawn.ready.now, drawn.rows
    blocks = [rows[first : first + BLOCK_READERS // 2] for first in range(0, len(rows), BLOCK_READERS // 2)]
    wanted = drawn.ready.params.candidates
    sources = partial(similar_readers, n=wanted.similar_readers), partial(similar_content, n=wanted.similar_content)

    def scan() -> None:
        with ThreadPoolExecutor(kernels.N_THREADS) as pool:
            list(pool.map(lambda block: [source(view, block) for source in sources], blocks))

    ours = figures_of(scan, len(rows))
    reference = kernels.scan(drawn)
    return {
        "name": "topk",
        "readers": len(rows),
        "live_articles": len(view.moment.live),
        "ours": ours,
        "reference": {"seconds": round(reference, 3)},
        "ratio": round(ours["seconds"] / reference, 3),
        "clusters": _clusters(drawn),
        "machine": record.machine(),
    }


def _clusters(drawn: Sample) -> dict[str, float]:
    """Seconds on one thread of both ways, which share of the nearest the clusters find, and how near theirs are."""
    view = drawn.ready.now
    queries = view.reader_profiles[drawn.rows]
    queries = queries[queries.any(axis=1)]

    def timed(shelf: Shelf) -> tuple[float, np.ndarray, np.ndarray]:
        started = time.perf_counter()
        rows, products = shelf.nearest(queries, _N_NEAREST)
        return time.perf_counter() - started, rows, products

    scan_seconds, all_rows, all_products = timed(shelf_of(view.article_vectors))
    seconds, rows, products = timed(clustered_shelf_of(view.article_vectors))
    found = [len(np.intersect1d(*pair)) / _N_NEAREST for pair in zip(rows, all_rows, strict=True)]
    return {
        "scan_seconds": round(scan_seconds, 3),
        "seconds": round(seconds, 3),
        "found": round(float(np.mean(found)), 3),
        "similarity": round(float(products.mean() / all_products.mean()), 4),
    }


if __name__ == "__main__":
    main_of(measure, __doc__)
