"""How sure a mean or a ratio over lists is: readers drawn again and again, each with all of their lists.

Lists of one reader are alike, so lists cannot be drawn one by one; whole readers can (Efron and Tibshirani 1993, 8.3).
A figure is a sum over lists divided by another one; what is kept of a log is therefore only each reader's sums.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from frontpage.core.progress import track
from frontpage.features.grouping import Floats, Ints

N_RESAMPLES = 1_000
_PERCENT = (2.5, 97.5)
#: Resamples drawn at once; bounds memory, not results.
_AT_ONCE = 50


def sums_by_reader(reader: Ints, columns: Sequence[NDArray[Any]]) -> Floats:
    """Sums [column, reader] of the values of lists; `reader` [list] counts from 0 without gaps."""
    return np.stack([np.bincount(reader, weights=column) for column in columns])


def sums_by_group(reader: Ints, group: Ints, n_groups: int, columns: Sequence[NDArray[Any]]) -> csr_matrix:
    """Sums [group * n_columns + column, reader] of the values of lists; those of group -1 are left out."""
    kept, n_columns = np.flatnonzero(group >= 0), len(columns)
    values = np.concatenate([np.asarray(column, dtype=np.float64)[kept] for column in columns])
    rows = np.concatenate([group[kept] * n_columns + place for place in range(n_columns)])
    shape = (n_groups * n_columns, int(reader.max(initial=-1)) + 1)
    return csr_matrix((values, (rows, np.tile(reader[kept], n_columns))), shape=shape)


def resampled(tables: Mapping[str, Any], seed: int, n_resamples: int = N_RESAMPLES) -> dict[str, Floats]:
    """Of each table [column, reader] the sums [column, resample] over as many readers, drawn with replacement.

    All tables see the same readers drawn; the same seed gives the same draws.
    """
    draws = track(_draws(tables, seed, n_resamples), "draws for intervals", -(-n_resamples // _AT_ONCE))
    parts = [{name: table @ drawn for name, table in tables.items()} for drawn in draws]
    return {name: np.hstack([part[name] for part in parts]) for name in tables}


def ratio(above: Any, below: Any) -> Floats:
    """Element by element; NaN where there is nothing below."""
    above, below = np.asarray(above, dtype=np.float64), np.asarray(below, dtype=np.float64)
    return np.divide(above, below, out=np.full(below.shape, np.nan), where=below > 0)


def interval(values: Floats) -> tuple[float, float] | None:
    """The middle 95 % of resampled values; None where half of the resamples gave none."""
    known = values[np.isfinite(values)]
    if 2 * len(known) <= len(values):
        return None
    low, high = np.percentile(known, _PERCENT)
    return float(low), float(high)


def _draws(tables: Mapping[str, Any], seed: int, n_resamples: int) -> Iterator[Floats]:
    """How often each reader was drawn [reader, resample], some resamples at a time."""
    n_readers = next(iter(tables.values())).shape[1]
    random = np.random.default_rng(seed)
    for start in range(0, n_resamples, _AT_ONCE):
        drawn = [random.integers(0, n_readers, n_readers) for _ in range(min(_AT_ONCE, n_resamples - start))]
        yield np.stack([np.bincount(one, minlength=n_readers) for one in drawn], axis=1).astype(np.float64)
