"""Nearest articles by inner product, and what a reader's recent reads look like."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from frontpage.features.grouping import Ints, rows_of
from frontpage.features.interactions import DAY_MICROSECONDS
from models import compiled
from models.context import ScoringContext
from models.retrieval.vector_index import VectorIndex, Vectors
from models.topk import TopK

#: Newest reads that stand for what a reader reads now.
_N_RECENT = 20
#: Of which so many stand for what a reader read last.
N_LAST = 3
_READ_ALLOWANCE = 30
#: Half-lives after which a read stops losing weight, so that sums stay well above what counts as nothing.
_MAX_HALF_LIVES = 16.0


def nearest(context: ScoringContext, queries: Vectors, index: VectorIndex, reader_rows: Ints, n: int) -> TopK:
    """Up to `n` unread live articles with the largest positive inner product for each reader row, best first.

    `queries` [reader row of the moment]; zero vectors find nothing. Read articles are dropped from the nearest `n` +
    _READ_ALLOWANCE, so who read more than that of them gets fewer.
    """
    asking = reader_rows[queries[reader_rows].any(axis=1)]
    if not len(index.live) or not len(asking):
        return TopK.empty()
    found, scores = index.nearest(queries[asking], n + _READ_ALLOWANCE)
    reader, rank, article = compiled.first_of_found(found, scores, *context.seen_of(asking), n)
    return TopK(asking[reader], rank, article)


def profiles(context: ScoringContext, vectors: Vectors, half_life_days: float, n_reads: int = _N_RECENT) -> Vectors:
    """For each reader row the weighted mean vector, of length 1, of the newest `n_reads`; zeros without any known text.

    A read weighs what it counts (its kind and reading time) and half as much for each `half_life_days` of its age.
    `vectors` holds one row per article of the dataset.
    """
    dataset, known = context.dataset, context.known
    reader = rows_of(dataset.read_reader[known], context.readers, len(dataset.reader_keys))
    kept = (reader >= 0) & (dataset.read_article[known] >= 0)
    reader, read = reader[kept][::-1], known[kept][::-1]  # newest first
    order = np.argsort(reader, kind="stable")
    recent = order[_place_in_group(reader[order]) < n_reads]
    reader, read = reader[recent], read[recent]
    weights = _profile_weights(context, read, half_life_days)
    shape = (len(context.readers), len(dataset.article_ids))
    reads = csr_matrix((weights, (reader, dataset.read_article[read])), shape=shape)
    return unit(np.asarray(reads @ vectors, dtype=np.float32))


def _profile_weights(context: ScoringContext, reads: Ints, half_life_days: float) -> NDArray[np.float32]:
    """What each read weighs; never so little that the profile of who comes back after years is lost."""
    dataset = context.dataset
    half_lives = (context.now - dataset.read_time[reads]) / (half_life_days * DAY_MICROSECONDS)
    decay = np.exp2(-np.minimum(half_lives, _MAX_HALF_LIVES))
    return np.asarray(dataset.read_weight[reads] * decay, dtype=np.float32)


def unit(vectors: Vectors) -> Vectors:
    """Rows scaled to length 1; rows of length 0 stay 0."""
    length = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.divide(vectors, length, out=np.zeros_like(vectors), where=length > 1e-9)


def inner_products(queries: Vectors, articles: Vectors, query_rows: Ints, article_rows: Ints) -> NDArray[np.float32]:
    """Inner product of each pair of rows; vectorised, in slices that keep memory small."""
    result = np.empty(len(query_rows), dtype=np.float32)
    for start in range(0, len(query_rows), 1 << 18):
        part = slice(start, start + (1 << 18))
        result[part] = np.einsum("ij,ij->i", queries[query_rows[part]], articles[article_rows[part]])
    return result


def _place_in_group(groups: Ints) -> Ints:
    """0, 1, 2 ... within each run of equal values."""
    starts = np.flatnonzero(np.diff(groups, prepend=-1))
    return np.arange(len(groups)) - np.repeat(starts, np.diff(np.append(starts, len(groups))))
