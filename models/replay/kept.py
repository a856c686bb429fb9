"""Lists that stand for more than one refresh, in a replay: who is due gets a new one, the others keep theirs."""

from __future__ import annotations

import numpy as np

from frontpage.core.sections.lists import ListParams
from frontpage.features.grouping import Ints, rows_of
from frontpage.features.interactions import NEVER
from models.context import ScoringContext
from models.due import LastLists, due
from models.topk import TopK


class KeptLists:
    """Everybody's list by one set of rules, from cutoff to cutoff, and which share of the readers was due at each."""

    def __init__(self, n_readers: int, rules: ListParams) -> None:
        self.shares: list[float] = []
        self._rules = rules
        self._last = LastLists.none(n_readers)

    def forget(self) -> None:
        """Everybody is due: another model makes the lists from now on."""
        self._last = LastLists.none(len(self._last.made_us))

    def due(self, everybody: ScoringContext, span_us: int) -> Ints:
        """Reader rows of a moment that are to have a new list."""
        rows = np.flatnonzero(due(everybody, self._last, self._rules, span_us))
        self.shares.append(len(rows) / max(len(everybody.readers), 1))
        return rows

    def take(self, everybody: ScoringContext, rows: Ints, top_k: TopK) -> None:
        """New lists of some reader rows; `top-k` may hold more. Who is not a reader of the moment has none any more."""
        last, readers = LastLists.none(len(self._last.made_us)), everybody.readers
        last.made_us[readers], last.articles[readers] = self._last.made_us[readers], self._last.articles[readers]
        is_new = np.zeros(len(readers), dtype=bool)
        is_new[rows] = True
        last.made_us[readers[rows]], last.articles[readers[rows]] = everybody.now, -1
        mine = is_new[top_k.reader]
        place = top_k.rank[mine] - 1
        last.articles[readers[top_k.reader[mine]], place] = everybody.live[top_k.article[mine]]
        self._last = last

    def standing(self, at: ScoringContext, ours: TopK) -> TopK:
        """The lists of a moment's readers as they stand; `ours` for those who have none."""
        has_list = self._last.made_us[at.readers] > NEVER
        rows = np.flatnonzero(has_list)
        listed = self._last.articles[at.readers[rows]]
        live = rows_of(listed.ravel(), at.live, len(at.dataset.article_ids)).reshape(listed.shape)
        row, place = np.nonzero(live >= 0)
        others = ~has_list[ours.reader]
        found = TopK.concatenate([
            TopK(rows[row], place + 1, live[row, place]),
            TopK(ours.reader[others], ours.rank[others], ours.article[others]),
        ])  # fmt: skip
        order = np.lexsort((found.rank, found.reader))
        return TopK(found.reader[order], found.rank[order], found.article[order])
