"""Candidate sources, one a file: for some readers, unread live articles, best first."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import TYPE_CHECKING

from models.parts import PipelinePart

if TYPE_CHECKING:
    from frontpage.features.grouping import Ints
    from models.inputs import ScoringInputs
    from models.topk import TopK


class Source(PipelinePart):
    """Where candidates come from; the first parameter says how many for each reader, and 0 switches it off.

    Every source has the same contract: for the given reader rows it returns unread live articles, best first, at most
    its `n` for each reader in each of its lists; a reader or article it knows nothing of is left out; no randomness.
    `order` breaks ties between sources that rank an article alike.
    """

    n: int

    @abstractmethod
    def lists(self, inputs: ScoringInputs, reader_rows: Ints) -> Iterable[TopK]:
        """The lists of the source, each with at most `n` articles for each reader row."""

    def __call__(self, inputs: ScoringInputs, reader_rows: Ints) -> TopK:
        """Its lists one after the other; none where it is switched off."""
        from models.topk import TopK

        return TopK.concatenate(list(self.lists(inputs, reader_rows)) if self.n else [])
