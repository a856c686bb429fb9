"""Loops over readers that arrays have no word for, compiled; each releases the interpreter, so blocks run side by side.

Every function takes a block of readers and gives the same whatever block a reader is in. `seen` of a block: for each
reader the slice `starts[r]:starts[r + 1]` of `articles`, ascending.
"""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

_compiled = numba.njit(nogil=True, cache=True)


@_compiled
def first_unseen(order: Any, starts: Any, articles: Any, n: int) -> Any:
    """(reader, rank, article) of the first `n` of `order` that each reader of a block has not seen."""
    n_readers = len(starts) - 1
    size = n_readers * min(n, len(order))
    reader, rank, article = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size, np.int64)
    n_found = 0
    for row in range(n_readers):
        mine = articles[starts[row] : starts[row + 1]]
        taken = 0
        for place in range(len(order)):
            if taken == n:
                break
            if not _holds(mine, order[place]):
                taken += 1
                reader[n_found], rank[n_found], article[n_found] = row, taken, order[place]
                n_found += 1
    return reader[:n_found], rank[:n_found], article[:n_found]


@_compiled
def first_of_found(found: Any, scores: Any, starts: Any, articles: Any, n: int) -> Any:
    """(reader, rank, article) of the first `n` found for each reader [reader, place] with a positive score, unseen."""
    n_readers, width = found.shape
    size = n_readers * min(n, width)
    reader, rank, article = np.empty(size, np.int64), np.empty(size, np.int64), np.empty(size, np.int64)
    n_found = 0
    for row in range(n_readers):
        taken = 0
        mine = articles[starts[row] : starts[row + 1]]
        for place in range(width):
            if taken == n:
                break
            if scores[row, place] > 0 and not _holds(mine, found[row, place]):
                taken += 1
                reader[n_found], rank[n_found], article[n_found] = row, taken, found[row, place]
                n_found += 1
    return reader[:n_found], rank[:n_found], article[:n_found]


@_compiled
def best_stored(indptr: Any, indices: Any, data: Any, starts: Any, articles: Any, n: int) -> Any:
    """(reader, rank, article) of the `n` largest positive entries of each row of a sparse matrix that are unseen.

    Column indices ascend; equal values go by column.
    """
    n_readers = len(indptr) - 1
    reader, rank = np.empty(n_readers * n, np.int64), np.empty(n_readers * n, np.int64)
    article = np.empty(n_readers * n, np.int64)
    top_value, top_article = np.empty(n, data.dtype), np.empty(n, np.int64)
    n_found = 0
    for row in range(n_readers):
        n_top = 0
        mine = articles[starts[row] : starts[row + 1]]
        for at in range(indptr[row], indptr[row + 1]):
            value = data[at]
            if value <= 0 or (n_top == n and value <= top_value[n - 1]) or _holds(mine, indices[at]):
                continue
            place = n_top if n_top < n else n - 1
            n_top = min(n_top + 1, n)
            while place > 0 and top_value[place - 1] < value:
                top_value[place], top_article[place] = top_value[place - 1], top_article[place - 1]
                place -= 1
            top_value[place], top_article[place] = value, indices[at]
        for place in range(n_top):
            reader[n_found], rank[n_found], article[n_found] = row, place + 1, top_article[place]
            n_found += 1
    return reader[:n_found], rank[:n_found], article[:n_found]


@_compiled
def fused(reader: Any, rank: Any, article: Any, source: Any, n_readers: int, n_live: int) -> Any:
    """(reader, article, source) of the distinct pairs, ordered so; of sources the one that ranked a pair best."""
    order, starts = _grouped(reader, n_readers)
    out_reader, out_article = np.empty(len(reader), np.int64), np.empty(len(reader), np.int64)
    out_source = np.empty(len(reader), np.int64)
    met = np.full(n_live, -1, np.int64)
    best_rank, best_source = np.empty(n_live, np.int64), np.empty(n_live, np.int64)
    n_out = 0
    for row in range(n_readers):
        first = n_out
        for at in order[starts[row] : starts[row + 1]]:
            name = article[at]
            if met[name] != row:
                met[name], best_rank[name], best_source[name] = row, rank[at], source[at]
                out_article[n_out] = name
                n_out += 1
            elif (rank[at], source[at]) < (best_rank[name], best_source[name]):
                best_rank[name], best_source[name] = rank[at], source[at]
        out_article[first:n_out].sort()
        for at in range(first, n_out):
            out_reader[at], out_source[at] = row, best_source[out_article[at]]
    return out_reader[:n_out], out_article[:n_out], out_source[:n_out]


@_compiled
def stored_values(indptr: Any, indices: Any, data: Any, rows: Any, columns: Any) -> Any:
    """Entries of a sparse matrix whose column indices ascend; 0 where nothing is stored."""
    values = np.zeros(len(rows))
    for at in range(len(rows)):
        first, last = indptr[rows[at]], indptr[rows[at] + 1]
        place = first + np.searchsorted(indices[first:last], columns[at])
        if place < last and indices[place] == columns[at]:
            values[at] = data[place]
    return values


@_compiled
def best_of_groups(starts: Any, margin: Any, article: Any, n: int) -> Any:
    """Rows of the `n` largest margins of each group [group, place], best first; -1: none left. Ties go by article."""
    n_groups = len(starts) - 1
    best = np.full((n_groups, n), -1, np.int64)
    for group in range(n_groups):
        n_top = 0
        mine = best[group]
        for at in range(starts[group], starts[group + 1]):
            if n_top == n and not _is_before(margin, article, at, mine[n - 1]):
                continue
            place = n_top if n_top < n else n - 1
            n_top = min(n_top + 1, n)
            while place > 0 and _is_before(margin, article, at, mine[place - 1]):
                mine[place] = mine[place - 1]
                place -= 1
            mine[place] = at
    return best


@_compiled
def _is_before(margin: Any, article: Any, one: int, other: int) -> bool:
    is_equal = margin[one] == margin[other] and article[one] < article[other]
    return bool(margin[one] > margin[other] or is_equal)


@_compiled
def _holds(ascending: Any, value: int) -> bool:
    place = np.searchsorted(ascending, value)
    return bool(place < len(ascending) and ascending[place] == value)


@_compiled
def _grouped(groups: Any, n_groups: int) -> Any:
    """Row numbers group by group, in order within each, and where each group starts: a counting sort."""
    starts = np.zeros(n_groups + 1, np.int64)
    for group in groups:
        starts[group + 1] += 1
    starts = np.cumsum(starts)
    free, order = starts[:-1].copy(), np.empty(len(groups), np.int64)
    for at in range(len(groups)):
        order[free[groups[at]]] = at
        free[groups[at]] += 1
    return order, starts
