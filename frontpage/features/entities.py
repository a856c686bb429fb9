"""States turned forward to the moment they are asked for, and row look-ups between them.

Refresh has one moment for all rows; training has one per row (the cutoff it goes back to). Both give the same arrays:
rows are entities at a moment, and a pair of reader and article is two row numbers.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontpage.core.schema.states import HALF_LIVES_HOURS
from frontpage.features import compiled
from frontpage.features.grouping import HOUR_US, Floats, Ints
from frontpage.features.interactions import NEVER
from frontpage.features.known_reads import Activity
from frontpage.features.memo import Memo
from frontpage.features.reader_states import ReaderRows
from frontpage.features.states import States
from frontpage.features.total_states import EVERYWHERE, TotalRows

#: Assumed where no reading time was ever measured; the feature is constant then.
DEFAULT_DWELL_SECONDS: Final = 60.0
#: Code of a scope that has no total.
_NO_TOTAL: Final = -1


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums of the scopes that a row belongs to, aligned with its rows: reads [row, half-life], mean dwell [row]."""

    reads: Floats
    mean_dwell_seconds: Floats


@dataclass(frozen=True, slots=True)
class Entities:
    """States at their moments.

    article_reads, reader_reads [row, half-life]: sums as of the row's moment. everywhere, category, publisher: totals
    of each article row. audience_totals [kind]: totals of the audience that each reader row belongs to.
    audience_reads [row, half-life], audiences [row]: those of article row a from audience_starts[a] on, by audience.
    scopes: the totals by name. article_memo, reader_memo: what is worked out once from the rows of either.
    """

    states: States
    article_reads: Floats
    article_hours: Floats
    reader_reads: Floats
    reader_hours: Floats
    everywhere: Totals
    category: Totals
    publisher: Totals
    audience_totals: tuple[Totals, ...]
    audience_reads: Floats
    audience_starts: Ints
    audiences: Ints
    scopes: Scopes
    article_memo: Memo = field(default_factory=Memo, repr=False, compare=False)
    reader_memo: Memo = field(default_factory=Memo, repr=False, compare=False)

    def reads_of_audience(self, article_rows: Ints, audiences: Ints, half_life: int) -> Floats:
        """Reads of each article from an audience [pair], with one of the half-lives; zero where there are none."""
        reads: Floats = self.audience_column(half_life)[self.audience_rows(article_rows, audiences)]
        return reads

    def audience_rows(self, article_rows: Ints, audiences: Ints) -> Ints:
        """The row of `audience_reads` of each article and audience, or -1."""
        rows: Ints = compiled.rows_of_keys(self.audience_starts, self.audiences, article_rows, audiences)
        return rows

    def audience_column(self, half_life: int) -> Floats:
        """One half-life of `audience_reads`, and a zero for row -1."""
        column: Floats = self.article_memo.kept(
            ("audience", half_life), lambda: np.append(self.audience_reads[:, half_life], 0.0)
        )
        return column

    def of_readers(self, readers: ReaderRows) -> Entities:
        """The same articles for other readers, whose codes are those of the same names."""
        states = replace(self.states, readers=readers)
        return replace(self, states=states, **_of_readers(states, self.scopes), reader_memo=Memo())


@dataclass(frozen=True, slots=True)
class Pairs:
    """Row numbers into the readers and articles of `Entities`, one entry per pair."""

    readers: Ints
    articles: Ints

    def __len__(self) -> int:
        return len(self.readers)


def turned(reads: Activity, at_us: Ints) -> tuple[Floats, Floats]:
    """Sums turned forward to each row's moment, and hours since its last read (infinite without one).

    A moment before the last read counts as the last read.
    """
    elapsed = np.where(reads.last_us == NEVER, np.inf, (at_us - reads.last_us) / HOUR_US)
    hours: Floats = np.maximum(elapsed, 0.0)
    return reads.decayed * np.exp2(-hours[:, None] / np.asarray(HALF_LIVES_HOURS)), hours


def entities_of(states: States) -> Entities:
    """The entities of states, each row at its own moment."""
    articles, groups = states.articles, states.article_audiences
    article_reads, article_hours = turned(articles.reads, articles.at_us)
    scopes = Scopes.of(states.totals)
    owner = _look_up([articles.article, articles.at_us], [groups.article, groups.at_us])
    kept = np.flatnonzero(owner >= 0)
    width = max(len(states.names.audiences), 1)
    keys = owner[kept] * width + groups.audience[kept]
    order = np.argsort(keys, kind="stable")
    return Entities(
        states=states,
        article_reads=article_reads,
        article_hours=article_hours,
        **_of_readers(states, scopes),
        **_article_totals(states, scopes),
        scopes=scopes,
        audience_reads=turned(groups.reads, groups.at_us)[0][kept[order]],
        audience_starts=np.searchsorted(keys[order] // width, np.arange(len(articles.article) + 1)),
        audiences=keys[order] % width,
    )


def pairs_of(
    entities: Entities, reader_keys: NDArray[Any], article_ids: NDArray[Any], at_us: Ints | None = None
) -> Pairs:
    """Row numbers of pairs given by key; `at_us` (one per pair) where the entities stand at several moments.

    Raises KeyError where a reader or article is not there at that moment.
    """
    readers, articles = entities.states.readers, entities.states.articles
    codes = np.asarray(entities.states.names.articles.get_indexer(pd.Index(article_ids)), dtype=np.int64)
    if at_us is None:
        reader_rows = _look_up([readers.reader_key], [np.asarray(reader_keys)])
        article_rows = _look_up([articles.article], [codes])
    else:
        reader_rows = _look_up([readers.reader_key, readers.at_us], [np.asarray(reader_keys), at_us])
        article_rows = _look_up([articles.article, articles.at_us], [codes, at_us])
    for what, rows in (("reader", reader_rows), ("article", article_rows)):
        if (rows < 0).any():
            raise KeyError(f"{what} of pair {int(np.argmin(rows))} has no state")
    return Pairs(reader_rows, article_rows)


@dataclass(frozen=True, slots=True)
class Scopes:
    """Totals by the name of their scope: reads [row, half-life] and mean dwell [row] at the row's own moment."""

    rows: TotalRows
    reads: Floats
    dwell: Floats
    codes: Ints
    code_of: dict[str, int]

    @classmethod
    def of(cls, rows: TotalRows) -> Scopes:
        """The totals of all scopes that there are."""
        measured = rows.dwell_count > 0
        dwell = np.where(measured, rows.dwell_sum_seconds / np.maximum(rows.dwell_count, 1), np.nan)
        codes, distinct = pd.factorize(pd.Index(rows.scope))
        code_of = {str(name): code for code, name in enumerate(distinct)}
        return cls(rows, turned(rows.reads, rows.at_us)[0], dwell, np.asarray(codes, dtype=np.int64), code_of)

    def totals(self, scopes: list[str], codes: Ints, at_us: Ints) -> Totals:
        """Totals of the scope that each row's code names, at each row's moment; zeros where there is none."""
        by_code = [self.code_of.get(name, _NO_TOTAL) for name in scopes]
        wanted = np.append(by_code, _NO_TOTAL).astype(np.int64)[codes]
        rows = _look_up([self.codes, self.rows.at_us], [wanted, at_us])
        padded_reads = np.vstack([self.reads, np.zeros((1, len(HALF_LIVES_HOURS)))])
        return Totals(padded_reads[rows], np.append(self.dwell, np.nan)[rows])


def _article_totals(states: States, scopes: Scopes) -> dict[str, Any]:
    articles, names = states.articles, states.names
    everywhere = scopes.totals([EVERYWHERE], np.zeros(len(articles.article), dtype=np.int64), articles.at_us)
    usual = np.where(np.isnan(everywhere.mean_dwell_seconds), DEFAULT_DWELL_SECONDS, everywhere.mean_dwell_seconds)
    return {
        "everywhere": Totals(everywhere.reads, usual),
        "category": scopes.totals([f"category={name}" for name in names.categories], articles.category, articles.at_us),
        "publisher": scopes.totals(
            [f"publisher={name}" for name in names.publishers], articles.publisher, articles.at_us
        ),
    }


def _of_readers(states: States, scopes: Scopes) -> dict[str, Any]:
    """What hangs on the reader rows alone."""
    readers, audiences = states.readers, list(states.names.audiences)
    reads, hours = turned(readers.reads, readers.at_us)
    totals = (scopes.totals(audiences, codes, readers.at_us) for codes in readers.audiences.T)
    return {"reader_reads": reads, "reader_hours": hours, "audience_totals": tuple(totals)}


def _look_up(columns: list[Any], wanted: list[Any]) -> Ints:
    """For each wanted key (one array per key column) the row that has it, or -1; keys of rows are unique."""
    if len(columns) == 1:
        return np.asarray(pd.Index(columns[0]).get_indexer(pd.Index(wanted[0])), dtype=np.int64)
    n_rows = len(columns[0])
    key = np.zeros(n_rows + len(wanted[0]), dtype=np.int64)
    for column, other in zip(columns, wanted, strict=True):
        codes, names = pd.factorize(np.concatenate([column, other]))
        key = key * (len(names) + 1) + codes + 1
    return np.asarray(pd.Index(key[:n_rows]).get_indexer(pd.Index(key[n_rows:])), dtype=np.int64)
