"""The ranker: it learns, it can be killed between chunks, and its bytes depend on nothing but its inputs."""

from pathlib import Path

import numpy as np
import pytest

from frontpage.core.sections.training import RankerParams
from models.ranking import ranker
from models.ranking.ranker import Rows, ndcg_by_tree, predict, ranker_text, train_ranker

PARAMS = RankerParams(n_trees=20, n_leaves=7, chunk_trees=5, min_child_samples=5)


def _rows(seed: int = 3, n_lists: int = 60, size: int = 12) -> Rows:
    """Lists in which the article with the largest first feature, but for noise, is read; the second says nothing."""
    random = np.random.default_rng(seed)
    matrix = random.random((n_lists * size, 2)).astype(np.float32)
    best = (matrix[:, 0] + 0.1 * random.random(len(matrix))).reshape(n_lists, size).argmax(axis=1)
    grades = np.zeros((n_lists, size), dtype=np.int64)
    grades[np.arange(n_lists), best] = 1
    sizes = np.full(n_lists, size)
    return Rows(matrix, ("speaks", "is_noise"), grades.ravel(), sizes, np.ones(len(matrix)), np.ones(len(matrix)), 0)


@pytest.mark.ml_test("infra-2")
def test_the_metric_rises_over_the_trees() -> None:
    """nDCG@10 on the training lists ends higher than it starts, and well above a random order's."""
    curve = ndcg_by_tree(train_ranker(_rows(), PARAMS, 1, 2), _rows(), 2)
    assert curve[-1] > curve[0]
    assert curve[-1] > 0.9


@pytest.mark.ml_test("infra-1")
def test_the_same_seed_gives_the_same_bytes_on_any_number_of_threads() -> None:
    """Two trainings agree to the byte, with one thread or two; another seed gives other trees."""
    one = train_ranker(_rows(), PARAMS, 1, 1)
    two = train_ranker(_rows(), PARAMS, 1, 2)
    other = train_ranker(_rows(), PARAMS, 2, 1)
    assert ranker_text(one) == ranker_text(two) != ranker_text(other)


@pytest.mark.parametrize("n_lists", [60, 20_000], ids=["few rows", "more rows than are looked at for bins"])
def test_a_killed_training_goes_on_byte_for_byte(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, n_lists: int) -> None:
    """Killed in the third chunk and started again: only the rest is trained, and the text is that of a whole run."""
    rows = _rows(n_lists=n_lists)
    whole = train_ranker(rows, PARAMS, 1, 2)
    done: list[int] = []
    original = ranker._train_chunk

    def dies_in_third(*arguments: object) -> str:
        if len(done) == 2:
            raise KeyboardInterrupt
        done.append(1)
        return original(*arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(ranker, "_train_chunk", dies_in_third)
    with pytest.raises(KeyboardInterrupt):
        train_ranker(rows, PARAMS, 1, 2, tmp_path)
    monkeypatch.undo()
    assert len(list(tmp_path.glob("ranker-*"))) == 2
    resumed = train_ranker(rows, PARAMS, 1, 2, tmp_path)
    assert ranker_text(resumed) == ranker_text(whole)


def test_chunks_of_other_rows_are_not_used(tmp_path: Path) -> None:
    """Checkpoints carry a mark of their inputs."""
    train_ranker(_rows(3), PARAMS, 1, 2, tmp_path)
    beside = train_ranker(_rows(4), PARAMS, 1, 2, tmp_path)
    fresh = train_ranker(_rows(4), PARAMS, 1, 2)
    assert ranker_text(beside) == ranker_text(fresh)


def test_a_rest_of_trees_makes_a_smaller_chunk() -> None:
    """23 trees in chunks of 10: 10, 10 and 3."""
    booster = train_ranker(_rows(), PARAMS.model_copy(update={"n_trees": 23, "chunk_trees": 10}), 1, 2)
    assert booster.num_trees() == 23


def test_no_rows_no_scores() -> None:
    """Predicting nothing gives nothing."""
    booster = train_ranker(_rows(), PARAMS, 1, 2)
    assert predict(booster, np.zeros((0, 2), np.float32), 1).tolist() == []
