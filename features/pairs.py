"""Pair features: what the ranker sees of one reader and one article at one moment.

The one function for training, refresh and explanation. No value is ever NaN or infinite: what a data set does not
carry becomes a constant, and `unavailable_features` names it.
"""

from collections.abc import Mapping
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from core import columns as c
from core.history import History
from features.activity import HALF_LIVES_HOURS, N_SHARES, TASTE_COLUMN, stacked
from features.entities import AGE_HOURS, ALL_READS, MEAN_DWELL, REGION_READS, TOP_READS, Entities, Pairs
from features.grouping import Floats, Ints

Matrix = npt.NDArray[np.float32]

_H15M, _H1, _H6, _H24, _H72 = range(len(HALF_LIVES_HOURS))
_LABELS: Final = ("15m", "1h", "6h", "24h", "72h")
#: Reads an hour added to both sides of a trend, so that one read more is no trend.
_QUIET_RATE: Final = 0.5
#: Reads of an average reader added to a region's share of an article (a Beta prior), for the same reason.
_LIFT_PRIOR: Final = 5.0
#: Readings of average length added to an article's mean reading time.
_DWELL_PRIOR: Final = 5.0
#: Longest time since the last read that is told apart; a reader who never read has it too.
_MAX_HOURS: Final = 24.0 * 28
_N_INTERESTS: Final = 16

#: Feature -> the group of reasons it speaks for. The order is the order of the matrix's columns; `extra` ones follow.
GROUPS: Final[Mapping[str, str]] = {
    "article_reads_15m": "popular",
    "article_reads_1h": "popular",
    "article_reads_6h": "popular",
    "article_reads_24h": "popular",
    "article_reads_72h": "popular",
    "article_share_of_top_1h": "popular",
    "article_share_of_top_6h": "popular",
    "article_reads_per_hour_of_life": "popular",
    "trend_15m_1h": "trending",
    "trend_1h_24h": "trending",
    "region_reads_1h": "region",
    "region_reads_6h": "region",
    "region_reads_24h": "region",
    "region_lift": "region",
    "article_age_hours": "fresh",
    "article_mean_dwell_minutes": "reading_time",
    "category_affinity": "category",
    "interest_match": "interest",
    "publisher_affinity": "publisher",
    "same_language": "language",
    "reader_hours_since_read": "reader",
    "reader_reads_72h": "reader",
    "reader_median_dwell_minutes": "reader",
    "als_score": "similar_readers",
    "content_score": "similar_content",
}
#: Given by the caller, because factors and vectors belong to a model version, not to the feature store.
EXTRA_NAMES: Final = ("als_score", "content_score")
#: Without `extra`.
FEATURE_NAMES: Final = tuple(name for name in GROUPS if name not in EXTRA_NAMES)


def pair_features(
    articles_at: pd.DataFrame,
    regions_at: pd.DataFrame,
    readers_at: pd.DataFrame,
    pairs: Pairs,
    extra: Mapping[str, npt.NDArray[Any]] | None = None,
) -> tuple[Matrix, tuple[str, ...]]:
    """Matrix (pairs, features) and the names of its columns: FEATURE_NAMES, then `extra` in its order.

    The frames are those of `features.entities.Entities`; `extra` holds one value per pair. Empty pairs give an empty
    matrix. NaN in `extra` becomes 0.
    """
    articles = _article_columns(articles_at)
    readers = _reader_columns(readers_at)
    columns = {name: values[pairs.articles] for name, values in articles.items()}
    columns |= {name: values[pairs.readers] for name, values in readers.items()}
    columns |= _region_columns(articles_at, regions_at, readers_at, pairs)
    columns |= _taste_columns(articles_at, readers_at, pairs)
    more = {name: np.nan_to_num(np.asarray(values), nan=0.0) for name, values in (extra or {}).items()}
    names = (*FEATURE_NAMES, *more)
    matrix = np.empty((len(pairs), len(names)), dtype=np.float32)
    for position, name in enumerate(names):
        matrix[:, position] = more[name] if name in more else columns[name]
    return matrix, names


def features_of(entities: Entities, pairs: Pairs, extra: Mapping[str, npt.NDArray[Any]] | None = None) -> Matrix:
    """`pair_features` of entities, the matrix alone."""
    return pair_features(entities.articles, entities.regions, entities.readers, pairs, extra)[0]


def unavailable_features(history: History) -> list[str]:
    """Features that are constant because the data set lacks what they are made of, in the matrix's order."""
    articles, reads, readers = history.articles, history.reads, history.readers
    no_category = _absent(articles[c.CATEGORY])
    no_interest = no_category or not any(bool(len(picked)) for picked in readers[c.INTERESTS].dropna())
    no_region = _absent(reads[c.REGION]) and _absent(readers[c.REGION])
    no_dwell = _absent(reads[c.DWELL_SECONDS])
    missing = {
        "category_affinity": no_category,
        "interest_match": no_interest,
        "publisher_affinity": _absent(articles[c.PUBLISHER]),
        "same_language": _absent(articles[c.LANGUAGE]),
        "article_mean_dwell_minutes": no_dwell,
        "reader_median_dwell_minutes": no_dwell,
        **dict.fromkeys((name for name, group in GROUPS.items() if group == "region"), no_region),
    }
    return [name for name in FEATURE_NAMES if missing.get(name, False)]


def _absent(column: "pd.Series[Any]") -> bool:
    return not bool(column.notna().any())


def _rate(decayed: Floats, half_life: int) -> Floats:
    """Reads an hour: a steady rate r gives a decayed sum of r x half-life / ln 2."""
    rate: Floats = decayed[:, half_life] * (np.log(2) / HALF_LIVES_HOURS[half_life])
    return rate


def _article_columns(articles: pd.DataFrame) -> dict[str, Floats]:
    reads, top = stacked(articles[c.DECAYED_READS]), stacked(articles[TOP_READS])
    age = articles[AGE_HOURS].to_numpy(np.float64)
    measured = articles[c.DWELL_COUNT].to_numpy(np.float64)
    dwell = articles[c.DWELL_SUM_SECONDS].to_numpy(np.float64)
    prior = _DWELL_PRIOR * articles[MEAN_DWELL].to_numpy(np.float64)
    counts = {f"article_reads_{label}": np.log1p(reads[:, h]) for h, label in enumerate(_LABELS)}
    return counts | {
        "article_share_of_top_1h": reads[:, _H1] / np.maximum(top[:, _H1], 1e-9),
        "article_share_of_top_6h": reads[:, _H6] / np.maximum(top[:, _H6], 1e-9),
        "article_reads_per_hour_of_life": np.log1p(articles[c.N_READS].to_numpy(np.float64) / (age + 1.0)),
        "trend_15m_1h": _trend(reads, _H15M, _H1),
        "trend_1h_24h": _trend(reads, _H1, _H24),
        "article_age_hours": np.log1p(age),
        "article_mean_dwell_minutes": (dwell + prior) / (measured + _DWELL_PRIOR) / 60.0,
    }


def _trend(reads: Floats, short: int, long: int) -> Floats:
    trend: Floats = np.log((_rate(reads, short) + _QUIET_RATE) / (_rate(reads, long) + _QUIET_RATE))
    return trend


def _reader_columns(readers: pd.DataFrame) -> dict[str, Floats]:
    hours = np.minimum(readers[c.HOURS_SINCE_READ].to_numpy(np.float64), _MAX_HOURS)
    dwell = np.nan_to_num(readers[c.MEDIAN_DWELL_SECONDS].to_numpy(np.float64), nan=0.0)
    return {
        "reader_hours_since_read": np.log1p(hours),
        "reader_reads_72h": np.log1p(stacked(readers[c.DECAYED_READS])[:, TASTE_COLUMN]),
        "reader_median_dwell_minutes": dwell / 60.0,
    }


def _region_columns(
    articles: pd.DataFrame, regions: pd.DataFrame, readers: pd.DataFrame, pairs: Pairs
) -> dict[str, Floats]:
    """Reads in the reader's region, and how much more of the article's reads come from there than of all reads."""
    absent = np.zeros((1, len(HALF_LIVES_HOURS)))
    here = np.vstack([stacked(regions[c.DECAYED_READS]), absent])
    logs = np.log1p(here)
    region_total = stacked(readers[REGION_READS])[:, _H6][pairs.readers]
    total = stacked(articles[ALL_READS])[:, _H6][pairs.articles]
    reads = stacked(articles[c.DECAYED_READS])[:, _H6][pairs.articles]
    share = region_total / np.maximum(total, 1e-9)
    lift = (here[:, _H6][pairs.regions] + _LIFT_PRIOR * share) / ((reads + _LIFT_PRIOR) * np.maximum(share, 1e-9))
    known = (region_total > 1e-9) & (total > 1e-9)
    return {
        "region_reads_1h": logs[:, _H1][pairs.regions],
        "region_reads_6h": logs[:, _H6][pairs.regions],
        "region_reads_24h": logs[:, _H24][pairs.regions],
        "region_lift": np.log(np.where(known, lift, 1.0)),
    }


def _taste_columns(articles: pd.DataFrame, readers: pd.DataFrame, pairs: Pairs) -> dict[str, Floats]:
    category = _shares(articles[c.CATEGORY], readers[c.CATEGORIES], readers[c.CATEGORY_SHARES], pairs)
    publisher = _shares(articles[c.PUBLISHER], readers[c.PUBLISHERS], readers[c.PUBLISHER_SHARES], pairs)
    picked = readers[c.INTERESTS].map(lambda names: tuple(1.0 for _ in names))
    interest = _shares(articles[c.CATEGORY], readers[c.INTERESTS], picked, pairs, _N_INTERESTS)
    spoken = pd.Index(articles[c.LANGUAGE].dropna().unique())
    of_article = spoken.get_indexer(articles[c.LANGUAGE])[pairs.articles]
    of_reader = spoken.get_indexer(readers[c.LANGUAGE])[pairs.readers]
    return {
        "category_affinity": category,
        "publisher_affinity": publisher,
        "interest_match": np.minimum(interest, 1.0),
        "same_language": ((of_article == of_reader) & (of_article >= 0)).astype(np.float64),
    }


def _shares(
    of_article: "pd.Series[Any]",
    names: "pd.Series[Any]",
    shares: "pd.Series[Any]",
    pairs: Pairs,
    width: int = N_SHARES,
) -> Floats:
    """For each pair, the reader's share of the article's label; 0 where either has none."""
    labels = pd.Index(of_article.dropna().unique())
    article_codes = labels.get_indexer(of_article)[pairs.articles]
    codes, values = _padded(names, shares, labels, width)
    result = np.zeros(len(pairs))
    for place in range(codes.shape[1]):  # at most `width` columns, each over all pairs at once
        hit = (codes[:, place][pairs.readers] == article_codes) & (article_codes >= 0)
        result += np.where(hit, values[:, place][pairs.readers], 0.0)
    return result


def _padded(
    names: "pd.Series[Any]", shares: "pd.Series[Any]", labels: "pd.Index[Any]", width: int
) -> tuple[Ints, Floats]:
    """Lists of unequal length as label codes and values (readers, width), -1 and 0 where a list has ended."""
    counts = np.minimum(np.array([len(listed) for listed in names], dtype=np.int64), width)
    width = int(counts.max(initial=0))
    filled = np.arange(width) < counts[:, None]
    codes = np.full((len(names), width), -1, dtype=np.int64)
    values = np.zeros((len(names), width))
    flat = pd.Index([name for listed in names for name in listed[:width]], dtype=object)
    codes[filled] = labels.get_indexer(flat)
    values[filled] = np.array([value for listed in shares for value in listed[:width]], dtype=np.float64)
    return codes, values
