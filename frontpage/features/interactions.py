"""The history in integers: positions of readers and articles, codes of labels, times in microseconds.

The one array form of a history, made once; a past moment of it is array work (`as_known`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontpage.core import columns as c
from frontpage.core.clock import to_utc
from frontpage.core.history import History
from frontpage.core.schema.states import N_INTERESTS
from frontpage.features.grouping import Floats, Ints, sorted_distinct
from frontpage.features.history import known_versions
from frontpage.features.names import AUDIENCE_KINDS, Names, audience_codes, codes_of, names_of, position
from frontpage.features.weights import MAX_DWELL_SECONDS, read_weights

HOUR_MICROSECONDS: Final = 3_600_000_000
DAY_MICROSECONDS: Final = 24 * HOUR_MICROSECONDS
#: What an absent time becomes: before everything.
NEVER: Final = np.iinfo(np.int64).min // 4
_LATE: Final = np.iinfo(np.int64).max
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
#: Scope and value of the fallback of whom nothing is known.
GLOBAL: Final = ("global", "")


@dataclass(frozen=True, slots=True)
class InteractionDataset:
    """One history as arrays. Positions index `names.articles` and `reader_keys`, both ascending; -1 is unknown.

    A read of a duplicate counts for the article it repeats (`read_article`; `read_named` is the one that was read), so
    that neither is listed again to its reader.
    `first_seen` is when we, by our own record, first knew of an article; `read_known` when a read had both happened
    and been recorded; `reader_changed` when the newest facts of a reader were. `original` maps a position to the
    article it repeats, or itself; its last element is for -1.
    The first readers are nobody in particular: one for each of `fallbacks` (scope, value), with a negative key, no
    reads and no record but the region or interest of its scope. Their lists serve whoever has none.
    Reads are ordered by time. `read_audiences` [read, kind] and `reader_region` hold codes of audiences;
    `interests` [reader, place] codes of categories.
    """

    history: History
    names: Names
    published: Ints
    first_seen: Ints
    original: Ints
    is_listable: NDArray[np.bool_]
    category: Ints
    publisher: Ints
    language: Ints
    fallbacks: tuple[tuple[str, str], ...]
    reader_keys: Ints
    signed_up: Ints
    reader_known: Ints
    reader_changed: Ints
    reader_region: Ints
    interests: Ints
    read_reader: Ints
    read_named: Ints
    read_article: Ints
    read_audiences: Ints
    read_time: Ints
    read_known: Ints
    read_dwell: Floats
    read_weight: Floats

    @property
    def as_of(self) -> datetime:
        """The moment the history was taken."""
        return self.history.as_of

    @property
    def article_ids(self) -> pd.Index[Any]:
        """Ids of the articles, by position."""
        ids: pd.Index[Any] = self.names.articles
        return ids

    def pairs(self, reader: Ints, article: Ints) -> Ints:
        """One number for each reader with an article, by their positions; in the order of reader, then article."""
        return reader * max(len(self.article_ids), 1) + article


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970, exact."""
    return (to_utc(moment) - _EPOCH) // timedelta(microseconds=1)


def interaction_dataset(history: History) -> InteractionDataset:
    """The dataset of a history; reads of articles that are not in it have article position -1.

    Readers are those of `history.readers` and of the reads. What a record lacks is left open: the region of a read or a
    reader without one is a matter of the moment (`frontpage.features.states`).
    """
    articles, reads = history.articles, history.reads
    names = names_of(history)
    fallbacks = _fallbacks(names)
    reader_keys = np.concatenate([np.arange(-len(fallbacks), 0), _reader_keys(history)])
    read_named = codes_of(names.articles, reads[c.ARTICLE_ID])
    dwell = np.minimum(reads[c.DWELL_SECONDS].to_numpy(dtype=np.float64, na_value=np.nan), MAX_DWELL_SECONDS)
    first_seen = np.maximum(
        times(articles[c.FIRST_SEEN_AT]),
        _first_recorded(articles, history.older_articles, c.ARTICLE_ID, names.articles),
    )
    read_reader = np.searchsorted(reader_keys, reads[c.READER_KEY].to_numpy(dtype=np.int64)).astype(np.int64)
    return InteractionDataset(
        history=history,
        names=names,
        first_seen=first_seen,
        **_article_facts(articles, names, first_seen, read_named),
        fallbacks=fallbacks,
        reader_keys=reader_keys,
        reader_known=_readers_known(history, reader_keys, len(fallbacks)),
        **_reader_facts(history.readers, names, reader_keys, fallbacks),
        read_reader=read_reader,
        read_named=read_named,
        read_audiences=_read_audiences(reads, names),
        read_time=times(reads[c.OCCURRED_AT]),
        read_known=np.maximum(times(reads[c.RECORDED_AT]), times(reads[c.OCCURRED_AT])),
        read_dwell=dwell,
        read_weight=read_weights(reads[c.KIND], dwell),
    )


def as_known(dataset: InteractionDataset, moment: datetime) -> InteractionDataset:
    """The dataset with the facts of articles and readers as they were known at `moment`; reads are left as they are.

    Positions and codes stay. An article or reader that was not known yet keeps its later facts: `first_seen` and
    `reader_known` say when it came.
    """
    history = dataset.history
    articles = known_versions(history.articles, history.older_articles, c.ARTICLE_ID, moment)
    readers = known_versions(history.readers, history.older_readers, c.READER_KEY, moment)
    if articles is None and readers is None:
        return dataset
    changed: dict[str, Any] = {}
    if articles is not None:
        history = replace(history, articles=articles)
        changed |= _article_facts(articles, dataset.names, dataset.first_seen, dataset.read_named)
    if readers is not None:
        history = replace(history, readers=readers)
        changed |= _reader_facts(readers, dataset.names, dataset.reader_keys, dataset.fallbacks)
    return replace(dataset, history=history, **changed)


def without_reads_table(dataset: InteractionDataset) -> InteractionDataset:
    """The dataset without the rows of reads that its arrays were made from, which are larger than the arrays."""
    return replace(dataset, history=replace(dataset.history, reads=dataset.history.reads.iloc[:0].copy()))


def without_reads(dataset: InteractionDataset) -> InteractionDataset:
    """Names, articles and readers alone: no reads, no interests, and none of the tables that arrays are made from."""
    history = dataset.history
    tables = {name: getattr(history, name).iloc[:0].copy() for name in ("articles", "reads", "readers")}
    reads = [name for name in InteractionDataset.__slots__ if name.startswith("read_")]
    nothing = {name: getattr(dataset, name)[:0].copy() for name in ("interests", *reads)}
    return replace(dataset, history=History(as_of=history.as_of, **tables), **nothing)


def times(column: pd.Series[Any]) -> Ints:
    """Microseconds since 1970; NEVER where a time is missing."""
    stamps = pd.to_datetime(column, utc=True).astype("datetime64[us, UTC]")
    values = stamps.to_numpy(dtype="datetime64[us]").astype(np.int64)
    return np.where(stamps.isna().to_numpy(), NEVER, values)


def _read_audiences(reads: pd.DataFrame, names: Names) -> Ints:
    """[read, kind]; -1 where a read does not say."""
    return np.stack([audience_codes(names, kind, reads[kind]) for kind in AUDIENCE_KINDS], axis=1)


def _first_recorded(newest: pd.DataFrame, older: pd.DataFrame | None, key: str, keys: Any) -> Ints:
    """When each key was first known to us: its oldest version's time; never (after everything) without a version."""
    index, recorded = pd.Index(keys), np.full(len(keys), _LATE, dtype=np.int64)
    for versions in (newest, older):
        if versions is not None and len(versions):
            at = index.get_indexer(pd.Index(versions[key].to_numpy()))
            np.minimum.at(recorded, at[at >= 0], times(versions[c.RECORDED_AT])[at >= 0])
    return recorded


def _readers_known(history: History, reader_keys: Ints, n_fallbacks: int) -> Ints:
    known = _first_recorded(history.readers, history.older_readers, c.READER_KEY, reader_keys)
    known[:n_fallbacks] = NEVER
    return known


def _reader_keys(history: History) -> Ints:
    sources = (history.readers, history.reads)
    return sorted_distinct(np.concatenate([source[c.READER_KEY].to_numpy(dtype=np.int64) for source in sources]))


def _article_facts(articles: pd.DataFrame, names: Names, first_seen: Ints, read_named: Ints) -> dict[str, Any]:
    published = times(articles[c.PUBLISHED_AT])
    original = _originals(articles, names.articles)
    return {
        "original": original,
        "read_article": original[read_named],
        "published": np.where(published == NEVER, first_seen, published),
        "is_listable": ((articles[c.STATUS] == "live") & articles[c.DUPLICATE_OF].isna()).to_numpy(dtype=bool),
        "category": codes_of(names.categories, articles[c.CATEGORY]),
        "publisher": codes_of(names.publishers, articles[c.PUBLISHER]),
        "language": codes_of(names.languages, articles[c.LANGUAGE]),
    }


def _originals(articles: pd.DataFrame, article_ids: pd.Index[Any]) -> Ints:
    """Position of the article that each one repeats, or its own; the last element serves position -1."""
    own = np.arange(len(articles), dtype=np.int64)
    repeats = codes_of(article_ids, articles[c.DUPLICATE_OF])
    return np.append(np.where(repeats >= 0, repeats, own), -1)


def _fallbacks(names: Names) -> tuple[tuple[str, str], ...]:
    """Nobody in particular, somebody of each region, somebody with each interest."""
    regions = [str(name).partition("=")[2] for name in names.audiences if str(name).startswith(f"{c.REGION}=")]
    return (GLOBAL, *((c.REGION, name) for name in regions), *((c.CATEGORY, str(name)) for name in names.categories))


def _reader_facts(
    readers: pd.DataFrame, names: Names, reader_keys: Ints, fallbacks: tuple[tuple[str, str], ...]
) -> dict[str, Any]:
    at = np.searchsorted(reader_keys, readers[c.READER_KEY].to_numpy(dtype=np.int64))
    signed_up = np.full(len(reader_keys), NEVER, dtype=np.int64)
    signed_up[at] = times(readers[c.SIGNED_UP_AT])
    changed = np.full(len(reader_keys), NEVER, dtype=np.int64)
    changed[at] = times(readers[c.RECORDED_AT])
    region = np.full(len(reader_keys), -1, dtype=np.int64)
    region[at] = audience_codes(names, c.REGION, readers[c.REGION])
    interests = np.full((len(reader_keys), N_INTERESTS), -1, dtype=np.int64)
    interests[at] = _interests(readers, names)
    for row, (scope, value) in enumerate(fallbacks):
        if scope == c.REGION:
            region[row] = position(names.audiences, f"{c.REGION}={value}")
        elif scope == c.CATEGORY:
            interests[row, 0] = position(names.categories, value)
    return {"signed_up": signed_up, "reader_changed": changed, "reader_region": region, "interests": interests}


def _interests(readers: pd.DataFrame, names: Names) -> Ints:
    """The first interests of each reader as category codes, -1 where there are fewer."""
    codes = np.full((len(readers), N_INTERESTS), -1, dtype=np.int64)
    lists = [tuple(picked)[:N_INTERESTS] if np.iterable(picked) else () for picked in readers[c.INTERESTS]]
    counts = np.array([len(picked) for picked in lists], dtype=np.int64)
    filled = np.arange(N_INTERESTS) < counts[:, None] if lists else np.zeros((0, N_INTERESTS), dtype=bool)
    flat = pd.Index([name for picked in lists for name in picked], dtype=object)
    codes[filled] = names.categories.get_indexer(flat)
    return codes
