"""Two lists in one by team draft."""

import numpy as np

from models.reranking.team_draft import interleaved

KEYS = np.arange(1, 2001)
A, B = np.tile(np.arange(10), (2000, 1)), np.tile(np.arange(5, 15), (2000, 1))


def test_teams_take_turns_and_nothing_stands_twice() -> None:
    """After each two places both have chosen one; each choice is the best that its team had left."""
    made = interleaved(A, B, KEYS, salt=3, n=10)
    for lists in made.article:
        assert len(set(lists.tolist())) == 10
    assert (np.sort(made.team.reshape(-1, 5, 2), axis=2) == [0, 1]).all()
    row = np.arange(2000)[:, None]
    assert (np.where(made.team == 0, A[row, made.rank - 1], B[row, made.rank - 1]) == made.article).all()
    own = np.where(made.team == 0, made.rank, 0)
    assert (np.diff(own[0][own[0] > 0]) > 0).all()


def test_who_begins_is_drawn_evenly_and_again_the_same() -> None:
    """Half of the readers see the first list's best article first; another salt draws others."""
    made = interleaved(A, B, KEYS, salt=3, n=10)
    assert 0.45 < (made.team[:, 0] == 0).mean() < 0.55
    assert 0.45 < (made.team[:, 2] == 0).mean() < 0.55
    again, other = interleaved(A, B, KEYS, salt=3, n=10), interleaved(A, B, KEYS, salt=4, n=10)
    assert (again.team == made.team).all()
    assert 0.4 < (other.team[:, 0] == made.team[:, 0]).mean() < 0.6


def test_where_one_list_ends_the_other_goes_on() -> None:
    """And where both have ended there is nothing; equal lists stay what they are."""
    short = np.array([[1, -1, -1]])
    made = interleaved(short, np.array([[1, 2, 3]]), np.array([7]), salt=1, n=5)
    assert made.article.tolist() == [[1, 2, 3, -1, -1]]
    assert made.team[0, 3:].tolist() == [-1, -1]
    same = interleaved(A, A, KEYS, salt=1, n=10)
    assert (same.article == A).all()
    assert interleaved(A[:0], B[:0], KEYS[:0], salt=1, n=10).article.shape == (0, 10)
