"""A history's reads as arrays: weights, times and codes into its articles, regions and readers."""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt
import pandas as pd

from core import columns as c
from core.history import History
from features.grouping import Floats, Ints, last_of

#: One read counts 1. An act that costs the reader more says more: Deskdrop's publishers weigh them in this order, and
#: its popularity rules (docs/reference/features.md) were measured with weights of this size.
KIND_WEIGHTS: Final = {"read": 1.0, "like": 2.0, "bookmark": 2.5, "follow": 3.0, "share": 3.5, "comment": 4.0}
#: Reading time is what the product is for, so a measured dwell moves a read's weight between 0.5 (left at once) and
#: 1.5 (this long or longer); half of it, a minute, and an unmeasured read count 1. No more than that: long texts take
#: long to read whatever their worth.
FULL_DWELL_SECONDS: Final = 120.0
#: Longer times are a forgotten tab.
MAX_DWELL_SECONDS: Final = 1800.0


@dataclass(frozen=True, slots=True)
class Events:
    """Reads in order of time. Codes index `articles`, `region_names` and `readers`; -1 is unknown.

    articles: article_id, category, publisher, language, started_at. readers: reader_key, region, interests.
    """

    at_us: Ints
    weights: Floats
    dwell: Floats
    article_codes: Ints
    region_codes: Ints
    reader_codes: Ints
    articles: pd.DataFrame
    readers: pd.DataFrame
    region_names: npt.NDArray[Any]

    def labels(self, column: str) -> tuple[npt.NDArray[Any], Ints]:
        """Sorted values of a text column of `articles`, and each event's code among them (-1: none)."""
        codes, names = codes_of(self.articles[column])
        return names, np.where(self.article_codes >= 0, np.append(codes, -1)[self.article_codes], -1)


def events_of(history: History) -> Events:
    """The events of a history; a reader known only by reads gets a row, and the region read from last."""
    reads = history.reads
    articles = article_facts(history.articles)
    at_us = reads[c.OCCURRED_AT].to_numpy(dtype="datetime64[us]").astype(np.int64)
    dwell = np.minimum(reads[c.DWELL_SECONDS].to_numpy(dtype=np.float64), MAX_DWELL_SECONDS)
    readers = _readers(history)
    reader_codes = pd.Index(readers[c.READER_KEY]).get_indexer(reads[c.READER_KEY])
    region_names, read_regions, home_regions = _regions(reads[c.REGION], readers[c.REGION])
    home = np.where(home_regions >= 0, home_regions, _last_region(reader_codes, read_regions, len(readers)))
    names = np.array([*region_names, None], dtype=object)  # -1 is none
    return Events(
        at_us=at_us,
        weights=read_weights(reads[c.KIND], dwell),
        dwell=dwell,
        article_codes=pd.Index(articles[c.ARTICLE_ID]).get_indexer(reads[c.ARTICLE_ID]),
        region_codes=np.where(read_regions >= 0, read_regions, home[reader_codes]) if len(reads) else read_regions,
        reader_codes=reader_codes,
        articles=articles,
        readers=readers.assign(**{c.REGION: names[home]}),
        region_names=region_names,
    )


def read_weights(kinds: "pd.Series[Any]", dwell: Floats) -> Floats:
    """Weight of each event: its kind's, times 0.5 to 1.5 by its reading time where that was measured."""
    weights = np.asarray(kinds.map(KIND_WEIGHTS), dtype=np.float64)
    of_dwell = 0.5 + np.minimum(dwell, FULL_DWELL_SECONDS) / FULL_DWELL_SECONDS
    return np.asarray(weights * np.where(np.isnan(dwell), 1.0, of_dwell), dtype=np.float64)


def article_facts(articles: pd.DataFrame) -> pd.DataFrame:
    """article_id, category, publisher, language, started_at (the earlier of published and first seen)."""
    started = articles[[c.PUBLISHED_AT, c.FIRST_SEEN_AT]].min(axis=1).astype("datetime64[us, UTC]")
    facts = articles[[c.ARTICLE_ID, c.CATEGORY, c.PUBLISHER, c.LANGUAGE]].assign(**{c.STARTED_AT: started})
    return facts.reset_index(drop=True)


def codes_of(column: "pd.Series[Any]") -> tuple[Ints, npt.NDArray[Any]]:
    """Codes into the sorted distinct values, -1 for missing, and those values."""
    codes, names = pd.factorize(column, sort=True)
    return codes.astype(np.int64), np.asarray(names, dtype=object)


def _readers(history: History) -> pd.DataFrame:
    known = history.readers[[c.READER_KEY, c.REGION, c.INTERESTS]]
    keys = np.union1d(known[c.READER_KEY].to_numpy(np.int64), history.reads[c.READER_KEY].unique().astype(np.int64))
    readers = pd.DataFrame({c.READER_KEY: keys}).merge(known, on=c.READER_KEY, how="left")
    readers[c.INTERESTS] = [tuple(picked) if np.iterable(picked) else () for picked in readers[c.INTERESTS]]
    return readers


def _regions(reads: "pd.Series[Any]", readers: "pd.Series[Any]") -> tuple[npt.NDArray[Any], Ints, Ints]:
    codes, names = codes_of(pd.concat([reads, readers], ignore_index=True).replace("", None))
    return names, codes[: len(reads)], codes[len(reads) :]


def _last_region(reader_codes: Ints, region_codes: Ints, n_readers: int) -> Ints:
    known = region_codes >= 0
    return last_of(reader_codes[known], region_codes[known], n_readers, -1)
