"""What makes the lists of a block of readers: a ranker, or a rule; with nothing that only its making needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from features.bulk import readers_at
from features.grouping import Ints
from models.fallback import ByRule
from models.score import Ranking
from store.connect import Connection

#: Lists [reader, rank] for some reader rows of a moment, in the columns of `recommendation`. It works on one core, and
#: may be called by several threads at once, each with a connection of its own.
Lister = Callable[[Connection, Ints], pa.Table]


@dataclass(frozen=True, slots=True)
class RankerLister:
    """Lists by a ranking that was made without states of readers: those of a block are fetched with it."""

    ranking: Ranking

    @classmethod
    def of(cls, ranking: Ranking) -> RankerLister:
        """Of a ranking, without the reads and the parts of its model that brought it to its moment."""
        now = replace(ranking.now, moment=ranking.now.moment.without_reads())
        return cls(replace(ranking, model=ranking.model.for_lists(), now=now))

    def __call__(self, connection: Connection, rows: Ints) -> pa.Table:
        """Ten explained recommendations for each reader row, by the states that were stored at the moment."""
        at = self.ranking.now.moment
        book = at.ledger
        states = readers_at(connection, book.reader_keys[at.readers[rows]], at.as_of, book.names)
        return self.ranking.of_readers(rows, states).lists(np.arange(len(rows), dtype=np.int64))


@dataclass(frozen=True, slots=True)
class RuleLister:
    """Lists by a rule, which asks nothing of a reader but what they have read."""

    rule: ByRule

    @classmethod
    def of(cls, rule: ByRule) -> RuleLister:
        """Of a rule, without the reads that its counts were made from."""
        return cls(replace(rule, moment=rule.moment.without_reads()))

    def __call__(self, _connection: Connection, rows: Ints) -> pa.Table:
        """Ten of the most read articles for each reader row."""
        return self.rule.lists(rows)
