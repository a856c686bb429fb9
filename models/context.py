"""What can be listed, for whom, at one moment: live articles, active readers, what they have read already."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontpage.core import columns as c
from frontpage.core.params import Params
from frontpage.features.grouping import Floats, Ints, rows_of, sorted_distinct, without_gaps
from frontpage.features.interactions import (
    DAY_MICROSECONDS,
    HOUR_MICROSECONDS,
    InteractionDataset,
    as_known,
    microseconds,
    without_reads,
)
from frontpage.features.known_reads import rows_known
from models.editorial.editorial import NOTHING, Editorial


@dataclass(frozen=True, slots=True)
class ScoringContext:
    """A dataset as known at `as_of`, with the facts of then.

    live: dataset positions of the articles that may be listed, ascending (so ascending by article id).
    readers: dataset positions of the readers to serve, ascending.
    known: index into the dataset's reads that had happened and were recorded by then, within the data's bounds.
    seen: sorted keys `row in readers * len(live) + row in live` of what was read already.
    editorial: what editors say.
    """

    dataset: InteractionDataset
    as_of: datetime
    live: Ints
    readers: Ints
    known: Ints
    seen: Ints
    editorial: Editorial = NOTHING

    @property
    def now(self) -> int:
        """`as_of` in microseconds."""
        return microseconds(self.as_of)

    def is_seen(self, reader_rows: Ints, live_rows: Ints) -> NDArray[np.bool_]:
        """Whether each pair was read already; the two arrays broadcast against each other."""
        keys = reader_rows * len(self.live) + live_rows
        if not len(self.seen):
            return np.zeros(keys.shape, dtype=bool)
        at = np.minimum(np.searchsorted(self.seen, keys), len(self.seen) - 1)
        return np.asarray(self.seen[at] == keys)

    def seen_of(self, reader_rows: Ints) -> tuple[Ints, Ints]:
        """What some readers have read: the live rows of reader i are `articles[starts[i]:starts[i + 1]]`, ascending."""
        width = max(len(self.live), 1)
        first = np.searchsorted(self.seen, reader_rows * width)
        counts = np.searchsorted(self.seen, (reader_rows + 1) * width) - first
        starts = np.concatenate([np.zeros(1, dtype=np.int64), np.cumsum(counts)])
        at = np.repeat(first - starts[:-1], counts) + np.arange(starts[-1])
        return starts, self.seen[at] % width

    def of_readers(self, rows: Ints) -> ScoringContext:
        """The same moment for some of its reader rows, ascending."""
        starts, articles = self.seen_of(rows)
        owner = np.repeat(np.arange(len(rows)), np.diff(starts))
        return replace(self, readers=self.readers[rows], seen=owner * len(self.live) + articles)

    def without_reads(self) -> ScoringContext:
        """The same moment without the reads behind it: `seen` says all that making a list asks of them."""
        return replace(self, dataset=without_reads(self.dataset), known=self.known[:0].copy())

    def age_hours(self) -> Floats:
        """Hours since each live article came out."""
        return np.asarray((self.now - self.dataset.published[self.live]) / HOUR_MICROSECONDS, dtype=np.float64)


def scoring_context(
    dataset: InteractionDataset,
    as_of: datetime,
    params: Params,
    readers: Ints | None = None,
    already_read: pd.DataFrame | None = None,
    editorial: Editorial = NOTHING,
) -> ScoringContext:
    """The moment `as_of` of a dataset; `readers` (dataset positions, ascending) defaults to the active ones.

    already_read: reader_key, article_id of what was read outside the dataset's bounds (older or suspicious reads).
    editorial: what editors say; what it withholds is not live, whatever was known of it at `as_of`.
    """
    now, dataset, lists = microseconds(as_of), as_known(dataset, as_of), params.lists
    known = rows_known(dataset, now, params.data)
    live = np.flatnonzero(
        dataset.is_listable
        & (dataset.published <= now)
        & (dataset.first_seen <= now)
        & ~dataset.article_ids.isin([*editorial.withheld])
        & (dataset.published >= now - int(lists.max_age_days * DAY_MICROSECONDS))
    )
    rows = active_readers(dataset, known, now, lists.active_days) if readers is None else readers
    rows_read = without_gaps(known)
    pairs = [(dataset.read_reader[rows_read], dataset.read_article[rows_read])]
    if already_read is not None:
        pairs.append(_positions(dataset, already_read))
    return ScoringContext(dataset, as_of, live, rows, known, _seen(dataset, pairs, live, rows), editorial)


def active_readers(dataset: InteractionDataset, known: Ints, now: int, active_days: float) -> Ints:
    """InteractionDataset positions of readers who read or signed up within the last `active_days`, ascending."""
    since = now - int(active_days * DAY_MICROSECONDS)
    recent = known[dataset.read_time[known] >= since]
    is_new = (dataset.signed_up >= since) & (dataset.signed_up <= now) & (dataset.reader_known <= now)
    signed_up = np.flatnonzero(is_new)
    return np.union1d(dataset.read_reader[recent], signed_up).astype(np.int64)


def _positions(dataset: InteractionDataset, already_read: pd.DataFrame) -> tuple[Ints, Ints]:
    keys = already_read[c.READER_KEY].to_numpy(dtype=np.int64)
    reader = pd.Index(dataset.reader_keys).get_indexer(pd.Index(keys)).astype(np.int64)
    article = dataset.article_ids.get_indexer(pd.Index(already_read[c.ARTICLE_ID].to_numpy(dtype=object)))
    return reader, dataset.original[article]


def _seen(dataset: InteractionDataset, pairs: list[tuple[Ints, Ints]], live: Ints, readers: Ints) -> Ints:
    keys = []
    for reader, article in pairs:
        live_row = rows_of(article, live, len(dataset.article_ids))
        listed = np.flatnonzero(live_row >= 0)
        reader_row = rows_of(reader[listed], readers, len(dataset.reader_keys))
        served = reader_row >= 0
        keys.append(reader_row[served] * len(live) + live_row[listed[served]])
    return sorted_distinct(np.concatenate(keys))
