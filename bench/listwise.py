"""A linear ranker that learns which article of a list is clicked: conditional (multinomial) logit with ridge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from frontpage.features.grouping import Floats, Ints

Bools = NDArray[np.bool_]

_MAX_ITERATIONS = 60


@dataclass(frozen=True, slots=True)
class Block:
    """Columns that are the same for all pairs of one row: [row, column], the row of each pair, ridge [column].

    Half of the ridge times the squared weight is lost.
    """

    matrix: csr_matrix
    row: Ints
    ridge: Floats

    def of(self, pairs: Bools) -> Block:
        """The same columns for some of the pairs."""
        return Block(self.matrix, self.row[pairs], self.ridge)

    def score(self, weights: Floats) -> Floats:
        """Weighted sum for each pair."""
        return np.asarray((self.matrix @ weights)[self.row], dtype=np.float64)

    def gradient(self, residual: Floats) -> Floats:
        """Sum of the columns, each pair by its residual."""
        of_row = np.bincount(self.row, residual, minlength=self.matrix.shape[0])
        return np.asarray(self.matrix.T @ of_row, dtype=np.float64)


def fit(blocks: Sequence[Block], clicked: Ints, list_of: Ints) -> list[Floats]:
    """Weights of each block's columns: the greatest likelihood that each list's click falls where it fell.

    list_of [pair], in any coding. Lists from which the click was taken out count for nothing. McFadden (1974),
    "Conditional logit analysis of qualitative choice behavior".
    """
    group = np.unique(list_of, return_inverse=True)[1]
    counts = (np.bincount(group, clicked) == 1)[group]
    blocks, clicked, group = [block.of(counts) for block in blocks], clicked[counts], group[counts]
    ridge = np.concatenate([block.ridge for block in blocks])
    cuts = np.cumsum([len(block.ridge) for block in blocks])[:-1]

    def loss(weights: Floats) -> tuple[float, Floats]:
        score = sum(block.score(part) for block, part in zip(blocks, np.split(weights, cuts), strict=True))
        odds = np.exp(np.clip(score, -30.0, 30.0))
        chance = odds / np.bincount(group, odds)[group]
        slope = np.concatenate([block.gradient(chance - clicked) for block in blocks])
        return -np.log(chance[clicked == 1]).sum() + 0.5 * float(ridge @ weights**2), slope + ridge * weights

    result = minimize(loss, np.zeros(len(ridge)), jac=True, method="L-BFGS-B", options={"maxiter": _MAX_ITERATIONS})
    return np.split(np.asarray(result.x, dtype=np.float64), cuts)
