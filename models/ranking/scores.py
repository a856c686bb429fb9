"""What a ranker says of candidates."""

from __future__ import annotations

from dataclasses import dataclass

from frontpage.features.grouping import Floats, Ints
from models.ranking.ranker import Matrix


@dataclass(frozen=True, slots=True)
class Scores:
    """All [pair]. margin: what a candidate is worth to a list, on the scale of log-odds; equal rounded ones by `tie`.

    score: what is written beside the recommendation. matrix [pair, column]: what trees saw of it; None without trees.
    """

    margin: Floats
    tie: Ints
    score: Floats
    matrix: Matrix | None = None
