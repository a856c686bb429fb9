"""Team-draft interleaving (Radlinski, Kurup, Joachims 2008): two lists in one, so that each reader compares them.

The two lists take turns like captains who choose teams: in each round the one drawn by lot goes first, and takes its
best article that is not there yet. Whose article is read more is preferred. A reader's own habits stand on both sides,
so far fewer readers tell than where each sees one of the two lists.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from frontpage.features.grouping import Ints
from models.lots import lots
from models.reranking.listed import Mask


@dataclass(frozen=True, slots=True)
class Interleaved:
    """article [reader, place]: codes, -1 where the list has ended. team [reader, place]: 0 or 1, -1 likewise.

    rank [reader, place]: from 1, in the list of the team.
    """

    article: Ints
    team: Ints
    rank: Ints


def interleaved(first: Ints, second: Ints, reader_keys: Ints, salt: int, n: int) -> Interleaved:
    """Lists of n articles out of two lists [reader, place] of codes, each without repetition, -1 from where they end.

    Where one list has nothing left the other goes on. The same salt draws the same teams.

    >>> made = interleaved(np.array([[1, 2, 3]]), np.array([[1, 4, 5]]), np.array([7]), salt=1, n=3)
    >>> int(made.article[0, 0]), sorted(made.team[0, :2].tolist())
    (1, [0, 1])
    """
    lists, n_readers = (first, second), len(reader_keys)
    taken = [each < 0 for each in lists]
    article, team, rank = (np.full((n_readers, n), -1, dtype=np.int64) for _ in range(3))
    counts = np.zeros((n_readers, 2), dtype=np.int64)
    row = np.arange(n_readers)
    for place in range(n):
        turn = _turns(counts, reader_keys, salt * 31 + place)
        turn = np.where(_is_out(taken, turn, row), 1 - turn, turn)
        has = ~_is_out(taken, turn, row)
        for number, (mine, gone) in enumerate(zip(lists, taken, strict=True)):
            chooses = row[has & (turn == number)]
            at = np.argmin(gone[chooses], axis=1)
            article[chooses, place], rank[chooses, place] = mine[chooses, at], at + 1
            team[chooses, place] = number
            counts[chooses, number] += 1
        taken = [gone | (mine == article[:, [place]]) for mine, gone in zip(lists, taken, strict=True)]
    return Interleaved(article, team, rank)


def _turns(counts: Ints, reader_keys: Ints, salt: int) -> Ints:
    """Whose turn it is: the team that is behind, by lot where none is."""
    ahead = counts[:, 0] - counts[:, 1]
    drawn = (lots(reader_keys, salt)[0] < 0.5).astype(np.int64)
    return np.where(ahead == 0, drawn, (ahead > 0).astype(np.int64))


def _is_out(taken: list[Mask], turn: Ints, row: Ints) -> Mask:
    """Whether the team whose turn it is has nothing left."""
    left = np.stack([~gone.all(axis=1) for gone in taken], axis=1)
    out: Mask = ~left[row, turn]
    return out
