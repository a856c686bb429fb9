"""Sums and lists per group, by hand."""

import numpy as np
import pytest

from frontpage.features import grouping
from frontpage.features.grouping import HOUR_US, MAX_HALVINGS, decayed_sums, distinct, rows_in, sorted_distinct


def test_decayed_sums_leave_out_what_cannot_show_and_nothing_else() -> None:
    """A read 60 half-lives old still counts 2^-60, one an hour older nothing, but it does at a longer half-life."""
    at = np.array([-MAX_HALVINGS - 1, -MAX_HALVINGS, 0]).astype(np.int64) * HOUR_US
    codes, weights = np.array([1, 0, 2]), np.ones(3)
    sums = decayed_sums(codes, at, weights, np.zeros(4, dtype=np.int64), (1.0, 61.0))
    expected = [[2**-60, 2 ** (-60 / 61)], [0, 1 / 2], [1, 1], [0, 0]]
    np.testing.assert_allclose(sums, expected, rtol=1e-12)


def test_decayed_sums_do_not_hang_on_how_many_rows_are_summed_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each group's rows are added in their order, so the bits are those of one sum over all of them."""
    draw, half_lives = np.random.default_rng(2), (0.1, 2.0, 168.0)
    codes, weights = draw.integers(0, 7, 900), draw.random(900)
    at = np.sort(draw.integers(0, 300 * HOUR_US, 900))
    last = grouping.last_of(codes, at, 9, 0)
    hours = (last[codes] - at) / HOUR_US
    near = [np.where(hours <= MAX_HALVINGS * half, np.exp2(hours * (-1 / half)), 0.0) for half in half_lives]
    expected = np.stack([np.bincount(codes, weights * left, minlength=9) for left in near], axis=1)
    for n_rows in (1, 64, 899, 1 << 14):
        monkeypatch.setattr(grouping, "_CACHED_ROWS", n_rows)
        np.testing.assert_array_equal(decayed_sums(codes, at, weights, last, half_lives), expected)


def test_distinct_keys_by_table_and_by_sorting_are_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keys ascending, each row's place among them, -1 for none, whichever way they are found."""
    keys = np.array([7, -1, 3, 7, 0, -1])
    for limit in (grouping._TABLE_KEYS, 0):
        monkeypatch.setattr(grouping, "_TABLE_KEYS", limit)
        found, places = distinct(keys, 9)
        assert found.tolist() == [0, 3, 7]
        assert places.tolist() == [2, -1, 1, 2, 0, -1]
        assert [len(part) for part in distinct(keys[:0], 9)] == [0, 0]


def test_sorted_distinct_is_what_unique_gives() -> None:
    """Also of nothing, of one, and of negative keys."""
    draw = np.random.default_rng(1)
    for keys in ([], [3], [-2, 5, -2, 5], draw.integers(-50, 50, 500)):
        array = np.array(keys, dtype=np.int64)
        np.testing.assert_array_equal(sorted_distinct(array), np.unique(array))


def test_rows_in_finds_what_is_there_and_nothing_else() -> None:
    """Before, between, after and negative values are not there; in nothing, nothing is."""
    ascending = np.array([-2, 3, 7])
    assert rows_in(ascending, np.array([7, -2, -3, 3, 4, 8, -1])).tolist() == [2, 0, -1, 1, -1, -1, -1]
    assert rows_in(np.zeros(0, np.int64), np.array([-1, 0])).tolist() == [-1, -1]
    assert rows_in(ascending, np.zeros(0, np.int64)).tolist() == []
