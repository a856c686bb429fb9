"""States of readers: how much they read, what they like, what they read last."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import numpy as np

from frontpage.core import columns as c
from frontpage.core.schema.states import HALF_LIVES_HOURS, N_RECENT, N_SHARES
from frontpage.features.grouping import (
    HOUR_US,
    Floats,
    Ints,
    last_of,
    medians,
    newest_distinct,
    padded,
    rows_of,
    top_shares,
)
from frontpage.features.interactions import InteractionDataset, as_known, microseconds
from frontpage.features.known_reads import Activity, KnownReads, activity, regions
from frontpage.features.names import AUDIENCE_KINDS

#: The half-life of tastes: what a reader likes changes over days, not minutes.
TASTE_COLUMN: Final = HALF_LIVES_HOURS.index(72.0)


@dataclass(frozen=True, slots=True)
class ReaderRows:
    """[reader, moment]. audiences [row, kind]; the lists are padded with -1 (codes) and 0 (numbers).

    recent, recent_dwell_seconds [row, place]: the newest distinct articles, newest first (-1 s: not measured).
    """

    at_us: Ints
    reader_key: Ints
    audiences: Ints
    language: Ints
    interests: Ints
    reads: Activity
    median_dwell_seconds: Floats
    categories: Ints
    category_shares: Floats
    publishers: Ints
    publisher_shares: Floats
    recent: Ints
    recent_dwell_seconds: Floats


def reader_rows(known: KnownReads, readers: Ints) -> ReaderRows:
    """States of some readers (dataset positions, ascending)."""
    dataset, n_rows = known.dataset, len(readers)
    place = rows_of(known.reader, readers, len(dataset.reader_keys))
    mine = _subset(known, np.flatnonzero(place >= 0))
    codes = place[place >= 0]
    measured = ~np.isnan(mine.dwell)
    reads = activity(mine, codes, n_rows)
    categories, publishers, language = _tastes(mine, codes, reads.last_us)
    known_article = mine.article >= 0
    recent = newest_distinct(
        codes[known_article],
        mine.article[known_article],
        np.where(measured, mine.dwell, -1.0)[known_article],
        n_rows,
        N_RECENT,
    )
    on_record = dataset.reader_known[readers] <= known.now
    return ReaderRows(
        at_us=np.full(n_rows, known.now),
        reader_key=dataset.reader_keys[readers],
        audiences=_home(mine, codes, regions(dataset, known.now)[readers]),
        language=language,
        interests=np.where(on_record[:, None], dataset.interests[readers], -1),
        reads=reads,
        median_dwell_seconds=medians(codes[measured], mine.dwell[measured], n_rows),
        categories=categories[0],
        category_shares=categories[1],
        publishers=publishers[0],
        publisher_shares=publishers[1],
        recent=padded(recent.members, recent.counts, N_RECENT, -1),
        recent_dwell_seconds=padded(recent.values, recent.counts, N_RECENT, 0.0),
    )


def fallback_rows(dataset: InteractionDataset, as_of: datetime) -> ReaderRows:
    """States of the dataset's fallbacks, who read nothing: as `states_at` has them, without a look at reads."""
    none = np.zeros(0, dtype=np.int64)
    nothing = KnownReads(
        now=microseconds(as_of),
        dataset=as_known(dataset, as_of),
        reader=none,
        article=none,
        audiences=np.zeros((0, len(AUDIENCE_KINDS)), dtype=np.int64),
        at_us=none,
        weight=np.zeros(0),
        dwell=np.zeros(0),
    )
    return reader_rows(nothing, np.arange(len(dataset.fallbacks), dtype=np.int64))


def _subset(known: KnownReads, rows: Ints) -> KnownReads:
    picked = {name: getattr(known, name)[rows] for name in KnownReads.__slots__ if name not in ("now", "dataset")}
    return replace(known, **picked)


def _home(known: KnownReads, codes: Ints, region: Ints) -> Ints:
    """The audience of each kind that a reader belongs to: the newest read's; the region on record comes first."""
    columns = []
    for audience in known.audiences.T:
        given = audience >= 0
        columns.append(last_of(codes[given], audience[given], len(region), -1))
    at = AUDIENCE_KINDS.index(c.REGION)
    columns[at] = np.where(region >= 0, region, columns[at])
    return np.stack(columns, axis=1)


def _tastes(known: KnownReads, codes: Ints, last_us: Ints) -> tuple[tuple[Ints, Floats], tuple[Ints, Floats], Ints]:
    """Each reader's categories and publishers with their shares of decayed reads, and the language read most."""
    hours = (last_us[codes] - known.at_us) / HOUR_US
    values = known.weight * np.exp2(-hours / HALF_LIVES_HOURS[TASTE_COLUMN])
    tops = []
    for labels, k in (
        (known.dataset.category, N_SHARES),
        (known.dataset.publisher, N_SHARES),
        (known.dataset.language, 1),
    ):
        top = top_shares(codes, np.append(labels, -1)[known.article], values, len(last_us), k)
        tops.append((padded(top.members, top.counts, k, -1), padded(top.values, top.counts, k, 0.0)))
    return tops[0], tops[1], tops[2][0][:, 0]
