"""The history in integers: positions of readers and articles, times in microseconds, so that a tick is array work."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core import columns as c
from core.clock import to_utc
from core.history import History
from features.events import read_weights

Ints = NDArray[np.int64]
Floats = NDArray[np.float64]

HOUR_MICROSECONDS = 3_600_000_000
DAY_MICROSECONDS = 24 * HOUR_MICROSECONDS
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
#: What an absent time becomes: before everything.
_NEVER = np.iinfo(np.int64).min // 4
_LATE = np.iinfo(np.int64).max


@dataclass(frozen=True, slots=True)
class Ledger:
    """One history as arrays. Positions index `article_ids` and `reader_keys`, both ascending; -1 is unknown.

    A read of a duplicate counts for the article it repeats, so that neither is listed again to its reader.
    `first_seen` is when we, by our own record, first knew of an article; `read_known` when a read had both happened
    and been recorded. `original` maps a position to the article it repeats, or itself; its last element is for -1.
    """

    history: History
    article_ids: pd.Index[Any]
    published: Ints
    first_seen: Ints
    original: Ints
    is_listable: NDArray[np.bool_]
    category: Ints
    categories: pd.Index[Any]
    reader_keys: Ints
    signed_up: Ints
    reader_known: Ints
    reader_region: Ints
    regions: pd.Index[Any]
    read_reader: Ints
    read_article: Ints
    read_region: Ints
    read_time: Ints
    read_known: Ints
    read_dwell: Floats
    read_weight: Floats

    @property
    def as_of(self) -> datetime:
        """The moment the history was taken."""
        return self.history.as_of


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970, exact."""
    return (to_utc(moment) - _EPOCH) // timedelta(microseconds=1)


def ledger(history: History) -> Ledger:
    """The ledger of a history; reads of articles that are not in it have article position -1.

    Readers are those of `history.readers` and of the reads. A reader's region is the one on record, else that of the
    newest read that carries one.
    """
    articles, reads = history.articles, history.reads
    article_ids = pd.Index(articles[c.ARTICLE_ID].to_numpy(dtype=object))
    reader_keys = _reader_keys(history)
    regions = _vocabulary(history.readers[c.REGION], reads[c.REGION])
    categories = _vocabulary(articles[c.CATEGORY])
    published = _times(articles[c.PUBLISHED_AT])
    first_seen = np.maximum(
        _times(articles[c.FIRST_SEEN_AT]),
        _first_recorded(articles, history.older_articles, c.ARTICLE_ID, article_ids),
    )
    read_reader = np.searchsorted(reader_keys, reads[c.READER_KEY].to_numpy(dtype=np.int64)).astype(np.int64)
    read_region = _codes(regions, reads[c.REGION])
    original = _originals(articles, article_ids)
    dwell = reads[c.DWELL_SECONDS].to_numpy(dtype=np.float64, na_value=np.nan)
    return Ledger(
        history=history,
        article_ids=article_ids,
        published=np.where(published == _NEVER, first_seen, published),
        first_seen=first_seen,
        original=original,
        is_listable=((articles[c.STATUS] == "live") & articles[c.DUPLICATE_OF].isna()).to_numpy(dtype=bool),
        category=_codes(categories, articles[c.CATEGORY]),
        categories=categories,
        reader_keys=reader_keys,
        signed_up=_signed_up(history, reader_keys),
        reader_known=_first_recorded(history.readers, history.older_readers, c.READER_KEY, reader_keys),
        reader_region=_reader_regions(history, reader_keys, regions, read_reader, read_region),
        regions=regions,
        read_reader=read_reader,
        read_article=original[_codes(article_ids, reads[c.ARTICLE_ID])],
        read_region=read_region,
        read_time=_times(reads[c.OCCURRED_AT]),
        read_known=np.maximum(_times(reads[c.RECORDED_AT]), _times(reads[c.OCCURRED_AT])),
        read_dwell=dwell,
        read_weight=read_weights(reads[c.KIND], dwell),
    )


def _first_recorded(newest: pd.DataFrame, older: pd.DataFrame | None, key: str, keys: Any) -> Ints:
    """When each key was first known to us: its oldest version's time; before everything where it has no version."""
    index, recorded = pd.Index(keys), np.full(len(keys), _LATE, dtype=np.int64)
    for versions in (newest, older):
        if versions is not None and len(versions):
            at = index.get_indexer(pd.Index(versions[key].to_numpy()))
            np.minimum.at(recorded, at[at >= 0], _times(versions[c.RECORDED_AT])[at >= 0])
    return np.where(recorded == _LATE, _NEVER, recorded)


def _reader_keys(history: History) -> Ints:
    sources = (history.readers, history.reads)
    return np.unique(np.concatenate([source[c.READER_KEY].to_numpy(dtype=np.int64) for source in sources]))


def _vocabulary(*columns: pd.Series[Any]) -> pd.Index[Any]:
    values = {value for column in columns for value in column.dropna().unique()}
    return pd.Index(sorted(values), dtype=object)


def _codes(vocabulary: pd.Index[Any], values: pd.Series[Any]) -> Ints:
    return vocabulary.get_indexer(pd.Index(values.to_numpy(dtype=object))).astype(np.int64)


def _times(column: pd.Series[Any]) -> Ints:
    stamps = pd.to_datetime(column, utc=True).astype("datetime64[us, UTC]")
    values = stamps.to_numpy(dtype="datetime64[us]").astype(np.int64)
    return np.where(stamps.isna().to_numpy(), _NEVER, values)


def _originals(articles: pd.DataFrame, article_ids: pd.Index[Any]) -> Ints:
    """Position of the article that each one repeats, or its own; the last element serves position -1."""
    own = np.arange(len(articles), dtype=np.int64)
    repeats = _codes(article_ids, articles[c.DUPLICATE_OF])
    return np.append(np.where(repeats >= 0, repeats, own), -1)


def _signed_up(history: History, reader_keys: Ints) -> Ints:
    signed_up = np.full(len(reader_keys), _NEVER, dtype=np.int64)
    at = np.searchsorted(reader_keys, history.readers[c.READER_KEY].to_numpy(dtype=np.int64))
    signed_up[at] = _times(history.readers[c.SIGNED_UP_AT])
    return signed_up


def _reader_regions(
    history: History, reader_keys: Ints, regions: pd.Index[Any], read_reader: Ints, read_region: Ints
) -> Ints:
    region = np.full(len(reader_keys), -1, dtype=np.int64)
    has_region = read_region >= 0
    region[read_reader[has_region]] = read_region[has_region]  # reads are ordered by time: the newest one stays
    on_record = _codes(regions, history.readers[c.REGION])
    at = np.searchsorted(reader_keys, history.readers[c.READER_KEY].to_numpy(dtype=np.int64))
    region[at[on_record >= 0]] = on_record[on_record >= 0]
    return region
