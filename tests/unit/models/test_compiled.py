"""Compiled loops give what a plain sort gives, on random blocks with ties."""

import numpy as np
import pytest

from models import compiled

N_READERS, N_LIVE = 30, 50


@pytest.fixture
def random() -> np.random.Generator:
    """The same numbers in every run."""
    return np.random.default_rng(5)


def seen_by(random: np.random.Generator) -> tuple[np.ndarray, np.ndarray, list[set[int]]]:
    """What each of a block's readers has read, as slices and as sets."""
    sets = [set(random.choice(N_LIVE, size, replace=False).tolist()) for size in random.integers(0, 20, N_READERS)]
    starts = np.cumsum([0, *(len(each) for each in sets)])
    return starts, np.array([live for each in sets for live in sorted(each)], dtype=np.int64), sets


def test_first_unseen(random: np.random.Generator) -> None:
    """The order, less what was read, cut off."""
    starts, articles, sets = seen_by(random)
    order = random.permutation(N_LIVE)
    reader, rank, article = compiled.first_unseen(order, starts, articles, 7)
    for row, seen in enumerate(sets):
        assert article[reader == row].tolist() == [live for live in order.tolist() if live not in seen][:7]
        assert rank[reader == row].tolist() == list(range(1, 8))


def test_first_of_found(random: np.random.Generator) -> None:
    """What was found in its order, with positive scores and unread."""
    starts, articles, sets = seen_by(random)
    found = np.argsort(random.random((N_READERS, N_LIVE)), axis=1)[:, :20]
    scores = np.sort(random.integers(-3, 9, found.shape), axis=1)[:, ::-1].astype(np.float32)
    reader, _, article = compiled.first_of_found(found, scores, starts, articles, 4)
    for row, seen in enumerate(sets):
        good = [a for a, s in zip(found[row].tolist(), scores[row], strict=True) if s > 0 and a not in seen]
        assert article[reader == row].tolist() == good[:4]


def test_best_stored(random: np.random.Generator) -> None:
    """Largest first, equal ones by column; what is stored as zero or less is nobody's."""
    starts, articles, sets = seen_by(random)
    matrix = random.integers(-1, 5, (N_READERS, N_LIVE)).astype(np.float32)
    indptr = np.arange(N_READERS + 1, dtype=np.int32) * N_LIVE
    indices = np.tile(np.arange(N_LIVE, dtype=np.int32), N_READERS)
    reader, rank, article = compiled.best_stored(indptr, indices, matrix.ravel(), starts, articles, 6)
    for row, seen in enumerate(sets):
        good = [live for live in range(N_LIVE) if matrix[row, live] > 0 and live not in seen]
        assert article[reader == row].tolist() == sorted(good, key=lambda live: (-matrix[row, live], live))[:6]
        assert rank[reader == row].tolist() == list(range(1, 1 + len(good[:6])))


def test_fused(random: np.random.Generator) -> None:
    """One row a pair; of its proposals the best rank, then the first source."""
    n = 4_000
    reader, article = random.integers(0, N_READERS, n), random.integers(0, N_LIVE, n)
    rank, source = random.integers(1, 9, n), random.integers(0, 5, n)
    best: dict[tuple[int, int], tuple[int, int]] = {}
    for r, a, *proposal in zip(*(x.tolist() for x in (reader, article, rank, source)), strict=True):
        best[r, a] = min(best.get((r, a), (99, 99)), (proposal[0], proposal[1]))
    made = compiled.fused(reader, rank, article, source, N_READERS, N_LIVE)
    expected = [(*pair, best[pair][1]) for pair in sorted(best)]
    assert list(zip(*(x.tolist() for x in made), strict=True)) == expected


def test_stored_values(random: np.random.Generator) -> None:
    """What is stored, and zeros elsewhere."""
    matrix = random.random((N_READERS, N_LIVE)) * (random.random((N_READERS, N_LIVE)) < 0.2)
    rows, columns = np.nonzero(matrix)
    indptr = np.searchsorted(rows, np.arange(N_READERS + 1))
    asked = random.integers(0, N_READERS, 500), random.integers(0, N_LIVE, 500)
    values = compiled.stored_values(indptr, columns, matrix[rows, columns], *asked)
    assert values.tolist() == matrix[asked].tolist()


def test_best_of_groups(random: np.random.Generator) -> None:
    """By margin, then article; -1 where a group has ended, or never began."""
    sizes = random.integers(0, 12, N_READERS)
    starts = np.concatenate([[0], np.cumsum(sizes)])
    margin, article = random.integers(0, 4, starts[-1]) / 4, random.permutation(int(starts[-1]))
    best = compiled.best_of_groups(starts, margin, article, 5)
    for group in range(N_READERS):
        rows = sorted(range(starts[group], starts[group + 1]), key=lambda at: (-margin[at], article[at]))[:5]
        assert best[group].tolist() == rows + [-1] * (5 - len(rows))
