"""The published list: its rows and the checksum that says whether two lists are the same list."""

import hashlib
from collections.abc import Iterable
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


def checksum(rows: Iterable[str]) -> str:
    """SHA-256 over lines of `reader_id|rank|article_id|score|reasons`, which must come ordered by reader and rank.

    No run ids and no clock go in, so two runs over the same knowledge give the same value.
    """
    digest = hashlib.sha256()
    for row in rows:
        digest.update(row.encode())
        digest.update(b"\n")
    return digest.hexdigest()
