"""States turned forward to the moment they are asked for, with the totals they are compared with, and row look-ups.

Refresh has one moment for all rows; training has one per row (the tick it looks back to). Both give the same frames:
rows are entities at a moment (`as_of` column), and a pair of reader and article is three row numbers.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from core import columns as c
from features.activity import EVERYWHERE, HALF_LIVES_HOURS, States, at, stacked
from features.grouping import Ints

ALL_READS: Final = "all_decayed_reads"
TOP_READS: Final = "all_top_decayed_reads"
REGION_READS: Final = "region_decayed_reads"
MEAN_DWELL: Final = "all_mean_dwell_seconds"
AGE_HOURS: Final = "age_hours"
#: Assumed where no reading time was ever measured; the feature is constant then.
DEFAULT_DWELL_SECONDS: Final = 60.0


@dataclass(frozen=True, slots=True)
class Entities:
    """Articles, (article, region)s and readers at their moments; row numbers are what `Pairs` holds.

    articles: `at` columns, age_hours, and the totals of all reads at that moment. regions: article_regions rows.
    readers: `at` columns and the totals of the reader's region.
    """

    articles: pd.DataFrame
    regions: pd.DataFrame
    readers: pd.DataFrame


@dataclass(frozen=True, slots=True)
class Pairs:
    """Row numbers into `Entities`, one entry per pair; `regions` is -1 where the article has no reads in the region."""

    readers: Ints
    articles: Ints
    regions: Ints

    def __len__(self) -> int:
        return len(self.readers)


def entities_at(states: States, as_of: "datetime | None" = None) -> Entities:
    """The entities of `states` at `as_of`; None: at each row's own `as_of` column, which every frame then has."""
    articles, regions, totals, readers = (
        _turned(frame, as_of) for frame in (states.articles, states.article_regions, states.regions, states.readers)
    )
    everywhere = totals[totals[c.REGION] == EVERYWHERE]
    ages = (articles[c.AS_OF] - articles[c.STARTED_AT]).dt.total_seconds() / 3600
    rows = _look_up([everywhere[c.AS_OF]], [articles[c.AS_OF]])
    region_rows = _look_up([totals[c.REGION], totals[c.AS_OF]], [readers[c.REGION], readers[c.AS_OF]])
    more: dict[str, Any] = {
        AGE_HOURS: np.maximum(ages.fillna(0.0).to_numpy(np.float64), 0.0),
        ALL_READS: _picked(everywhere[c.DECAYED_READS], rows),
        TOP_READS: _picked(everywhere[c.TOP_DECAYED_READS], rows),
        MEAN_DWELL: _mean_dwell(everywhere)[rows],
    }
    of_region: dict[str, Any] = {REGION_READS: _picked(totals[c.DECAYED_READS], region_rows)}
    return Entities(articles.assign(**more), regions, readers.assign(**of_region))


def pairs_of(
    entities: Entities,
    reader_keys: npt.ArrayLike,
    article_ids: npt.ArrayLike,
    as_of: "pd.Series[Any] | pd.DatetimeIndex | None" = None,
) -> Pairs:
    """Row numbers of pairs given by key; `as_of` (one per pair) where the entities stand at several moments.

    Raises KeyError where a reader or article is not there at that moment.
    """
    moments = [] if as_of is None else [pd.Series(as_of)]
    reader_columns = [entities.readers[c.READER_KEY]] + ([entities.readers[c.AS_OF]] if moments else [])
    article_columns = [entities.articles[c.ARTICLE_ID]] + ([entities.articles[c.AS_OF]] if moments else [])
    readers = _look_up(reader_columns, [pd.Series(np.asarray(reader_keys)), *moments])
    articles = _look_up(article_columns, [pd.Series(np.asarray(article_ids, dtype=object)), *moments])
    for what, rows in (("reader", readers), ("article", articles)):
        if (rows < 0).any():
            raise KeyError(f"{what} of pair {int(np.argmin(rows))} has no state")
    return pairs_of_rows(entities, readers, articles)


def pairs_of_rows(entities: Entities, reader_rows: Ints, article_rows: Ints) -> Pairs:
    """Pairs given by row numbers into `entities.readers` and `entities.articles`; the region's row is found."""
    names = pd.Index(entities.readers[c.REGION].dropna().unique())
    regions = entities.regions
    home = np.append(names.get_indexer(entities.readers[c.REGION]), -1)
    owners = _look_up(
        [entities.articles[c.ARTICLE_ID], entities.articles[c.AS_OF]], [regions[c.ARTICLE_ID], regions[c.AS_OF]]
    )
    region_codes = names.get_indexer(regions[c.REGION])
    known = np.flatnonzero((owners >= 0) & (region_codes >= 0))
    keys = owners[known] * (len(names) + 1) + region_codes[known]
    order = np.argsort(keys)
    wanted = article_rows * (len(names) + 1) + home[reader_rows]
    wanted = np.where(home[reader_rows] < 0, -1, wanted)
    place = np.searchsorted(keys[order], wanted)
    found = np.append(keys[order], -2)[place] == wanted
    return Pairs(reader_rows, article_rows, np.where(found, np.append(known[order], -1)[place], -1))


def _turned(frame: pd.DataFrame, as_of: "datetime | None") -> pd.DataFrame:
    if as_of is None:
        return at(frame, frame[c.AS_OF])
    moment = pd.Timestamp(as_of).tz_convert("UTC").as_unit("us")
    return at(frame, as_of).assign(**{c.AS_OF: pd.Series(moment, index=frame.index, dtype="datetime64[us, UTC]")})


def _look_up(columns: "list[pd.Series[Any]]", wanted: "list[pd.Series[Any]]") -> Ints:
    """For each wanted key (one series per key column) the row that has it, or -1; keys of rows are unique."""
    if len(columns) == 1:
        return np.asarray(pd.Index(columns[0]).get_indexer(pd.Index(wanted[0])), dtype=np.int64)
    n_rows = len(columns[0])
    key = np.zeros(n_rows + len(wanted[0]), dtype=np.int64)
    for column, other in zip(columns, wanted, strict=True):
        both = pd.concat([column.reset_index(drop=True), other.reset_index(drop=True)], ignore_index=True)
        codes, names = pd.factorize(both, use_na_sentinel=False)
        key = key * len(names) + codes
    return np.asarray(pd.Index(key[:n_rows]).get_indexer(pd.Index(key[n_rows:])), dtype=np.int64)


def _picked(column: "pd.Series[Any]", rows: Ints) -> list[Any]:
    """Rows of a matrix column; zeros for -1."""
    matrix = np.vstack([stacked(column), np.zeros((1, len(HALF_LIVES_HOURS)))])
    return list(matrix[rows])


def _mean_dwell(totals: pd.DataFrame) -> npt.NDArray[np.float64]:
    counts = totals[c.DWELL_COUNT].to_numpy(np.float64)
    sums = totals[c.DWELL_SUM_SECONDS].to_numpy(np.float64)
    means = np.where(counts > 0, sums / np.maximum(counts, 1.0), DEFAULT_DWELL_SECONDS)
    return np.append(means, DEFAULT_DWELL_SECONDS)
