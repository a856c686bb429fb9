"""Whose lists a run makes, and whose it keeps from the run served before."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa

from frontpage.core import columns as c
from frontpage.core.sections.lists import ListParams
from frontpage.features.grouping import Ints
from frontpage.features.interactions import InteractionDataset, microseconds
from frontpage.store.connect import Connection
from frontpage.store.lists import kept_lists
from frontpage.store.lists.kept_lists import Base
from models.context import ScoringContext
from models.due import LastLists, due


@dataclass(frozen=True, slots=True)
class Plan:
    """How many readers are due; kept: keys of the others, whose lists are copied from `base`."""

    n_due: int
    kept: Ints
    base: Base | None

    @property
    def n_readers(self) -> int:
        """How many readers have a list in the run."""
        return self.n_due + len(self.kept)

    def details(self, maker: str | None) -> dict[str, Any]:
        """What is written down of the run, so that a later one knows whether it may keep its lists."""
        base = self.base.run_id if self.base else None
        return {kept_lists.MAKER: maker, "n_due": self.n_due, "kept_from": base}

    def keep(self, connection: Connection, run_id: int, block: int) -> int:
        """Copy what is kept into a run, as one of its blocks, also where that is nothing; the row count."""
        return kept_lists.keep(connection, run_id, self.base, self.kept, block)


def planned(
    connection: Connection, everybody: ScoringContext, base: Base | None, rules: ListParams
) -> tuple[ScoringContext, Plan]:
    """The moment for the readers who are due, and the plan of a run for everybody; without a base everybody is due.

    The time since the base's moment stands for that until the next refresh.
    """
    if base is None or rules.max_list_age_hours == 0:
        return everybody, Plan(len(everybody.readers), everybody.readers[:0], None)
    last = last_lists(everybody.dataset, kept_lists.lists_of(connection, base.run_id))
    is_due = due(everybody, last, rules, everybody.now - microseconds(base.as_of))
    kept = everybody.dataset.reader_keys[everybody.readers[~is_due]]
    return everybody.of_readers(np.flatnonzero(is_due)), Plan(int(is_due.sum()), kept, base)


def last_lists(dataset: InteractionDataset, rows: pa.Table) -> LastLists:
    """Lists as they are stored (`kept_lists.lists_of`) by positions of a dataset; readers it lacks are left out."""
    found = LastLists.none(len(dataset.reader_keys))
    keys = rows[c.READER_KEY].to_numpy()
    reader = np.minimum(np.searchsorted(dataset.reader_keys, keys), len(dataset.reader_keys) - 1)
    known = dataset.reader_keys[reader] == keys
    listed = rows[c.ARTICLE_ID].unify_dictionaries().combine_chunks()
    article = dataset.article_ids.get_indexer(pd.Index(listed.dictionary.to_pandas()))[listed.indices.to_numpy()]
    place = rows[c.RANK].to_numpy() - 1
    found.articles[reader[known], place[known]] = article[known]
    found.made_us[reader[known]] = rows[c.MADE_US].to_numpy()[known]
    return found
