"""The one pure function behind training, refresh, replay and explanation: what each entity's reads amount to.

A *state* row changes only when its entity has a new event: sums are decayed to the entity's own last read, and
`frontpage.features.entities` turns them forward to any later moment. So few rows change between two refreshes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Final

import numpy as np
from numpy.typing import NDArray

from frontpage.core import columns as c
from frontpage.core.params import HALF_LIVES_HOURS, DataParams
from frontpage.features.grouping import (
    HOUR_US,
    Floats,
    Ints,
    decayed_sums,
    distinct,
    last_of,
    medians,
    newest_distinct,
    padded,
    rows_of,
    top_shares,
    without_gaps,
)
from frontpage.features.interactions import (
    AUDIENCE_KINDS,
    DAY_MICROSECONDS,
    NEVER,
    InteractionDataset,
    Names,
    as_known,
    microseconds,
)

#: The half-life of tastes: what a reader likes changes over days, not minutes.
TASTE_COLUMN: Final = HALF_LIVES_HOURS.index(72.0)
N_SHARES: Final = 8
N_RECENT: Final = 20
#: The scope of all reads together.
EVERYWHERE: Final = ""


@dataclass(frozen=True, slots=True)
class Activity:
    """Reads of each row: `decayed` [row, half-life] as of `last_us` (NEVER: no read), and how many."""

    last_us: Ints
    decayed: Floats
    n_reads: Ints

    def __len__(self) -> int:
        return len(self.last_us)


@dataclass(frozen=True, slots=True)
class ArticleRows:
    """[article, moment]. article, category, publisher, language are codes; started: published or first seen."""

    at_us: Ints
    article: Ints
    category: Ints
    publisher: Ints
    language: Ints
    started_us: Ints
    first_read_us: Ints
    reads: Activity
    dwell_sum_seconds: Floats
    dwell_count: Ints


@dataclass(frozen=True, slots=True)
class ArticleAudienceRows:
    """[article, audience, moment]: an article's reads from one audience; only where there are any."""

    at_us: Ints
    article: Ints
    audience: Ints
    reads: Activity


@dataclass(frozen=True, slots=True)
class TotalRows:
    """[scope, moment]: all reads of a scope: everywhere (""), an audience, `category=...` or `publisher=...`."""

    at_us: Ints
    scope: NDArray[np.object_]
    reads: Activity
    dwell_sum_seconds: Floats
    dwell_count: Ints


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


@dataclass(frozen=True, slots=True)
class States:
    """State rows of one moment (or, from Feast, of several); codes are those of `names`."""

    names: Names
    articles: ArticleRows
    article_audiences: ArticleAudienceRows
    totals: TotalRows
    readers: ReaderRows


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


def states_at(
    dataset: InteractionDataset,
    as_of: datetime,
    data: DataParams,
    *,
    articles: Ints | None = None,
    readers: Ints | None = None,
) -> States:
    """The state of every article, audience, total and reader as known at `as_of`, of reads within the data's bounds.

    articles, readers: dataset positions, ascending, to have rows; default all that were known by then. Rows without
    reads hold facts only. Reads of articles that were not known by then count for the reader and everywhere.
    A dataset taken later, that reaches back far enough, gives the same states.
    """
    known = known_reads(dataset, as_of, data)
    return states_from(
        known,
        known_articles(known, data) if articles is None else articles,
        known_readers(known) if readers is None else readers,
    )


def states_from(known: KnownReads, articles: Ints, readers: Ints) -> States:
    """States of some articles and readers (dataset positions, ascending), and of all totals."""
    return States(
        names=known.dataset.names,
        articles=_article_rows(known, articles),
        article_audiences=_article_audience_rows(known, articles),
        totals=_total_rows(known),
        readers=reader_rows(known, readers),
    )


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


def rows_known(dataset: InteractionDataset, now: int, data: DataParams) -> Ints:
    """Rows of the dataset's reads that had happened and were recorded by `now`, newest `max_interactions` at most."""
    since = _since(now, data)
    # Reads are ordered by time, so only a slice of them can have happened within the bounds.
    first, last = np.searchsorted(dataset.read_time, [since, now], side="right")
    rows = first + np.flatnonzero(dataset.read_known[first:last] <= now)
    return np.asarray(rows[-data.max_interactions :], dtype=np.int64)


def _since(now: int, data: DataParams) -> int:
    return now - int(data.max_days * DAY_MICROSECONDS)


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
        audiences=_with_region(dataset.read_audiences[rows], _regions(dataset, now)[reader]),
        at_us=at_us,
        weight=dataset.read_weight[rows],
        dwell=dataset.read_dwell[rows],
    )


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


def _regions(dataset: InteractionDataset, now: int) -> Ints:
    """Region on record of each reader, for those on record by then."""
    return np.where(dataset.reader_known <= now, dataset.reader_region, -1)


def _with_region(audiences: Ints, home: Ints) -> Ints:
    """A read without a region has its reader's."""
    columns, at = list(audiences.T), AUDIENCE_KINDS.index(c.REGION)
    columns[at] = np.where(columns[at] >= 0, columns[at], home)
    return np.stack(columns, axis=1)


def _activity(known: KnownReads, codes: Ints, n_rows: int) -> Activity:
    """Reads of each row; reads with code -1 are left out."""
    at_us, weight, kept = known.at_us, known.weight, codes >= 0
    if not kept.all():
        codes, at_us, weight = codes[kept], at_us[kept], weight[kept]
    last = last_of(codes, at_us, n_rows, NEVER)
    decayed = decayed_sums(codes, at_us, weight, last, HALF_LIVES_HOURS)
    return Activity(last, decayed, np.bincount(codes, minlength=n_rows))


def _dwell(known: KnownReads, codes: Ints, n_rows: int) -> tuple[Floats, Ints]:
    """Sum and number of measured reading times of each row."""
    measured = np.flatnonzero((codes >= 0) & ~np.isnan(known.dwell))
    rows = codes[measured]
    sums: Floats = np.bincount(rows, known.dwell[measured], minlength=n_rows).astype(np.float64)
    return sums, np.bincount(rows, minlength=n_rows)


def _article_rows(known: KnownReads, articles: Ints) -> ArticleRows:
    dataset, n_rows = known.dataset, len(articles)
    codes = rows_of(known.article, articles, len(dataset.article_ids))
    is_read = codes >= 0
    dwell_sum, dwell_count = _dwell(known, codes, n_rows)
    return ArticleRows(
        at_us=np.full(n_rows, known.now),
        article=articles,
        category=dataset.category[articles],
        publisher=dataset.publisher[articles],
        language=dataset.language[articles],
        started_us=np.minimum(dataset.published, dataset.first_seen)[articles],
        first_read_us=last_of(codes[is_read][::-1], known.at_us[is_read][::-1], n_rows, NEVER),
        reads=_activity(known, codes, n_rows),
        dwell_sum_seconds=dwell_sum,
        dwell_count=dwell_count,
    )


def _article_audience_rows(known: KnownReads, articles: Ints) -> ArticleAudienceRows:
    place = rows_of(known.article, articles, len(known.dataset.article_ids))
    width = max(len(known.dataset.names.audiences), 1)
    parts = [_one_kind(known, place, kind, (len(articles), width)) for kind in range(len(AUDIENCE_KINDS))]
    pairs = np.concatenate([part[0] for part in parts])
    order = np.argsort(pairs)
    reads = Activity(
        *(np.concatenate([getattr(part[1], name) for part in parts])[order] for name in Activity.__slots__)
    )
    return ArticleAudienceRows(
        np.full(len(order), known.now), articles[pairs[order] // width], pairs[order] % width, reads
    )


def _one_kind(known: KnownReads, place: Ints, kind: int, shape: tuple[int, int]) -> tuple[Ints, Activity]:
    """Keys (article row x audiences + audience; `shape`: how many of each) and reads of one kind of audience."""
    audience = known.audiences[:, kind]
    key = np.where((place >= 0) & (audience >= 0), place * shape[1] + audience, -1)
    pairs, codes = distinct(key, shape[0] * shape[1])
    return pairs, _activity(known, codes, len(pairs))


def _total_rows(known: KnownReads) -> TotalRows:
    """Everywhere (scope ""), then the audiences, categories and publishers that have reads."""
    scopes = _scopes(known.dataset.names)
    n_rows = len(scopes)
    last, counts = np.full(n_rows, NEVER), np.zeros(n_rows, dtype=np.int64)
    decayed, dwell_sum = np.zeros((n_rows, len(HALF_LIVES_HOURS))), np.zeros(n_rows)
    dwell_count = np.zeros(n_rows, dtype=np.int64)
    for codes in _scope_codes(known):  # a scope is met in one of them only, so its sums do not mix
        if not (codes >= 0).any():
            continue
        reads, (seconds, measured) = _activity(known, codes, n_rows), _dwell(known, codes, n_rows)
        last, counts, decayed = np.maximum(last, reads.last_us), counts + reads.n_reads, decayed + reads.decayed
        dwell_sum, dwell_count = dwell_sum + seconds, dwell_count + measured
    kept = np.flatnonzero((counts > 0) | (scopes == EVERYWHERE))
    reads = Activity(last[kept], decayed[kept], counts[kept])
    return TotalRows(np.full(len(kept), known.now), scopes[kept], reads, dwell_sum[kept], dwell_count[kept])


def _scopes(names: Names) -> NDArray[np.object_]:
    """Names of all totals that there can be."""
    labels = {c.CATEGORY: names.categories, c.PUBLISHER: names.publishers}
    labelled = [f"{kind}={name}" for kind, index in labels.items() for name in index]
    return np.array([EVERYWHERE, *names.audiences, *labelled], dtype=object)


def _scope_codes(known: KnownReads) -> Iterator[Ints]:
    """For one kind of totals after the other, as `_scopes` has them, the row that each read counts in (-1: none)."""
    dataset, first = known.dataset, 1 + len(known.dataset.names.audiences)
    yield np.zeros(len(known.at_us), dtype=np.int64)
    for codes in known.audiences.T:
        yield np.where(codes >= 0, codes + 1, -1)
    for index, of_article in (
        (dataset.names.categories, dataset.category),
        (dataset.names.publishers, dataset.publisher),
    ):
        codes = np.append(of_article, -1)[known.article]
        yield np.where(codes >= 0, codes + first, -1)
        first += len(index)


def reader_rows(known: KnownReads, readers: Ints) -> ReaderRows:
    """States of some readers (dataset positions, ascending)."""
    dataset, n_rows = known.dataset, len(readers)
    place = rows_of(known.reader, readers, len(dataset.reader_keys))
    mine = _subset(known, np.flatnonzero(place >= 0))
    codes = place[place >= 0]
    measured = ~np.isnan(mine.dwell)
    reads = _activity(mine, codes, n_rows)
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
        audiences=_home(mine, codes, _regions(dataset, known.now)[readers]),
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
