"""Sums, medians and short lists per group, on plain arrays: no loop over rows.

Groups are integer codes 0..n_groups-1; rows with code -1 are left out. Sums are taken in row order, so the same rows
give the same bits whatever other groups are there.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

HOUR_US = 3_600_000_000
#: A read this many half-lives before the last one of its group is left out: even millions of them would not show.
MAX_HALVINGS = 60.0
#: Up to so many keys, a table of all of them is several times faster than looking for those that are met.
_TABLE_KEYS = 1 << 23
#: Rows that are summed at a time: what is worked out for them stays in the processor's cache.
_CACHED_ROWS = 1 << 14


def decayed_sums(codes: Ints, at_us: Ints, weights: Floats, last_us: Ints, half_lives: Sequence[float]) -> Floats:
    """Per group (rows) and half-life (columns): sum of weight x 2^-(hours before the group's last / half-life).

    `last_us` is per group, in microseconds; half-lives are hours, ascending. Shape (n_groups, n_half_lives).
    Rows more than MAX_HALVINGS half-lives before the last count 0, which spares the short half-lives most of the work.

    A read now and one two hours earlier, with a half-life of one hour and of two:

    >>> two_hours = 2 * HOUR_US
    >>> reads = np.array([0, two_hours])
    >>> decayed_sums(np.array([0, 0]), reads, np.ones(2), np.array([two_hours]), (1.0, 2.0)).tolist()
    [[1.25, 1.5]]
    """
    sums = np.zeros((len(half_lives), len(last_us)))
    for first in range(0, len(codes), _CACHED_ROWS):
        rows = slice(first, first + _CACHED_ROWS)
        _add_decayed(sums, codes[rows], (last_us[codes[rows]] - at_us[rows]) / HOUR_US, weights[rows], half_lives)
    return np.ascontiguousarray(sums.T)


def _add_decayed(sums: Floats, codes: Ints, hours: Floats, weights: Floats, half_lives: Sequence[float]) -> None:
    """Add rows to the sums [half-life, group], in their order."""
    for column in reversed(range(len(half_lives))):
        half = half_lives[column]
        near = hours <= MAX_HALVINGS * half
        if not near.all():
            codes, hours, weights = codes[near], hours[near], weights[near]
        left = np.exp2(hours * (-1 / half))  # one division for all rows
        np.add.at(sums[column], codes, weights * left)


def distinct(keys: Ints, n_keys: int) -> tuple[Ints, Ints]:
    """The distinct keys (0..n_keys-1), ascending, and each row's place among them; key -1 is none and stays -1.

    >>> found, places = distinct(np.array([5, 2, -1, 5]), 6)
    >>> found.tolist(), places.tolist()
    ([2, 5], [1, 0, -1, 1])
    """
    if n_keys > _TABLE_KEYS:
        places, found = pd.factorize(keys, sort=True)
        n_none = int(len(found) > 0 and found[0] == -1)
        return found[n_none:], places - n_none
    is_met = np.zeros(n_keys + 1, dtype=bool)
    is_met[keys] = True
    places = np.cumsum(is_met, dtype=np.int64) - 1
    places[-1] = -1
    return np.flatnonzero(is_met[:-1]), places[keys]


def sorted_distinct(keys: Ints) -> Ints:
    """The distinct keys, ascending; of millions that is a tenth of the time that `np.unique` takes."""
    ordered = np.sort(keys)
    is_first = np.ones(len(ordered), dtype=bool)
    is_first[1:] = ordered[1:] != ordered[:-1]
    return ordered[is_first]


def last_of(codes: Ints, values: Ints, n_groups: int, absent: int) -> Ints:
    """The value of each group's last row; `absent` for a group without rows.

    >>> last_of(np.array([0, 2, 0]), np.array([10, 20, 30]), 3, -1).tolist()
    [30, -1, 20]
    """
    last = np.full(n_groups, absent, dtype=np.int64)
    last[codes] = values  # of a repeated index the last value stays
    return last


def medians(codes: Ints, values: Floats, n_groups: int) -> Floats:
    """Median of each group's values, the mean of the middle two for an even count; NaN for a group without rows.

    >>> medians(np.array([0, 0, 1, 1, 1]), np.array([1.0, 3.0, 5.0, 9.0, 6.0]), 3).tolist()
    [2.0, 6.0, nan]
    """
    order = np.lexsort((values, codes))
    counts = np.bincount(codes, minlength=n_groups)
    starts = np.cumsum(counts) - counts
    result = np.full(n_groups, np.nan)
    filled = counts > 0
    low, high = (starts + (counts - 1) // 2)[filled], (starts + counts // 2)[filled]
    ordered = values[order]
    result[filled] = (ordered[low] + ordered[high]) / 2
    return result


@dataclass(frozen=True, slots=True)
class Top:
    """The first few members of each group, flattened: `counts[g]` entries for group g, groups in order."""

    counts: Ints
    members: Ints
    values: Floats


def top_shares(groups: Ints, labels: Ints, values: Floats, n_groups: int, k: int) -> Top:
    """Each group's `k` labels with the largest sums of `values`, as shares of the group's whole sum.

    Ties go to the smaller label; rows with label -1 count nowhere.

    A reader of three articles in category 7 and one in category 2:

    >>> top = top_shares(np.zeros(4, int), np.array([7, 2, 7, 7]), np.ones(4), 1, 2)
    >>> top.members.tolist(), top.values.tolist()
    ([7, 2], [0.75, 0.25])
    """
    known = labels >= 0
    groups, labels, values = groups[known], labels[known], values[known]
    n_labels = int(labels.max(initial=0)) + 1
    codes, pairs = pd.factorize(groups * n_labels + labels)
    sums = np.bincount(codes, values, minlength=len(pairs))
    owner, label = pairs // n_labels, pairs % n_labels
    totals = np.bincount(owner, sums, minlength=n_groups)
    shares = sums / np.maximum(totals[owner], np.finfo(float).tiny)
    return _first(np.lexsort((label, -shares, owner)), owner, label, shares, n_groups, k)


def newest_distinct(groups: Ints, members: Ints, values: Floats, n_groups: int, k: int) -> Top:
    """Each group's `k` distinct members met last (rows come in order of time), newest first, with the largest value."""
    n_members = int(members.max(initial=0)) + 1
    codes, pairs = pd.factorize((groups * n_members + members)[::-1])  # in the order they are met: newest first
    largest = np.full(len(pairs), -np.inf)
    np.maximum.at(largest, codes, values[::-1])
    owner, member = pairs // n_members, pairs % n_members
    return _first(np.argsort(owner, kind="stable"), owner, member, largest, n_groups, k)


def padded(values: npt.NDArray[Any], counts: Ints, width: int, filler: float) -> npt.NDArray[Any]:
    """Flattened values as one row per group [group, place]; `filler` where a group has ended.

    >>> padded(np.array([4, 5, 6]), np.array([1, 2]), 2, -1).tolist()
    [[4, -1], [5, 6]]
    """
    rows = np.full((len(counts), width), filler, dtype=values.dtype)
    rows[np.arange(width) < counts[:, None]] = values
    return rows


def rows_of(positions: Ints, members: Ints, size: int) -> Ints:
    """Row of each position in `members`, -1 where it is not a member; `size` bounds the positions, -1 stays -1."""
    table = np.full(size + 1, -1, dtype=np.int64)
    table[members] = np.arange(len(members))
    return table[positions]


def without_gaps(rows: Ints) -> Ints | slice:
    """Ascending rows as a slice where there is no gap between them: what it takes of an array is not copied."""
    if not len(rows) or rows[-1] - rows[0] >= len(rows):
        return rows
    return slice(int(rows[0]), int(rows[-1]) + 1)


def rows_in(ascending: Ints, wanted: Ints) -> Ints:
    """Row of each wanted value in an array of distinct ascending ones, -1 where it is not there.

    >>> rows_in(np.array([10, 20, 30]), np.array([30, 15])).tolist()
    [2, -1]
    """
    if not len(ascending):
        return np.full(len(wanted), -1, dtype=np.int64)
    place = np.minimum(np.searchsorted(ascending, wanted), len(ascending) - 1)
    return np.where(ascending[place] == wanted, place, -1)


def _first(order: Ints, owner: Ints, member: Ints, value: Floats, n_groups: int, k: int) -> Top:
    """The first `k` of each group of rows that `order` puts group by group."""
    counts = np.bincount(owner, minlength=n_groups)
    starts = np.cumsum(counts) - counts
    place = np.arange(len(order)) - starts[owner[order]]
    kept = order[place < k]
    return Top(np.minimum(counts, k), member[kept], value[kept])
