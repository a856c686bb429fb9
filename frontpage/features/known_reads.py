"""Reads as known at a moment: which count, for which article and audience, and their sums."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

import numpy as np
from numpy.typing import NDArray

from frontpage.core import columns as c
from frontpage.core.schema.states import HALF_LIVES_HOURS
from frontpage.core.sections.data import DataParams
from frontpage.features.grouping import Floats, Ints, decayed_sums, last_of, without_gaps
from frontpage.features.interactions import DAY_MICROSECONDS, NEVER, InteractionDataset, as_known, microseconds
from frontpage.features.names import AUDIENCE_KINDS


@dataclass(frozen=True, slots=True)
class Activity:
    """Reads of each row: `decayed` [row, half-life] as of `last_us` (NEVER: no read), and how many."""

    last_us: Ints
    decayed: Floats
    n_reads: Ints

    def __len__(self) -> int:
        return len(self.last_us)


@dataclass(frozen=True, slots=True)
class KnownReads:
    """Reads known at a moment, in order of time: what each counts for, as known then; `dataset` has the facts."""

    now: int
    dataset: InteractionDataset
    reader: Ints
    article: Ints
    audiences: Ints
    at_us: Ints
    weight: Floats
    dwell: Floats


def known_reads(dataset: InteractionDataset, as_of: datetime, data: DataParams) -> KnownReads:
    """The reads of a dataset that were known at `as_of`, within the data's bounds."""
    now, dataset = microseconds(as_of), as_known(dataset, as_of)
    rows = without_gaps(rows_known(dataset, now, data))
    reader, named, at_us = dataset.read_reader[rows], dataset.read_named[rows], dataset.read_time[rows]
    return KnownReads(
        now=now,
        dataset=dataset,
        reader=reader,
        article=_counted_for(dataset, _mattering(dataset, named, at_us, now, data), now)[named],
        audiences=_with_region(dataset.read_audiences[rows], regions(dataset, now)[reader]),
        at_us=at_us,
        weight=dataset.read_weight[rows],
        dwell=dataset.read_dwell[rows],
    )


def rows_known(dataset: InteractionDataset, now: int, data: DataParams) -> Ints:
    """Rows of the dataset's reads that had happened and were recorded by `now`, newest `max_interactions` at most."""
    since = _since(now, data)
    # Reads are ordered by time, so only a slice of them can have happened within the bounds.
    first, last = np.searchsorted(dataset.read_time, [since, now], side="right")
    rows = first + np.flatnonzero(dataset.read_known[first:last] <= now)
    return np.asarray(rows[-data.max_interactions :], dtype=np.int64)


def _since(now: int, data: DataParams) -> int:
    return now - int(data.max_days * DAY_MICROSECONDS)


def known_articles(known: KnownReads, data: DataParams) -> Ints:
    """Dataset positions of the articles that have a state, ascending: known by then, and read or young enough."""
    return np.flatnonzero(_mattering(known.dataset, known.article, known.at_us, known.now, data))


def known_readers(known: KnownReads) -> Ints:
    """InteractionDataset positions of the readers who have a state, ascending: on record by then, or with a read."""
    dataset = known.dataset
    active = dataset.reader_known <= known.now
    active[known.reader] = True
    active[: len(dataset.fallbacks)] = False
    return np.flatnonzero(active)


def _mattering(dataset: InteractionDataset, read: Ints, at_us: Ints, now: int, data: DataParams) -> NDArray[np.bool_]:
    """Articles known by then that are read (positions `read`, in order of time) or young enough."""
    first = int(at_us[0]) if len(at_us) else now
    since = max(_since(now, data), first - int(data.max_unread_days * DAY_MICROSECONDS))
    matters = np.maximum(dataset.published, dataset.first_seen) > since
    matters[read[read >= 0]] = True
    return matters & (dataset.first_seen <= now)


def _counted_for(dataset: InteractionDataset, mattering: NDArray[np.bool_], now: int) -> Ints:
    """For each article the one that its reads count for: what it repeats, where that was there; -1 where unknown."""
    own = np.where(dataset.first_seen <= now, np.arange(len(dataset.article_ids)), -1)
    original = dataset.original[:-1]
    return np.append(np.where(mattering[original] & (own >= 0), original, own), -1)


def regions(dataset: InteractionDataset, now: int) -> Ints:
    """Region on record of each reader, for those on record by then."""
    return np.where(dataset.reader_known <= now, dataset.reader_region, -1)


def _with_region(audiences: Ints, home: Ints) -> Ints:
    """A read without a region has its reader's."""
    columns, at = list(audiences.T), AUDIENCE_KINDS.index(c.REGION)
    columns[at] = np.where(columns[at] >= 0, columns[at], home)
    return np.stack(columns, axis=1)


def activity(known: KnownReads, codes: Ints, n_rows: int) -> Activity:
    """Reads of each row; reads with code -1 are left out."""
    at_us, weight, kept = known.at_us, known.weight, codes >= 0
    if not kept.all():
        codes, at_us, weight = codes[kept], at_us[kept], weight[kept]
    last = last_of(codes, at_us, n_rows, NEVER)
    decayed = decayed_sums(codes, at_us, weight, last, HALF_LIVES_HOURS)
    return Activity(last, decayed, np.bincount(codes, minlength=n_rows))


def dwell_times(known: KnownReads, codes: Ints, n_rows: int) -> tuple[Floats, Ints]:
    """Sum and number of measured reading times of each row."""
    measured = np.flatnonzero((codes >= 0) & ~np.isnan(known.dwell))
    rows = codes[measured]
    sums: Floats = np.bincount(rows, known.dwell[measured], minlength=n_rows).astype(np.float64)
    return sums, np.bincount(rows, minlength=n_rows)
