"""Ranking metrics, unsampled: nDCG, hit rate, recall, nDCG weighted by reading time, coverage. Pure numpy.

Lists are given as flat arrays, list after list, with the number of rows of each (`group_sizes`). Definitions:
nDCG@k (Jarvelin and Kekalainen 2002) with gain 2^grade - 1 and discount log2(rank + 1); the ideal list holds every
relevant article, also those that were never candidates, so a candidate source that misses articles costs nDCG.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

K = 10


def ranks_within(score: NDArray[np.floating], group_sizes: Ints) -> Ints:
    """Rank 1, 2, ... of each row within its list, highest score first; ties in row order.

    Two lists, of three and of two articles:

    >>> ranks_within(np.array([0.1, 0.9, 0.5, 0.3, 0.3]), np.array([3, 2])).tolist()
    [3, 1, 2, 1, 2]
    """
    group = np.repeat(np.arange(len(group_sizes)), group_sizes)
    order = np.lexsort((np.arange(len(score)), -np.asarray(score, dtype=np.float64), group))
    starts = np.cumsum(group_sizes) - group_sizes
    ranks = np.empty(len(score), dtype=np.int64)
    ranks[order] = np.arange(len(score)) - np.repeat(starts, group_sizes) + 1
    return ranks


def sums_by_group(values: Floats, group_sizes: Ints) -> Floats:
    """Sum of the values of each list; 0 for an empty list."""
    group = np.repeat(np.arange(len(group_sizes)), group_sizes)
    return np.bincount(group, weights=values, minlength=len(group_sizes)).astype(np.float64)


def dcg(gain: Floats, rank: Ints, group_sizes: Ints, k: int = K) -> Floats:
    """Discounted gain of the first k of each list."""
    counted = np.where(rank <= k, gain / np.log2(rank + 1.0), 0.0)
    return sums_by_group(counted, group_sizes)


def ideal_dcg(gain: Floats, group_sizes: Ints, k: int = K) -> Floats:
    """DCG of the best order of these gains."""
    return dcg(gain, ranks_within(gain, group_sizes), group_sizes, k)


def ndcg(gain: Floats, rank: Ints, group_sizes: Ints, ideal: Floats | None = None, k: int = K) -> Floats:
    """nDCG@k of each list, 0 where there is nothing relevant; `ideal` where relevant articles are not in the list.

    The one relevant article stands at rank 2, so its gain is divided by log2(3):

    >>> ndcg(np.array([0.0, 1.0]), np.array([1, 2]), np.array([2])).round(3).tolist()
    [0.631]
    """
    best = ideal_dcg(gain, group_sizes, k) if ideal is None else ideal
    got = dcg(gain, rank, group_sizes, k)
    return np.divide(got, best, out=np.zeros_like(got), where=best > 0)


def ndcg_of_groups(score: NDArray[np.floating], grades: Ints, group_sizes: Ints, k: int = K) -> float:
    """Mean nDCG@k of lists ordered by score, over lists with anything relevant; 0 where there is none."""
    gain = np.exp2(grades.astype(np.float64)) - 1.0
    relevant = sums_by_group(gain, group_sizes) > 0
    values = ndcg(gain, ranks_within(score, group_sizes), group_sizes, k=k)
    return float(values[relevant].mean()) if relevant.any() else 0.0


def hit_rate(is_relevant: NDArray[np.bool_], rank: Ints, group_sizes: Ints, k: int = K) -> Floats:
    """1 for each list with a relevant article among its first k, else 0.

    >>> hit_rate(np.array([False, True, False]), np.array([1, 2, 1]), np.array([2, 1])).tolist()
    [1.0, 0.0]
    """
    return (sums_by_group((is_relevant & (rank <= k)).astype(np.float64), group_sizes) > 0).astype(np.float64)


def recall(is_relevant: NDArray[np.bool_], rank: Ints, group_sizes: Ints, n_relevant: Ints, k: int = K) -> Floats:
    """Share of each reader's relevant articles among the first k of the list; 0 where there are none.

    Of four articles that the reader read next, one is in the list:

    >>> recall(np.array([True, False]), np.array([1, 2]), np.array([2]), np.array([4])).tolist()
    [0.25]
    """
    found = sums_by_group((is_relevant & (rank <= k)).astype(np.float64), group_sizes)
    return np.divide(found, n_relevant, out=np.zeros_like(found), where=n_relevant > 0)


def coverage(listed: Ints, n_articles: int) -> float:
    """Share of the articles that could be listed which stand in at least one list; 0 where there are none.

    >>> coverage(np.array([7, 7, 3]), 4)
    0.5
    """
    return len(np.unique(listed)) / n_articles if n_articles else 0.0
