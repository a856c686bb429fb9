"""Rules on data, and the history without each: what a training would learn from if nobody had minded.

A rule is turned back as far as the tables allow: copies are no copies, reads that were set aside count, reading time
says nothing. What a normaliser rewrote (addresses, labels, languages) is not kept as it came and is not judged.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from frontpage.core import columns as c
from frontpage.core.history import History

#: Name of what comes of switching all of them off at once.
ALL_RULES = "all of them"


@dataclass(frozen=True, slots=True)
class SetAside:
    """Reads that teach nothing, with the columns of `History.reads`.

    refused: in quarantine for a reading time or a kind that cannot be. suspicious: made by no person.
    """

    refused: pd.DataFrame
    suspicious: pd.DataFrame

    def within(self, history: History) -> SetAside:
        """Those of the history's readers and articles; the others would teach it nothing either."""
        return SetAside(_known(self.refused, history), _known(self.suspicious, history))


@dataclass(frozen=True, slots=True)
class DataRule:
    """What a rule says, how many rows it concerns, and the history without it."""

    name: str
    says: str
    n_rows: Callable[[History, SetAside], int]
    without: Callable[[History, SetAside], History]


def with_reads(history: History, more: pd.DataFrame) -> History:
    """The history with more reads, in order of time."""
    if more.empty:
        return history
    reads = pd.concat([history.reads, more[history.reads.columns]], ignore_index=True)
    return replace(history, reads=reads.sort_values([c.OCCURRED_AT, c.EVENT_ID], kind="stable", ignore_index=True))


def with_copies_apart(history: History) -> History:
    """The history in which a copy is an article like any other."""
    apart = {c.DUPLICATE_OF: None, c.DUPLICATE_KIND: None}
    older = history.older_articles
    return replace(
        history,
        articles=history.articles.assign(**apart),
        older_articles=None if older is None else older.assign(**apart),
    )


def without_dwell(history: History) -> History:
    """The history in which no reading time was measured."""
    return replace(history, reads=history.reads.assign(**{c.DWELL_SECONDS: np.nan}))


DATA_RULES = (
    DataRule(
        "cleaning",
        "a read whose reading time or kind cannot be is not loaded",
        lambda _, aside: len(aside.refused),
        lambda history, aside: with_reads(history, aside.refused),
    ),
    DataRule(
        "duplicates",
        "a read of a copy counts for the article that it repeats, and a copy is not listed",
        lambda history, _: int(history.articles[c.DUPLICATE_OF].notna().sum()),
        lambda history, _: with_copies_apart(history),
    ),
    DataRule(
        "suspicion",
        "a read that no person made teaches nothing",
        lambda _, aside: len(aside.suspicious),
        lambda history, aside: with_reads(history, aside.suspicious),
    ),
    DataRule(
        "dwell",
        "a longer read counts for more",
        lambda history, _: int(history.reads[c.DWELL_SECONDS].notna().sum()),
        lambda history, _: without_dwell(history),
    ),
)


def without_all(history: History, aside: SetAside) -> History:
    """The history without any of them."""
    for rule in DATA_RULES:
        history = rule.without(history, aside)
    return history


def _known(reads: pd.DataFrame, history: History) -> pd.DataFrame:
    by_reader = reads[c.READER_KEY].isin(history.readers[c.READER_KEY])
    return reads[by_reader & reads[c.ARTICLE_ID].isin(history.articles[c.ARTICLE_ID])].reset_index(drop=True)
