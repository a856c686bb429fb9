"""A linear ranker that learns which article of a list is clicked: conditional (multinomial) logit with ridge."""

from __future__ import annotations

import numpy as np
from scipy.optimize import minimize
from scipy.sparse import csr_matrix

from features.grouping import Floats, Ints

_MAX_ITERATIONS = 60


def fit(matrix: csr_matrix, clicked: Ints, list_of: Ints, ridge: Floats) -> Floats:
    """Weight of each column: the greatest likelihood that each list's click falls where it fell.

    matrix [pair, column]; list_of [pair], in any coding; ridge [column]: half of it times the squared weight is lost.
    Lists from which the click was taken out count for nothing. McFadden (1974), "Conditional logit analysis".
    """
    group = np.unique(list_of, return_inverse=True)[1]
    counts = (np.bincount(group, clicked) == 1)[group]
    matrix, clicked, group = matrix[counts], clicked[counts], group[counts]

    def loss(weights: Floats) -> tuple[float, Floats]:
        score = matrix @ weights
        top = np.full(group.max() + 1, -np.inf)
        np.maximum.at(top, group, score)
        odds = np.exp(score - top[group])
        chance = odds / np.bincount(group, odds)[group]
        value = -np.log(chance[clicked == 1]).sum() + 0.5 * float(ridge @ weights**2)
        return value, matrix.T @ (chance - clicked) + ridge * weights

    start = np.zeros(matrix.shape[1])
    result = minimize(loss, start, jac=True, method="L-BFGS-B", options={"maxiter": _MAX_ITERATIONS})
    return np.asarray(result.x, dtype=np.float64)
