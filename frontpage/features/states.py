"""The one pure function behind training, refresh, replay and explanation: what each entity's reads amount to.

A *state* row changes only when its entity has a new event: sums are decayed to the entity's own last read, and
`frontpage.features.entities` turns them forward to any later moment. So few rows change between two refreshes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from frontpage.core.sections.data import DataParams
from frontpage.features.article_states import ArticleAudienceRows, ArticleRows, article_audience_rows, article_rows
from frontpage.features.grouping import Ints
from frontpage.features.interactions import InteractionDataset
from frontpage.features.known_reads import KnownReads, known_articles, known_readers, known_reads
from frontpage.features.names import Names
from frontpage.features.reader_states import ReaderRows, reader_rows
from frontpage.features.total_states import TotalRows, no_totals, total_rows


@dataclass(frozen=True, slots=True)
class States:
    """State rows of one moment (or, from Feast, of several); codes are those of `names`."""

    names: Names
    articles: ArticleRows
    article_audiences: ArticleAudienceRows
    totals: TotalRows
    readers: ReaderRows


def states_at(
    dataset: InteractionDataset,
    as_of: datetime,
    data: DataParams,
    *,
    articles: Ints | None = None,
    readers: Ints | None = None,
    with_totals: bool = True,
) -> States:
    """The state of every article, audience, total and reader as known at `as_of`, of reads within the data's bounds.

    articles, readers: dataset positions, ascending, to have rows; default all that were known by then. Rows without
    reads hold facts only. Reads of articles that were not known by then count for the reader and everywhere.
    with_totals: whether features are made of these states; totals cost more than all else, and nothing else needs them.
    A dataset taken later, that reaches back far enough, gives the same states.
    """
    known = known_reads(dataset, as_of, data)
    return states_from(
        known,
        known_articles(known, data) if articles is None else articles,
        known_readers(known) if readers is None else readers,
        with_totals=with_totals,
    )


def states_from(known: KnownReads, articles: Ints, readers: Ints, *, with_totals: bool = True) -> States:
    """States of some articles and readers (dataset positions, ascending), and of all totals or none."""
    return States(
        names=known.dataset.names,
        articles=article_rows(known, articles),
        article_audiences=article_audience_rows(known, articles),
        totals=total_rows(known) if with_totals else no_totals(),
        readers=reader_rows(known, readers),
    )
