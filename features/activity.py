"""The one pure function behind training, refresh, replay and explanation: what each entity's reads amount to.

A *state* row changes only when its entity has a new event: sums are decayed to the entity's own last read, and `at`
turns them forward to any later moment. So few rows change between two refreshes, and the same rows serve both.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
import pandas as pd

from core import columns as c
from core.history import History
from features.events import Events, events_of
from features.grouping import HOUR_US, Floats, Ints, decayed_sums, last_of, medians, newest_distinct, split, top_shares

#: 15 minutes to 3 days. With hourly lists, counts of the last 6 to 15 minutes still beat counts of the last hour on a
#: national news portal's log, and one list a day wants days (docs/reference/features.md).
HALF_LIVES_HOURS: Final = (0.25, 1.0, 6.0, 24.0, 72.0)
#: The half-life of tastes: what a reader likes changes over days, not minutes.
TASTE_COLUMN: Final = HALF_LIVES_HOURS.index(72.0)
N_SHARES: Final = 8
N_RECENT: Final = 20
#: The region that stands for all reads together, in `States.regions`.
EVERYWHERE: Final = ""
_NEVER: Final = np.iinfo(np.int64).min


@dataclass(frozen=True, slots=True)
class States:
    """State rows, one frame per entity, each ordered by its key; lists are tuples.

    articles [article_id]: facts (category, publisher, language, started_at: the earlier of published and first seen)
    and reads. article_regions [article_id, region]: reads by region. regions [region]: all reads of a region, with the
    most-read article's sums (`top_decayed_reads`); region "" is everywhere. readers [reader_key]: reads and tastes.
    `decayed_reads` holds one sum per half-life, as of `last_read_at` (NaT: no read).
    """

    articles: pd.DataFrame
    article_regions: pd.DataFrame
    regions: pd.DataFrame
    readers: pd.DataFrame


def compute_states(history: History) -> States:
    """The state of every article, region and reader of the history.

    Articles and readers without reads have rows too (facts, interests). Reads on articles that are not in
    `history.articles` count for the reader only.
    """
    events = events_of(history)
    articles = _article_states(events)
    article_regions = _article_region_states(events)
    return States(articles, article_regions, _region_states(events), _reader_states(events))


def at(state: pd.DataFrame, as_of: "datetime | pd.Series[Any]") -> pd.DataFrame:
    """The rows with their sums turned forward to `as_of` (one moment, or one per row), and `hours_since_read`.

    Sums of a row without reads are 0 and its hours infinite. A moment before the last read counts as the last read.
    """
    hours = _hours_since(state[c.LAST_READ_AT], as_of)
    turned: dict[str, Any] = {c.HOURS_SINCE_READ: hours}
    fading = np.exp2(-hours[:, None] / np.asarray(HALF_LIVES_HOURS))
    for column in (c.DECAYED_READS, c.TOP_DECAYED_READS):
        if column in state:
            turned[column] = list(stacked(state[column]) * fading)
    return state.assign(**turned)


def stacked(column: "pd.Series[Any]") -> Floats:
    """A column of equally long number lists as a matrix (rows, half-lives)."""
    if len(column) == 0:
        return np.zeros((0, len(HALF_LIVES_HOURS)))
    return np.array(column.tolist(), dtype=np.float64)


def _hours_since(last: "pd.Series[Any]", as_of: "datetime | pd.Series[Any]") -> Floats:
    elapsed = (as_of - last).dt.total_seconds() / 3600
    hours: Floats = elapsed.fillna(np.inf).to_numpy(dtype=np.float64)
    return np.maximum(hours, 0.0)


def _counts(codes: Ints, events: Events, n_groups: int) -> dict[str, Any]:
    """Reads, decayed sums and the last read of each group; rows with code -1 are left out."""
    rows = np.flatnonzero(codes >= 0)
    codes, at_us = codes[rows], events.at_us[rows]
    last = last_of(codes, at_us, n_groups, _NEVER)
    return {
        c.LAST_READ_AT: _times(last),
        c.DECAYED_READS: list(decayed_sums(codes, at_us, events.weights[rows], last, HALF_LIVES_HOURS)),
        c.N_READS: np.bincount(codes, minlength=n_groups),
    }


def _article_states(events: Events) -> pd.DataFrame:
    known = events.article_codes >= 0
    codes, n_articles = events.article_codes, len(events.articles)
    measured = known & ~np.isnan(events.dwell)
    first = last_of(codes[known][::-1], events.at_us[known][::-1], n_articles, _NEVER)
    dwell: dict[str, Any] = {
        c.FIRST_READ_AT: _times(first),
        c.DWELL_SUM_SECONDS: np.bincount(codes[measured], events.dwell[measured], minlength=n_articles),
        c.DWELL_COUNT: np.bincount(codes[measured], minlength=n_articles),
    }
    return events.articles.assign(**_counts(codes, events, n_articles), **dwell)


def _article_region_states(events: Events) -> pd.DataFrame:
    known = (events.article_codes >= 0) & (events.region_codes >= 0)
    n_regions = max(len(events.region_names), 1)
    pair_of_event = np.where(known, events.article_codes * n_regions + events.region_codes, -1)
    pairs, codes = np.unique(pair_of_event, return_inverse=True)
    if len(pairs) and pairs[0] == -1:
        pairs, codes = pairs[1:], codes - 1
    frame = pd.DataFrame(
        {
            c.ARTICLE_ID: events.articles[c.ARTICLE_ID].to_numpy(dtype=object)[pairs // n_regions],
            c.REGION: events.region_names[pairs % n_regions],
        }
    )
    return frame.assign(**_counts(codes.astype(np.int64), events, len(pairs)))


def _region_states(events: Events) -> pd.DataFrame:
    everywhere = np.zeros(len(events.at_us), dtype=np.int64)
    names = np.array([EVERYWHERE, *events.region_names], dtype=object)
    by_region = [_region_rows(everywhere, events, 1), _region_rows(events.region_codes, events, len(names) - 1)]
    frame = pd.concat(by_region, ignore_index=True)
    frame.insert(0, c.REGION, names)
    return frame


def _region_rows(codes: Ints, events: Events, n_regions: int) -> pd.DataFrame:
    counts = pd.DataFrame(_counts(codes, events, n_regions))
    measured = (codes >= 0) & ~np.isnan(events.dwell)
    last = last_of(codes[codes >= 0], events.at_us[codes >= 0], n_regions, _NEVER)
    more: dict[str, Any] = {
        c.TOP_DECAYED_READS: list(_tops(codes, events, last)),
        c.DWELL_SUM_SECONDS: np.bincount(codes[measured], events.dwell[measured], minlength=n_regions),
        c.DWELL_COUNT: np.bincount(codes[measured], minlength=n_regions),
    }
    return counts.assign(**more)


def _tops(codes: Ints, events: Events, last: Ints) -> Floats:
    """Per region and half-life, the largest sum of one article, decayed to the region's last read."""
    rows = np.flatnonzero((codes >= 0) & (events.article_codes >= 0))
    n_articles = max(len(events.articles), 1)
    pairs, inverse = np.unique(codes[rows] * n_articles + events.article_codes[rows], return_inverse=True)
    owner = pairs // n_articles
    sums = decayed_sums(inverse, events.at_us[rows], events.weights[rows], last[owner], HALF_LIVES_HOURS)
    tops = np.zeros((len(last), len(HALF_LIVES_HOURS)))
    np.maximum.at(tops, owner, sums)
    return tops


def _reader_states(events: Events) -> pd.DataFrame:
    codes, n_readers = events.reader_codes, len(events.readers)
    measured = ~np.isnan(events.dwell)
    frame = events.readers.assign(**_counts(codes, events, n_readers))
    frame[c.MEDIAN_DWELL_SECONDS] = medians(codes[measured], events.dwell[measured], n_readers)
    return frame.assign(**_tastes(events, frame), **_recent(events, n_readers))


def _tastes(events: Events, readers: pd.DataFrame) -> dict[str, Any]:
    """Shares of a reader's decayed reads by category and publisher, and the language read most."""
    last = _microseconds(readers[c.LAST_READ_AT])
    codes = events.reader_codes
    hours = (last[codes] - events.at_us) / HOUR_US
    values = events.weights * np.exp2(-hours / HALF_LIVES_HOURS[TASTE_COLUMN])
    tastes: dict[str, Any] = {}
    for label, names_column, shares_column in (
        (c.CATEGORY, c.CATEGORIES, c.CATEGORY_SHARES),
        (c.PUBLISHER, c.PUBLISHERS, c.PUBLISHER_SHARES),
    ):
        names, label_codes = events.labels(label)
        top = top_shares(codes, label_codes, values, len(readers), N_SHARES)
        tastes[names_column] = split(names[top.members], top.counts)
        tastes[shares_column] = split(top.values, top.counts)
    names, label_codes = events.labels(c.LANGUAGE)
    top = top_shares(codes, label_codes, values, len(readers), 1)
    tastes[c.LANGUAGE] = [names_of[0] if names_of else None for names_of in split(names[top.members], top.counts)]
    return tastes


def _recent(events: Events, n_readers: int) -> dict[str, Any]:
    """The newest distinct articles of each reader, with the longest time each was read; -1 where never measured."""
    known = events.article_codes >= 0
    dwell = np.where(np.isnan(events.dwell), -1.0, events.dwell)[known]
    top = newest_distinct(events.reader_codes[known], events.article_codes[known], dwell, n_readers, N_RECENT)
    ids = events.articles[c.ARTICLE_ID].to_numpy(dtype=object)
    return {
        c.RECENT_ARTICLES: split(ids[top.members], top.counts),
        c.RECENT_DWELL_SECONDS: split(top.values, top.counts),
    }


def _times(at_us: Ints) -> pd.DatetimeIndex:
    moments = np.where(at_us == _NEVER, np.datetime64("NaT", "us"), at_us.astype("datetime64[us]"))
    return pd.DatetimeIndex(moments).tz_localize("UTC")


def _microseconds(times: "pd.Series[Any]") -> Ints:
    return times.to_numpy(dtype="datetime64[us]").astype(np.int64)
