"""A moment with everything the candidate sources and the ranker compare: popularity, factors, vectors."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from core import columns as c
from core.params import Params
from models.als import Factors
from models.ledger import Floats, Ints
from models.moment import Moment
from models.nearest import profiles
from models.popularity import decayed_reads

Vectors = NDArray[np.float32]


@dataclass(frozen=True, slots=True)
class View:
    """One moment's tables, by live row and reader row.

    popularity [live]; regional [region, live]; reader_factors and reader_profiles [reader row]; article_factors and
    article_vectors [live]; interests [reader row, place]: category codes picked at sign-up, -1 where there are fewer.
    """

    moment: Moment
    popularity: Floats
    regional: Floats
    reader_factors: Vectors
    article_factors: Vectors
    reader_profiles: Vectors
    article_vectors: Vectors
    interests: Ints


def view(moment: Moment, params: Params, factors: Factors, vectors: Vectors) -> View:
    """The view of a moment; `factors` and `vectors` hold one row per reader and article of its ledger."""
    half_life = params.popularity_half_life_hours
    n_regions = len(moment.ledger.regions)
    regional = [decayed_reads(moment, half_life, region) for region in range(n_regions)]
    return View(
        moment=moment,
        popularity=decayed_reads(moment, half_life),
        regional=np.array(regional).reshape(n_regions, len(moment.live)),
        reader_factors=np.ascontiguousarray(factors.reader[moment.readers]),
        article_factors=np.ascontiguousarray(factors.article[moment.live]),
        reader_profiles=profiles(moment, vectors),
        article_vectors=np.ascontiguousarray(vectors[moment.live]),
        interests=_interests(moment),
    )


def _interests(moment: Moment, width: int = 8) -> Ints:
    """The first `width` interests of each reader as category codes; a category without articles is -1."""
    ledger = moment.ledger
    table = np.full((len(ledger.reader_keys), width), -1, dtype=np.int64)
    readers = ledger.history.readers
    at = np.searchsorted(ledger.reader_keys, readers[c.READER_KEY].to_numpy(dtype=np.int64))
    lists = [tuple(picked)[:width] if picked is not None else () for picked in readers[c.INTERESTS]]
    counts = np.array([len(picked) for picked in lists], dtype=np.int64)
    filled = np.arange(width) < counts[:, None] if lists else np.zeros((0, width), dtype=bool)
    codes = np.full((len(lists), width), -1, dtype=np.int64)
    codes[filled] = ledger.categories.get_indexer(pd.Index([name for picked in lists for name in picked], dtype=object))
    table[at] = codes
    return table[moment.readers]
