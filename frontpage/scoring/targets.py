"""What other policies would have put into a place of earlier lists: their lists, made again at that moment."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontpage.core import columns as c
from frontpage.core.errors import FrontpageError
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.features.feature_store.bulk import ReaderLookup
from frontpage.features.feature_store.repository import opened
from frontpage.features.grouping import Ints
from frontpage.scoring.prepare import ScoringContexts, inputs_at, maker_of
from frontpage.scoring.recommenders import Recommender
from frontpage.store.connect import Connection
from frontpage.store.server import database_url
from models.pipeline import BLOCK_READERS
from models.retrieval.candidates import EXPLORED

RECENCY = "recency"
_NEWEST = {"retrieve": "live", "rank": "newest", "rerank": ["rules"], "explain": "counts"}

#: The article of each slot, None where there is none; or a sentence that says why nobody can tell.
Choices = NDArray[np.object_] | str


def with_recency(params: Params) -> Params:
    """The parameters with a variant that goes by time of publication alone."""
    return params.model_copy(update={"variants": {**params.variants, RECENCY: _NEWEST}})


def choices(
    connection: Connection, settings: Settings, params: Params, slots: pd.DataFrame, variants: Mapping[str, str]
) -> dict[str, Choices]:
    """The article that each variant would have put into each slot [slot of `store.judging.slots`], by name.

    The best of its list that does not stand in another place already; what it would give by lot itself does not count.
    A variant whose lists cannot be made again, as where features of a moment were purged, has a sentence instead.
    """
    found: dict[str, Choices] = {name: np.full(len(slots), None, dtype=object) for name in variants}
    for made_at, rows in slots.groupby("made_at"):
        moment = pd.Timestamp(str(made_at)).to_pydatetime()
        contexts = ScoringContexts(connection, moment)
        keys = np.unique(rows[c.READER_KEY].to_numpy())
        for name, variant in variants.items():
            chosen = found[name]
            if isinstance(chosen, str):
                continue
            try:
                lists = _lists(connection, settings, params, moment, contexts, variant, keys)
            except FrontpageError as error:
                found[name] = str(error)
                continue
            chosen[rows.index] = _best(rows, lists)
    return found


def _best(rows: pd.DataFrame, lists: Mapping[int, list[str]]) -> NDArray[np.object_]:
    picked: list[Any] = [
        next((name for name in lists.get(key, ()) if name not in above), None)
        for key, above in zip(rows[c.READER_KEY], rows["above"], strict=True)
    ]
    return np.array(picked, dtype=object)


def _lists(
    connection: Connection,
    settings: Settings,
    params: Params,
    as_of: datetime,
    contexts: ScoringContexts,
    variant: str,
    keys: Ints,
) -> Mapping[int, list[str]]:
    """Article ids of some readers' lists at a moment, best first."""
    by = maker_of(connection, settings, params, as_of, variant)
    at = contexts(by.params)
    at = at.of_readers(np.flatnonzero(np.isin(at.dataset.reader_keys[at.readers], keys)))
    recommender = Recommender.of(by.pipeline, inputs_at(connection, at, by, contexts), asks_readers=by.asks_readers)
    lookup = ReaderLookup(opened(database_url(settings))) if by.asks_readers else None
    made: dict[int, list[str]] = {}
    for first in range(0, len(at.readers), BLOCK_READERS):
        rows = np.arange(first, min(first + BLOCK_READERS, len(at.readers)), dtype=np.int64)
        frame = recommender(lookup, rows).select([c.READER_KEY, c.RANK, c.ARTICLE_ID, c.CANDIDATE_SOURCE]).to_pandas()
        frame = frame[frame[c.CANDIDATE_SOURCE] != EXPLORED].sort_values([c.READER_KEY, c.RANK])
        made |= {int(key): [str(name) for name in names] for key, names in frame.groupby(c.READER_KEY)[c.ARTICLE_ID]}
    return made
