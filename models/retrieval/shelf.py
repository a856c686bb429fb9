"""Live articles laid out so that those nearest to a reader are found: few are scanned, many are clustered."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import faiss
import numpy as np
from implicit.cpu.topk import topk
from numpy.typing import NDArray

from features.grouping import Ints
from models.threads import one_blas_thread

Vectors = NDArray[np.float32]

#: From so many articles on a scan of all of them for each reader costs more than half of scoring.
_MANY = 50_000
#: Clusters for the root of the number of articles, and which share of them is looked through for each reader.
_CLUSTERS_PER_ROOT, _LOOKED_THROUGH = 0.6, 1 / 16
_ROUNDS, _SEED = 10, 1
# By BLAS the last bits of a query's products hang on how many others are asked with it.
faiss.cvar.distance_compute_blas_threshold = np.iinfo(np.int32).max


@dataclass(frozen=True, slots=True)
class Shelf:
    """Live rows of the articles that have a vector, and what finds the nearest: a zero vector is near to nobody."""

    live: Ints
    index: Scan | Clusters

    def nearest(self, queries: Vectors, n: int) -> tuple[Ints, Vectors]:
        """Live rows and inner products [query, place] of the `n` nearest, best first.

        The product of a place that stays empty is negative. What is found for a query does not hang on the others.
        """
        found, products = self.index.nearest(queries, min(n, len(self.live)))
        return self.live[found], products


@dataclass(frozen=True, slots=True)
class Scan:
    """Every article is compared with every query: implicit's scan."""

    vectors: Vectors

    def nearest(self, queries: Vectors, n: int) -> tuple[Ints, Vectors]:
        """Rows and inner products of the `n` nearest."""
        with one_blas_thread():
            rows, products = topk(self.vectors, queries, n, num_threads=1)
        return rows, products


@dataclass(frozen=True, slots=True)
class Clusters:
    """Articles of the nearest clusters are compared: faiss's inverted file. The vectors have length 1.

    Some of the nearest are missed, and articles about as near take their place (docs/adr/0013-array-engine.md).
    """

    index: Any

    @classmethod
    def of(cls, vectors: Vectors) -> Clusters:
        """Clusters of vectors of length 1 (spherical k-means); the same for the same vectors."""
        faiss.omp_set_num_threads(1)
        n_clusters = int(_CLUSTERS_PER_ROOT * np.sqrt(len(vectors)))
        width = vectors.shape[1]
        index = faiss.IndexIVFFlat(faiss.IndexFlatIP(width), width, n_clusters, faiss.METRIC_INNER_PRODUCT)
        index.cp.spherical, index.cp.niter, index.cp.seed = True, _ROUNDS, _SEED
        index.train(vectors)
        index.add(vectors)
        index.nprobe = max(1, round(n_clusters * _LOOKED_THROUGH))
        return cls(index)

    def nearest(self, queries: Vectors, n: int) -> tuple[Ints, Vectors]:
        """Rows and inner products of the `n` nearest looked at; where there are fewer, -1 and a negative product."""
        faiss.omp_set_num_threads(1)  # of this thread: blocks of readers are what runs in parallel
        products, rows = self.index.search(queries, n)
        return rows, products


def shelf_of(vectors: Vectors) -> Shelf:
    """The shelf of the vectors of all live articles, all compared."""
    live, standing = _standing(vectors)
    return Shelf(live, Scan(standing))


def clustered_shelf_of(vectors: Vectors) -> Shelf:
    """The same for vectors of length 1 (or 0), by clusters where there are many."""
    live, standing = _standing(vectors)
    return Shelf(live, Clusters.of(standing) if len(live) >= _MANY else Scan(standing))


def _standing(vectors: Vectors) -> tuple[Ints, Vectors]:
    """Rows that are not zero, and their vectors."""
    live = np.flatnonzero(vectors.any(axis=1))
    return live, np.ascontiguousarray(vectors[live])
