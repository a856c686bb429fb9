"""Batch scoring: every active reader's list at one moment, in blocks."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pandas as pd
from tqdm import tqdm

from core.params import Params
from models.fallback import popularity_lists
from models.ledger import Ints
from models.moment import Moment

#: Readers whose candidates are in memory at once.
BLOCK_READERS = 2_000

#: Lists [reader, rank] for some reader rows of a moment.
Lister = Callable[[Moment, Params, Ints], pd.DataFrame]


def score_blocks(moment: Moment, params: Params, lister: Lister = popularity_lists) -> Iterator[pd.DataFrame]:
    """Lists of all readers of the moment, a block at a time, in ascending order of reader key."""
    rows = np.arange(len(moment.readers), dtype=np.int64)
    starts = range(0, len(rows), BLOCK_READERS)
    for start in tqdm(starts, desc="score", unit="block", disable=None):
        yield lister(moment, params, rows[start : start + BLOCK_READERS])
