"""Live articles laid out so that those nearest to a reader are found."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from implicit.cpu.topk import topk
from numpy.typing import NDArray

from frontpage.features.grouping import Ints
from models.threads import one_blas_thread

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class VectorIndex:
    """Live rows of the articles that have a vector [article], and the vectors: a zero vector is near to nobody."""

    live: Ints
    vectors: Vectors

    def nearest(self, queries: Vectors, n: int) -> tuple[Ints, Vectors]:
        """Live rows and inner products [query, place] of the `n` nearest, best first; a scan of all."""
        with one_blas_thread():
            found, products = topk(self.vectors, queries, min(n, len(self.live)), num_threads=1)
        return self.live[found], products


def vector_index(vectors: Vectors) -> VectorIndex:
    """The index of the vectors of all live articles."""
    live = np.flatnonzero(vectors.any(axis=1))
    return VectorIndex(live, np.ascontiguousarray(vectors[live]))
