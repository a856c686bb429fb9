"""The published list and its rows."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

LIST_LENGTH = 10
#: Decimals kept of a score; below that, floating-point noise of another CPU kernel would reorder lists.
SCORE_DECIMALS = 5


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an article is in a list: a code and its arguments, which `core.wording` puts into words.

    contribution: how much it counted for the score. text: the sentence itself, in lists of runs that stored one.
    """

    code: str
    args: Mapping[str, str | float] = field(default_factory=dict)
    contribution: float = 0.0
    text: str | None = None


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One row of a list [run, reader, rank]. `reasons` are ordered, strongest first."""

    reader_key: int
    rank: int
    article_id: str
    score: float
    candidate_source: str
    reasons: tuple[Reason, ...] = ()


def rank_bits(ranks: Iterable[int]) -> int:
    """Which ranks of a list were shown, as bits: two bytes say what ten ids would.

    >>> rank_bits([1, 2, 4])
    11
    """
    return sum(1 << (rank - 1) for rank in ranks)
