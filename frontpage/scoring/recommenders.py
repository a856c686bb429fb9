"""What makes the lists of a block of readers: a ranker, or a rule; with nothing that only its making needed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pyarrow as pa

from frontpage.features.feature_store.bulk import readers_at
from frontpage.features.grouping import Ints
from frontpage.store.connect import Connection
from models.ranking.popularity import PopularityRanking
from models.recommender import Ranking

#: Lists [reader, rank] for some reader rows of a moment, in the columns of `recommendation`. It works on one core, and
#: may be called by several threads at once, each with a connection of its own.
Recommender = Callable[[Connection, Ints], pa.Table]


@dataclass(frozen=True, slots=True)
class RankingRecommender:
    """Lists by a ranking that was made without states of readers: those of a block are fetched with it."""

    ranking: Ranking

    @classmethod
    def of(cls, ranking: Ranking) -> RankingRecommender:
        """Of a ranking, without the reads and the parts of its model that brought it to its moment."""
        now = replace(ranking.now, context=ranking.now.context.without_reads())
        return cls(replace(ranking, model=ranking.model.for_lists(), now=now))

    def __call__(self, connection: Connection, rows: Ints) -> pa.Table:
        """Ten explained recommendations for each reader row, by the states that were stored at the moment."""
        at = self.ranking.now.context
        dataset = at.dataset
        states = readers_at(connection, dataset.reader_keys[at.readers[rows]], at.as_of, dataset.names)
        return self.ranking.of_readers(rows, states).lists(np.arange(len(rows), dtype=np.int64))


@dataclass(frozen=True, slots=True)
class PopularityRecommender:
    """Lists by a rule, which asks nothing of a reader but what they have read."""

    rule: PopularityRanking

    @classmethod
    def of(cls, rule: PopularityRanking) -> PopularityRecommender:
        """Of a rule, without the reads that its counts were made from."""
        return cls(replace(rule, context=rule.context.without_reads()))

    def __call__(self, _connection: Connection, rows: Ints) -> pa.Table:
        """Ten of the most read articles for each reader row."""
        return self.rule.lists(rows)
