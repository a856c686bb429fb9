"""Contributions by remembered paths are those of shap, whatever the trees and rows; what does not fit goes to shap."""

import dataclasses

import lightgbm as lgb
import numpy as np
import pytest

from frontpage.core.errors import CheckFailedError
from models.explaining.explain import Explainer, _sample, explain, explainer
from models.explaining.tree_shap import MAX_SPLITS, forest

N_FEATURES = 7


def ranker(n_leaves: int, n_trees: int = 12, depth: int = -1) -> lgb.Booster:
    """Trees over features of which some are constant, some equal to others."""
    random = np.random.default_rng(n_leaves)
    matrix = random.standard_normal((3_000, N_FEATURES)).astype(np.float32)
    matrix[:, 3], matrix[:, 4] = 1.0, matrix[:, 0]
    target = matrix[:, 0] * matrix[:, 1] + np.sin(3 * matrix[:, 2]) + (matrix[:, 5] > 1)
    options = {"num_leaves": n_leaves, "max_depth": depth, "min_child_samples": 5, "verbosity": -1, "seed": 1}
    return lgb.train(options, lgb.Dataset(matrix, target), n_trees)


def rows(n: int = 500) -> np.ndarray:
    """Rows that no tree was made of, with extreme values among them."""
    matrix = np.random.default_rng(9).standard_normal((n, N_FEATURES)).astype(np.float32)
    matrix[:5] = np.array([0.0, -1e30, 1e30, -0.0, 1e-30])[: min(n, 5), None]
    return matrix


@pytest.mark.parametrize("n_leaves", [2, 3, 8, MAX_SPLITS + 1])
def test_contributions_are_those_of_shap(n_leaves: int) -> None:
    """Also where a path asks one feature several times, as deep trees do."""
    booster, matrix = ranker(n_leaves), rows()
    trees = forest(booster)
    assert trees is not None
    exact = explainer(booster).reference.shap_values(matrix)
    assert np.allclose(trees.contributions(matrix), exact, rtol=0, atol=1e-12)


def test_with_the_base_they_add_up_to_the_score() -> None:
    """Local accuracy, the first of SHAP's properties."""
    booster, matrix = ranker(15), rows()
    explained = explain(explainer(booster), matrix, tuple("abcdefg"))
    assert np.allclose(explained.contributions.sum(axis=1) + explained.base, booster.predict(matrix), atol=1e-9)


def test_a_row_is_explained_the_same_in_any_block() -> None:
    """Bit for bit: nothing is summed across rows."""
    trees, matrix = forest(ranker(15)), rows()
    assert trees is not None
    whole = trees.contributions(matrix)
    assert (np.vstack([trees.contributions(part) for part in np.array_split(matrix, 7)]) == whole).all()


def test_larger_trees_go_to_shap() -> None:
    """With one split more than fits, shap itself explains."""
    booster, matrix = ranker(MAX_SPLITS + 2), rows(20)
    assert forest(booster) is None
    made = explainer(booster)
    assert (made.contributions(matrix) == made.reference.shap_values(matrix)).all()


def test_contributions_that_shap_does_not_bear_out_stop_the_run() -> None:
    """Trees of another ranker, as after a change of LightGBM's format."""
    wrong = Explainer(explainer(ranker(15)).reference, forest(ranker(8)))
    with pytest.raises(CheckFailedError, match="shap"):
        wrong.contributions(rows(20))


def test_a_fault_that_the_first_rows_do_not_meet_stops_the_run_too() -> None:
    """A wrong threshold in one split is met by rows between the wrong and the right one only; the check draws rows."""
    booster, matrix = ranker(15), rows(500)
    good = forest(booster)
    assert good is not None
    feature, right = good.feature[0], good.threshold[0]
    meets_it = (matrix[:, feature] > right) & (matrix[:, feature] <= right + 1)
    matrix = np.vstack([matrix[~meets_it][:20], matrix[meets_it]])
    threshold = good.threshold.copy()
    threshold[0] += 1
    wrong = Explainer(explainer(booster).reference, dataclasses.replace(good, threshold=threshold))
    assert np.isfinite(wrong.contributions(matrix[:20])).all()
    with pytest.raises(CheckFailedError, match="differ from those of shap by up to"):
        wrong.contributions(matrix)


def test_a_repeat_draws_the_same_rows_and_another_block_others() -> None:
    """Seeded by what the block holds; no row twice, and all rows of a small block."""
    matrix = rows(500)
    drawn = _sample(matrix)
    assert (_sample(matrix.copy()) == drawn).all()
    assert len(set(drawn.tolist())) == 8
    assert set(drawn.tolist()) != set(_sample(matrix[::-1]).tolist())
    assert sorted(_sample(matrix[:3]).tolist()) == [0, 1, 2]


def test_no_rows_no_contributions() -> None:
    """An empty block."""
    trees = forest(ranker(4))
    assert trees is not None
    assert trees.contributions(rows(0)[:0]).shape == (0, N_FEATURES)
