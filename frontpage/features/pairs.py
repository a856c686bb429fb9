"""Pair features: what the ranker sees of one reader and one article at one moment.

The one function for training, refresh and explanation. No value is ever NaN or infinite: what a data set does not
carry becomes a constant, and `unavailable_features` names it.
"""

from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from frontpage.core import columns as c
from frontpage.core.history import History
from frontpage.core.schema.states import HALF_LIVES_HOURS
from frontpage.features import compiled
from frontpage.features.entities import Entities, Pairs, Totals
from frontpage.features.grouping import HOUR_US, Floats, Ints
from frontpage.features.memo import Memo
from frontpage.features.names import AUDIENCE_KINDS
from frontpage.features.reader_states import TASTE_COLUMN

Matrix = npt.NDArray[np.float32]

_LABELS: Final = ("6m", "15m", "30m", "1h", "2h", "6h", "12h", "24h", "72h", "168h")
_H6M, _H15M, _H30M, _H1, _H2, _H6, _H12, _H24, _H72, _H168 = range(len(HALF_LIVES_HOURS))
_SHARES: Final = (_H15M, _H2, _H12, _H72)
_TRENDS: Final = ((_H6M, _H30M), (_H15M, _H1), (_H1, _H6), (_H2, _H24), (_H6, _H72))
_LIFTS: Final = (_H1, _H6)
#: Reads an hour added to both sides of a trend, so that one read more is no trend.
_QUIET_RATE: Final = 0.5
#: Reads of an average reader added to an audience's share of an article (a Beta prior), for the same reason.
_LIFT_PRIOR: Final = 5.0
#: Readings of average length added to a mean reading time.
_DWELL_PRIOR: Final = 5.0
#: Longest time since the last read that is told apart; a reader who never read has it too.
_MAX_HOURS: Final = 24.0 * 28

#: Feature -> the group of reasons it speaks for. The order is the order of the matrix's columns; `extra` ones follow.
GROUPS: Final[Mapping[str, str]] = {
    **{f"article_reads_{label}": "popular" for label in _LABELS},
    **{f"article_share_{_LABELS[h]}": "popular" for h in _SHARES},
    "article_reads_per_hour_of_life": "popular",
    "article_hours_since_read": "popular",
    **{f"trend_{_LABELS[short]}_{_LABELS[long]}": "trending" for short, long in _TRENDS},
    **{f"{kind}_reads_1h": kind for kind in AUDIENCE_KINDS},
    **{f"{kind}_lift_{_LABELS[h]}": kind for kind in AUDIENCE_KINDS for h in _LIFTS},
    "article_age_hours": "fresh",
    "article_new_since_visit": "fresh",
    "article_mean_dwell_minutes": "reading_time",
    "category_mean_dwell_minutes": "reading_time",
    "publisher_mean_dwell_minutes": "reading_time",
    "category_affinity": "category",
    "interest_match": "interest",
    "publisher_affinity": "publisher",
    "same_language": "language",
    "reader_hours_since_read": "reader",
    "reader_reads_72h": "reader",
    "reader_median_dwell_minutes": "reader",
    "als_score": "similar_readers",
    "together_score": "similar_readers",
    "together_lift": "similar_readers",
    "content_score": "similar_content",
    "content_score_last": "similar_content",
}
#: Given by the caller: factors and vectors belong to a model version, co-occurrence to a pair; none to a feature store.
EXTRA_NAMES: Final = (
    "als_score", "together_score", "together_lift", "content_score", "content_score_last",
)  # fmt: skip
#: Without `extra`.
FEATURE_NAMES: Final = tuple(name for name in GROUPS if name not in EXTRA_NAMES)
#: Columns of the matrix that a ranker sees.
COLUMNS: Final = (*FEATURE_NAMES, *EXTRA_NAMES)


def pair_features(
    entities: Entities, pairs: Pairs, extra: Mapping[str, npt.NDArray[Any]] | None = None
) -> tuple[Matrix, tuple[str, ...]]:
    """Matrix (pairs, features) and the names of its columns: FEATURE_NAMES, then `extra` in its order.

    `extra` holds one value per pair. Empty pairs give an empty matrix. NaN in `extra` becomes 0.
    Raises ValueError for states without totals.
    """
    if len(pairs) and not len(entities.states.totals.scope):
        raise ValueError("features are made of totals too, and these states have none")
    columns: dict[str, npt.NDArray[Any]] = {}
    for kind, name in enumerate(AUDIENCE_KINDS):
        columns |= _audience_columns(entities, pairs, kind, name)
    columns |= _taste_columns(entities, pairs)
    columns |= {name: np.nan_to_num(np.asarray(values), nan=0.0) for name, values in (extra or {}).items()}
    names = (*FEATURE_NAMES, *(extra or {}))
    matrix = np.empty((len(pairs), len(names)), dtype=np.float32)
    of_articles = _packed(entities.article_memo, lambda: _article_columns(entities))
    of_readers = _packed(entities.reader_memo, lambda: _reader_columns(entities))
    for packed, rows in ((of_articles, pairs.articles), (of_readers, pairs.readers)):
        for first, block in packed:
            compiled.spread(block, rows, first, matrix)
    for name, values in columns.items():
        matrix[:, names.index(name)] = values
    # Both in logs: above 0 the article came out while its reader was away.
    away, age = names.index("reader_hours_since_read"), names.index("article_age_hours")
    matrix[:, names.index("article_new_since_visit")] = matrix[:, away] - matrix[:, age]
    return matrix, names


def _packed(memo: Memo, made: Callable[[], dict[str, Floats]]) -> list[tuple[int, Matrix]]:
    """Columns of all rows of a kind as the matrix has them: blocks of neighbours, each with its first place."""

    def blocks() -> list[tuple[int, Matrix]]:
        columns = made()
        place_of = {name: FEATURE_NAMES.index(name) for name in columns}
        names = sorted(columns, key=place_of.__getitem__)
        ends = [at for at in range(1, len(names)) if place_of[names[at]] > place_of[names[at - 1]] + 1]
        parts = [names[first:last] for first, last in pairwise([0, *ends, len(names)])]
        return [
            (place_of[part[0]], np.stack([columns[name].astype(np.float32) for name in part], axis=1)) for part in parts
        ]

    packed: list[tuple[int, Matrix]] = memo.kept("columns", blocks)
    return packed


def features_of(entities: Entities, pairs: Pairs, extra: Mapping[str, npt.NDArray[Any]] | None = None) -> Matrix:
    """`pair_features`, the matrix alone."""
    return pair_features(entities, pairs, extra)[0]


def has_text(history: History) -> bool:
    """Whether any article of a history that was loaded with its texts has one."""
    return any(not _absent(history.articles[name]) for name in (c.TITLE, c.SUMMARY, c.BODY))


def unavailable_features(history: History, *, with_text: bool) -> list[str]:
    """Features that are constant because the data set lacks what they are made of, in the matrix's order.

    with_text: whether the data set has texts; a history may have been loaded without.
    """
    articles, reads, readers = history.articles, history.reads, history.readers
    no_category = _absent(articles[c.CATEGORY])
    no_publisher = _absent(articles[c.PUBLISHER])
    no_interest = no_category or not any(bool(len(picked)) for picked in readers[c.INTERESTS].dropna())
    no_dwell = _absent(reads[c.DWELL_SECONDS])
    absent_groups = {
        c.REGION: _absent(reads[c.REGION]) and _absent(readers[c.REGION]),
        c.DEVICE: _absent(reads[c.DEVICE]),
        c.REFERRER: _absent(reads[c.REFERRER]),
        "similar_content": not with_text,
    }
    missing = {
        "category_affinity": no_category,
        "interest_match": no_interest,
        "publisher_affinity": no_publisher,
        "same_language": _absent(articles[c.LANGUAGE]),
        "article_mean_dwell_minutes": no_dwell,
        "category_mean_dwell_minutes": no_dwell or no_category,
        "publisher_mean_dwell_minutes": no_dwell or no_publisher,
        "reader_median_dwell_minutes": no_dwell,
    }
    return [name for name, group in GROUPS.items() if missing.get(name, absent_groups.get(group, False))]


def _absent(column: "pd.Series[Any]") -> bool:
    return not bool(column.notna().any())


def _article_columns(entities: Entities) -> dict[str, Floats]:
    articles, reads = entities.states.articles, entities.article_reads
    age = np.maximum((articles.at_us - articles.started_us) / HOUR_US, 0.0)
    every = entities.everywhere
    usual = every.mean_dwell_seconds
    of_category, of_publisher = _mean_or(entities.category, usual), _mean_or(entities.publisher, usual)
    measured, seconds = articles.dwell_count, articles.dwell_sum_seconds
    expected = np.where(np.isnan(entities.category.mean_dwell_seconds), of_publisher, of_category)
    columns = {f"article_reads_{label}": np.log1p(reads[:, h]) for h, label in enumerate(_LABELS)}
    columns |= {f"article_share_{_LABELS[h]}": reads[:, h] / np.maximum(every.reads[:, h], 1e-9) for h in _SHARES}
    columns |= {f"trend_{_LABELS[short]}_{_LABELS[long]}": _trend(reads, short, long) for short, long in _TRENDS}
    return columns | {
        "article_reads_per_hour_of_life": np.log1p(articles.reads.n_reads / (age + 1.0)),
        "article_hours_since_read": np.log1p(np.minimum(entities.article_hours, _MAX_HOURS)),
        "article_age_hours": np.log1p(age),
        "article_mean_dwell_minutes": (seconds + _DWELL_PRIOR * expected) / (measured + _DWELL_PRIOR) / 60.0,
        "category_mean_dwell_minutes": of_category / 60.0,
        "publisher_mean_dwell_minutes": of_publisher / 60.0,
    }


def _mean_or(totals: Totals, usual: Floats) -> Floats:
    """Mean reading time of each row's scope, the usual one where none was measured there."""
    return np.where(np.isnan(totals.mean_dwell_seconds), usual, totals.mean_dwell_seconds)


def _rate(decayed: Floats, half_life: int) -> Floats:
    """Reads an hour: a steady rate r gives a decayed sum of r x half-life / ln 2."""
    rate: Floats = decayed[:, half_life] * (np.log(2) / HALF_LIVES_HOURS[half_life])
    return rate


def _trend(reads: Floats, short: int, long: int) -> Floats:
    trend: Floats = np.log((_rate(reads, short) + _QUIET_RATE) / (_rate(reads, long) + _QUIET_RATE))
    return trend


def _reader_columns(entities: Entities) -> dict[str, Floats]:
    dwell = np.nan_to_num(entities.states.readers.median_dwell_seconds, nan=0.0)
    return {
        "reader_hours_since_read": np.log1p(np.minimum(entities.reader_hours, _MAX_HOURS)),
        "reader_reads_72h": np.log1p(entities.reader_reads[:, TASTE_COLUMN]),
        "reader_median_dwell_minutes": dwell / 60.0,
    }


def _audience_columns(entities: Entities, pairs: Pairs, kind: int, name: str) -> dict[str, Floats]:
    """Reads by the reader's audience, and how much more of the article's reads come from it than of all reads."""
    rows = entities.audience_rows(pairs.articles, entities.states.readers.audiences[:, kind][pairs.readers])
    here = {h: entities.audience_column(h)[rows] for h in {_H1, *_LIFTS}}
    columns = {f"{name}_reads_1h": np.log1p(here[_H1])}
    for h in _LIFTS:
        audience = entities.audience_totals[kind].reads[:, h][pairs.readers]
        total = entities.everywhere.reads[:, h][pairs.articles]
        reads = entities.article_reads[:, h][pairs.articles]
        share = audience / np.maximum(total, 1e-9)
        lift = (here[h] + _LIFT_PRIOR * share) / ((reads + _LIFT_PRIOR) * np.maximum(share, 1e-9))
        known = (audience > 1e-9) & (total > 1e-9)
        columns[f"{name}_lift_{_LABELS[h]}"] = np.log(np.where(known, lift, 1.0))
    return columns


def _taste_columns(entities: Entities, pairs: Pairs) -> dict[str, Floats]:
    articles, readers = entities.states.articles, entities.states.readers
    category = _shares(articles.category, readers.categories, readers.category_shares, pairs)
    publisher = _shares(articles.publisher, readers.publishers, readers.publisher_shares, pairs)
    whole = entities.reader_memo.kept("interests", lambda: (readers.interests >= 0).astype(np.float64))
    interest = _shares(articles.category, readers.interests, whole, pairs)
    of_article, of_reader = articles.language[pairs.articles], readers.language[pairs.readers]
    return {
        "category_affinity": category,
        "publisher_affinity": publisher,
        "interest_match": np.minimum(interest, 1.0),
        "same_language": ((of_article == of_reader) & (of_article >= 0)).astype(np.float64),
    }


def _shares(of_article: Ints, codes: Ints, shares: Floats, pairs: Pairs) -> Floats:
    """For each pair, the reader's share of the article's label; 0 where either has none."""
    result: Floats = compiled.listed_shares(of_article, codes, shares, pairs.readers, pairs.articles)
    return result
