"""Look-ups of one pair of reader and article each, compiled; each releases the interpreter."""

from __future__ import annotations

from typing import Any

import numba
import numpy as np

_compiled = numba.njit(nogil=True, cache=True)


@_compiled
def spread(packed: Any, rows: Any, first_column: int, matrix: Any) -> None:
    """Row `rows[i]` of `packed` into row i of the matrix, from a column on."""
    for at in range(len(rows)):
        for column in range(packed.shape[1]):
            matrix[at, first_column + column] = packed[rows[at], column]


@_compiled
def rows_of_keys(starts: Any, members: Any, owner: Any, member: Any) -> Any:
    """For each (owner, member) the row that holds it, or -1; rows of owner o are `starts[o]` to `starts[o + 1]`.

    The members of an owner ascend.
    """
    found = np.full(len(owner), -1, np.int64)
    for at in range(len(owner)):
        first, last = starts[owner[at]], starts[owner[at] + 1]
        place = first + np.searchsorted(members[first:last], member[at])
        if place < last and members[place] == member[at]:
            found[at] = place
    return found


@_compiled
def listed_shares(of_article: Any, codes: Any, shares: Any, readers: Any, articles: Any) -> Any:
    """For each pair the sum of the reader's shares of the article's label; 0 where either has none."""
    result = np.zeros(len(readers))
    for at in range(len(readers)):
        wanted = of_article[articles[at]]
        if wanted < 0:
            continue
        for place in range(codes.shape[1]):
            if codes[readers[at], place] == wanted:
                result[at] += shares[readers[at], place]
    return result
