"""The published list and its rows."""

from dataclasses import dataclass

LIST_LENGTH = 10
#: Decimals kept of a score; below that, floating-point noise of another CPU kernel would reorder lists.
SCORE_DECIMALS = 5


@dataclass(frozen=True, slots=True)
class Reason:
    """Why an article is in a list: a stable code for machines, a sentence for readers and auditors."""

    code: str
    text: str
    contribution: float


@dataclass(frozen=True, slots=True)
class Recommendation:
    """One row of a list [run, reader, rank]. `reasons` are ordered, strongest first."""

    reader_key: int
    rank: int
    article_id: str
    score: float
    candidate_source: str
    reasons: tuple[Reason, ...] = ()
