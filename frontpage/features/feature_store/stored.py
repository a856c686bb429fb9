"""Stored states, as Feast gives them in frames, back as States: names become codes, lists become padded rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from frontpage.core import columns as c
from frontpage.core.params import HALF_LIVES_HOURS
from frontpage.features.grouping import Floats, Ints, padded
from frontpage.features.interactions import AUDIENCE_KINDS, N_INTERESTS, NEVER, Names, times
from frontpage.features.states import (
    N_RECENT,
    N_SHARES,
    Activity,
    ArticleAudienceRows,
    ArticleRows,
    ReaderRows,
    States,
    TotalRows,
)


@dataclass(frozen=True, slots=True)
class Stored:
    """Frames of the four views as Feast gives them, each with the moment of its rows in `as_of`."""

    articles: pd.DataFrame
    article_audiences: pd.DataFrame
    totals: pd.DataFrame
    readers: pd.DataFrame


def states_of(stored: Stored) -> States:
    """The states that these frames hold."""
    names = _names(stored)
    return States(
        names=names,
        articles=_article_rows(stored.articles, names),
        article_audiences=_article_audience_rows(stored.article_audiences, names),
        totals=_total_rows(stored.totals),
        readers=reader_rows(stored.readers, names),
    )


def reader_rows(frame: pd.DataFrame, names: Names) -> ReaderRows:
    """The readers of a frame with the codes of `names`; what `names` lacks counts as absent."""
    audiences = [coded_audience(frame[kind], kind, names) for kind in AUDIENCE_KINDS]
    categories, publishers = frame[c.CATEGORIES], frame[c.PUBLISHERS]
    return ReaderRows(
        at_us=times(frame[c.AS_OF]),
        reader_key=frame[c.READER_KEY].to_numpy(dtype=np.int64),
        audiences=np.stack(audiences, axis=1),
        language=coded(frame[c.LANGUAGE], names.languages),
        interests=_coded_lists(frame[c.INTERESTS], names.categories, N_INTERESTS),
        reads=_activity(frame),
        median_dwell_seconds=frame[c.MEDIAN_DWELL_SECONDS].to_numpy(dtype=np.float64),
        categories=_coded_lists(categories, names.categories, N_SHARES),
        category_shares=_numbers(frame[c.CATEGORY_SHARES], N_SHARES),
        publishers=_coded_lists(publishers, names.publishers, N_SHARES),
        publisher_shares=_numbers(frame[c.PUBLISHER_SHARES], N_SHARES),
        recent=_coded_lists(frame[c.RECENT_ARTICLES], names.articles, N_RECENT),
        recent_dwell_seconds=_numbers(frame[c.RECENT_DWELL_SECONDS], N_RECENT),
    )


def _names(stored: Stored) -> Names:
    articles, readers = stored.articles, stored.readers
    audiences = {f"{kind}={value}" for kind in AUDIENCE_KINDS for value in readers[kind].dropna().unique()}
    categories = _members(readers[c.CATEGORIES], readers[c.INTERESTS]) | set(articles[c.CATEGORY].dropna())
    return Names(
        articles=_index(set(articles[c.ARTICLE_ID]) | _members(readers[c.RECENT_ARTICLES])),
        categories=_index(categories),
        publishers=_index(_members(readers[c.PUBLISHERS]) | set(articles[c.PUBLISHER].dropna())),
        languages=_index({*articles[c.LANGUAGE].dropna(), *readers[c.LANGUAGE].dropna()}),
        audiences=_index(audiences | set(stored.article_audiences[c.AUDIENCE])),
    )


def _members(*columns: pd.Series[Any]) -> set[Any]:
    return {name for column in columns for names in column for name in names}


def _index(names: set[Any]) -> pd.Index[Any]:
    index: pd.Index[Any] = pd.Index(sorted(names), dtype=object)
    return index


def _article_rows(frame: pd.DataFrame, names: Names) -> ArticleRows:
    return ArticleRows(
        at_us=times(frame[c.AS_OF]),
        article=coded(frame[c.ARTICLE_ID], names.articles),
        category=coded(frame[c.CATEGORY], names.categories),
        publisher=coded(frame[c.PUBLISHER], names.publishers),
        language=coded(frame[c.LANGUAGE], names.languages),
        started_us=_microseconds(frame[c.STARTED_US]),
        first_read_us=_microseconds(frame[c.FIRST_READ_US]),
        reads=_activity(frame),
        dwell_sum_seconds=frame[c.DWELL_SUM_SECONDS].to_numpy(dtype=np.float64),
        dwell_count=frame[c.DWELL_COUNT].to_numpy(dtype=np.int64),
    )


def _article_audience_rows(frame: pd.DataFrame, names: Names) -> ArticleAudienceRows:
    article, audience = coded(frame[c.ARTICLE_ID], names.articles), coded(frame[c.AUDIENCE], names.audiences)
    return ArticleAudienceRows(times(frame[c.AS_OF]), article, audience, _activity(frame))


def _total_rows(frame: pd.DataFrame) -> TotalRows:
    return TotalRows(
        at_us=times(frame[c.AS_OF]),
        scope=frame[c.SCOPE].to_numpy(dtype=object),
        reads=_activity(frame),
        dwell_sum_seconds=frame[c.DWELL_SUM_SECONDS].to_numpy(dtype=np.float64),
        dwell_count=frame[c.DWELL_COUNT].to_numpy(dtype=np.int64),
    )


def _activity(frame: pd.DataFrame) -> Activity:
    decayed = frame[c.DECAYED_READS].tolist()
    matrix = np.array(decayed, dtype=np.float64).reshape(len(decayed), len(HALF_LIVES_HOURS))
    return Activity(_microseconds(frame[c.LAST_READ_US]), matrix, frame[c.N_READS].to_numpy(dtype=np.int64))


def _microseconds(column: pd.Series[Any]) -> Ints:
    return np.asarray(column.fillna(NEVER), dtype=np.int64)


def coded(column: pd.Series[Any], index: pd.Index[Any]) -> Ints:
    """Codes of names; -1 where a name is missing or unknown."""
    return np.asarray(index.get_indexer(pd.Index(column.to_numpy(dtype=object))), dtype=np.int64)


def coded_audience(column: pd.Series[Any], kind: str, names: Names) -> Ints:
    """Codes of audiences of one kind, given by their value."""
    codes, distinct = pd.factorize(column)
    of_value = names.audiences.get_indexer(pd.Index([f"{kind}={value}" for value in distinct], dtype=object))
    return np.asarray(np.append(of_value, -1)[codes], dtype=np.int64)


def _coded_lists(column: pd.Series[Any], index: pd.Index[Any], width: int) -> Ints:
    counts = np.array([min(len(names), width) for names in column], dtype=np.int64)
    flat = pd.Index([name for names in column for name in names[:width]], dtype=object)
    return padded(np.asarray(index.get_indexer(flat), dtype=np.int64), counts, width, -1)


def _numbers(column: pd.Series[Any], width: int) -> Floats:
    counts = np.array([min(len(values), width) for values in column], dtype=np.int64)
    flat = np.array([value for values in column for value in values[:width]], dtype=np.float64)
    return padded(flat, counts, width, 0.0)
