"""What lists are like, beyond how well they were answered: coverage, age, spread, likeness, overlap."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.sparse import csr_matrix

from frontpage.core.lists import LIST_LENGTH
from frontpage.features.grouping import Ints
from models.context import ScoringContext
from models.inputs import ScoringInputs
from models.topk import TopK


@dataclass(frozen=True, slots=True)
class Lists:
    """What is said of one policy's lists at one cutoff, beyond how well they were answered; NaN where nothing can be.

    coverage: share of the live articles that stand in any list; publishers, categories: different ones in a list;
    similarity: mean cosine of two texts of a list; overlap: mean share of a list that stood in its reader's last one.
    """

    n_lists: int
    coverage: float
    mean_age_hours: float
    publishers: float
    categories: float
    similarity: float
    overlap: float


class LastListed:
    """Everybody's last list by each policy, and what is said of the next ones."""

    def __init__(self, n_readers: int) -> None:
        self._n_readers = n_readers
        self._last: dict[str, NDArray[np.int32]] = {}

    def said(self, now: ScoringInputs, name: str, top_k: TopK) -> Lists:
        """Of one policy's lists at a moment, which become the last ones."""
        at = now.context
        n_lists = max(len(np.unique(top_k.reader)), 1)
        dataset, article = at.dataset, at.live[top_k.article]
        return Lists(
            n_lists=n_lists,
            coverage=len(np.unique(article)) / max(len(at.live), 1),
            mean_age_hours=float(at.age_hours()[top_k.article].mean()) if len(article) else float("nan"),
            publishers=_distinct(top_k.reader, dataset.publisher[article]) / n_lists,
            categories=_distinct(top_k.reader, dataset.category[article]) / n_lists,
            similarity=_similarity(top_k, now.article_vectors),
            overlap=self._overlap(at, name, top_k),
        )

    def _overlap(self, at: ScoringContext, name: str, top_k: TopK) -> float:
        """Mean share of a list that stood in the reader's last one; readers without one, now or then, are left out."""
        last = self._last.setdefault(name, np.full((self._n_readers, LIST_LENGTH), -1, dtype=np.int32))
        table = np.full((len(at.readers), LIST_LENGTH), -1, dtype=np.int32)
        table[top_k.reader, top_k.rank - 1] = at.live[top_k.article]
        before, is_listed = last[at.readers], table >= 0
        both = (before[:, 0] >= 0) & is_listed.any(axis=1)
        same = np.any((table[:, :, None] == before[:, None, :]) & is_listed[:, :, None], axis=2)
        last[at.readers] = table
        return float((same.sum(axis=1)[both] / is_listed.sum(axis=1)[both]).mean()) if both.any() else float("nan")


def _distinct(group: Ints, label: Ints) -> float:
    """Pairs of list and label that are there; NaN where nothing has a label."""
    kept = label >= 0
    return len(np.unique(group[kept] * (int(label.max()) + 1) + label[kept])) if kept.any() else float("nan")


def _similarity(top_k: TopK, vectors: NDArray[np.float32]) -> float:
    """Mean cosine of two articles of one list, over all pairs of all lists; articles without text are left out."""
    with_text = np.any(vectors != 0, axis=1)[top_k.article]
    lists, row = np.unique(top_k.reader[with_text], return_inverse=True)
    article = top_k.article[with_text]
    n_texts = np.bincount(row, minlength=len(lists))
    shape = (len(lists), len(vectors))
    sums = csr_matrix((np.ones(len(row), np.float32), (row, article)), shape=shape) @ vectors
    n_pairs = (n_texts * (n_texts - 1)).sum()
    return float(((sums**2).sum(axis=1) - n_texts).sum() / n_pairs) if n_pairs else float("nan")
