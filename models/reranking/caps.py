"""At most so many of one label in a list: what caps on publishers and on categories have in common."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

from models.reranking.rules import Running

if TYPE_CHECKING:
    from frontpage.features.grouping import Floats, Ints
    from models.reranking.listed import Mask


@dataclass(slots=True)
class Cap(Running):
    """Counts of each candidate's label in the list so far [reader, place]; candidates without a label have none."""

    labels: Ints
    most: int
    counts: Ints

    @classmethod
    def of(cls, labels: Ints, most: int) -> Cap:
        """The cap at the start of empty lists."""
        return cls(labels, most, np.zeros(labels.shape, dtype=np.int64))

    def allows(self, _rank: int) -> Mask:
        """Whose label may stand once more."""
        return self.counts < self.most

    def add(self, chosen: Ints) -> None:
        """Count the label of the chosen candidate."""
        label = self.labels[np.arange(len(chosen)), chosen][:, None]
        np.add(self.counts, (self.labels == label) & (label >= 0), out=self.counts)


def largest_count(labels: Ints, is_counted: Mask) -> Floats:
    """The largest number of counted places of each list that have one label; 0 where none has any."""
    counted = np.where(is_counted, labels, -1)
    same = (counted[:, :, None] == counted[:, None, :]) & (counted >= 0)[:, :, None]
    largest: Floats = same.sum(axis=2).max(axis=1, initial=0).astype(np.float64)
    return largest
