"""How alike the texts of a list are: cosines of content vectors, as it grows and when it is finished."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from models.reranking.rules import Running

if TYPE_CHECKING:
    from frontpage.features.grouping import Floats, Ints
    from models.reranking.listed import Listed

#: Lists compared at once, so that memory stays small.
_LISTS = 20_000


@dataclass(slots=True)
class Likeness(Running):
    """Largest cosine of each candidate with what the list holds so far [reader, place]; 0 with nothing and no text."""

    vectors: NDArray[np.float32]
    largest: Floats

    @classmethod
    def of(cls, shortlists: Listed) -> Likeness:
        """That of empty lists."""
        return cls(shortlists.vectors, np.zeros(shortlists.rows.shape))

    def add(self, chosen: Ints) -> None:
        """Compare every candidate with the chosen one."""
        if self.vectors.shape[2]:
            like = np.einsum("rpd,rd->rp", self.vectors, self.vectors[np.arange(len(chosen)), chosen])
            np.maximum(self.largest, like, out=self.largest)


def largest_cosine(lists: Listed) -> Floats:
    """The largest cosine of two judged places of each list, at least 0; NaN where there are no vectors at all."""
    n_places = lists.rows.shape[1]
    if not lists.facts.vectors.shape[1]:
        return np.full(len(lists.rows), np.nan)
    found = np.zeros(len(lists.rows))
    apart = ~np.eye(n_places, dtype=bool)
    for start in range(0, len(found), _LISTS):
        part = lists.part(slice(start, start + _LISTS))
        vectors = part.vectors * part.is_judged[:, :, None]
        cosines = np.einsum("lpd,lqd->lpq", vectors, vectors, optimize=True)
        found[start : start + _LISTS] = cosines.max(axis=(1, 2), where=apart, initial=0.0)
    return found
