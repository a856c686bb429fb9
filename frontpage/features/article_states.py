"""States of articles, and of their reads from one audience."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from frontpage.features.grouping import Floats, Ints, distinct, last_of, rows_of
from frontpage.features.interactions import NEVER
from frontpage.features.known_reads import Activity, KnownReads, activity, dwell_times
from frontpage.features.names import AUDIENCE_KINDS


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


def article_rows(known: KnownReads, articles: Ints) -> ArticleRows:
    """States of some articles (dataset positions, ascending)."""
    dataset, n_rows = known.dataset, len(articles)
    codes = rows_of(known.article, articles, len(dataset.article_ids))
    is_read = codes >= 0
    dwell_sum, dwell_count = dwell_times(known, codes, n_rows)
    return ArticleRows(
        at_us=np.full(n_rows, known.now),
        article=articles,
        category=dataset.category[articles],
        publisher=dataset.publisher[articles],
        language=dataset.language[articles],
        started_us=np.minimum(dataset.published, dataset.first_seen)[articles],
        first_read_us=last_of(codes[is_read][::-1], known.at_us[is_read][::-1], n_rows, NEVER),
        reads=activity(known, codes, n_rows),
        dwell_sum_seconds=dwell_sum,
        dwell_count=dwell_count,
    )


def article_audience_rows(known: KnownReads, articles: Ints) -> ArticleAudienceRows:
    """States of those audiences of some articles (dataset positions, ascending) that read them."""
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
    return pairs, activity(known, codes, len(pairs))
