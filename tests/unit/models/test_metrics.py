"""Ranking metrics against numbers worked out by hand."""

from math import log2

import numpy as np
import pytest

from frontpage.core import metrics


def test_ndcg_of_one_hit_is_its_discount() -> None:
    """One relevant article at rank 2 of 3: (1 / log2 3) / (1 / log2 2)."""
    sizes = np.array([3])
    assert metrics.ndcg_of_groups(np.array([3.0, 2.0, 1.0]), np.array([0, 1, 0]), sizes) == pytest.approx(1 / log2(3))


def test_a_longer_read_gains_more() -> None:
    """Grade 2 gains 3, grade 1 gains 1: the wrong order costs (1 + 3 / log2 3) / (3 + 1 / log2 3)."""
    got = metrics.ndcg_of_groups(np.array([2.0, 1.0]), np.array([1, 2]), np.array([2]))
    assert got == pytest.approx((1 + 3 / log2(3)) / (3 + 1 / log2(3)))


def test_lists_without_anything_relevant_do_not_count() -> None:
    """The mean is over lists that could have been right."""
    sizes = np.array([2, 2])
    assert metrics.ndcg_of_groups(np.array([2.0, 1.0, 2.0, 1.0]), np.array([1, 0, 0, 0]), sizes) == 1.0
    assert metrics.ndcg_of_groups(np.zeros(2), np.zeros(2, np.int64), np.array([2])) == 0.0


def test_ties_go_in_row_order() -> None:
    """Equal scores keep the order in which the rows came."""
    assert metrics.ranks_within(np.array([1.0, 1.0, 2.0, 5.0]), np.array([3, 1])).tolist() == [2, 3, 1, 1]


def test_what_was_never_a_candidate_still_counts() -> None:
    """Two reads, one of them not in the list: the ideal is that of two hits."""
    gain, sizes = np.array([1.0, 0.0]), np.array([2])
    ideal = np.array([1 + 1 / log2(3)])
    value = metrics.ndcg(gain, np.array([1, 2]), sizes, ideal)
    assert value.tolist() == pytest.approx([1 / (1 + 1 / log2(3))])


def test_only_the_first_ten_count() -> None:
    """A hit at rank 11 is no hit, no recall and no gain."""
    relevant = np.zeros(11, dtype=bool)
    relevant[10] = True
    rank, sizes = np.arange(1, 12), np.array([11])
    assert metrics.hit_rate(relevant, rank, sizes).tolist() == [0.0]
    assert metrics.recall(relevant, rank, sizes, np.array([1])).tolist() == [0.0]
    assert metrics.dcg(relevant.astype(np.float64), rank, sizes).tolist() == [0.0]


def test_recall_is_over_everything_read() -> None:
    """One of four read articles is listed: a quarter; a reader who read nothing: 0."""
    relevant, rank = np.array([True, False]), np.array([1, 1])
    assert metrics.recall(relevant, rank, np.array([1, 1]), np.array([4, 0])).tolist() == [0.25, 0.0]


def test_coverage_counts_each_article_once() -> None:
    """Three different articles of six; nothing of nothing is 0."""
    assert metrics.coverage(np.array([1, 1, 2, 5]), 6) == 0.5
    assert metrics.coverage(np.array([], dtype=np.int64), 0) == 0.0
