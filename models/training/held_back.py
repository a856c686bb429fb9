"""The last hours before a training, held back from it: nothing is learned, chosen or calibrated from them.

So what will be served can be judged on them, once (models/evaluation/acceptance.py). A model's readers and articles are
brought up to date at each refresh, so lists are none the staler for it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np
import pandas as pd

from frontpage.core import columns as c
from frontpage.core.clock import HOUR, floor_to
from frontpage.core.history import History
from frontpage.core.params import Params
from frontpage.features.history import history_at

#: A cutoff says too little with fewer readers than this who read something in its window.
_ENOUGH_READERS = 100
_LONGEST_WINDOW = 24 * HOUR
#: At most this share of a history is held back: a new installation has little to learn from.
_LARGEST_SHARE = 1 / 5


@dataclass(frozen=True, slots=True)
class HeldBack:
    """Moments at which lists are judged, ascending; what was read within `window` after one is its answer.

    learned_until: what was known by then may be learned from; `as_of` where nothing is held back.
    """

    cutoffs: tuple[datetime, ...]
    window: timedelta
    learned_until: datetime


def held_back(history: History, params: Params) -> HeldBack:
    """What a training at the history's `as_of` must not look at; the same for the same history and parameters.

    Nothing where the history is too short. The window is doubled, up to a day, while cutoffs have few readers; cutoffs
    are fewer where they would take more than a fifth of the history.
    """
    asked, as_of, reads = params.acceptance, history.as_of, history.reads
    window, nothing = HOUR * params.ranker.window_hours, HeldBack((), HOUR * params.ranker.window_hours, as_of)
    if not asked.n_cutoffs or reads.empty:
        return nothing
    most = (as_of - reads[c.RECORDED_AT].min().to_pydatetime()) * _LARGEST_SHARE
    made = _cutoffs(as_of, asked.n_cutoffs, HOUR * asked.cutoff_hours, window, most)
    while made and window < _LONGEST_WINDOW and _typical_readers(reads, made, window) < _ENOUGH_READERS:
        wider = min(2 * window, _LONGEST_WINDOW)
        fewer = _cutoffs(as_of, asked.n_cutoffs, HOUR * asked.cutoff_hours, wider, most)
        if not fewer:
            break
        made, window = fewer, wider
    return HeldBack(made, window, made[0]) if made else nothing


def history_to_learn(history: History, params: Params) -> History:
    """The history as it was known before the hours that are held back; what was shown stays, for it is older."""
    until = held_back(history, params).learned_until
    if until == history.as_of:
        return history
    return replace(history_at(history, until, params.data), shown=history.shown)


def _cutoffs(as_of: datetime, n: int, distance: timedelta, window: timedelta, most: timedelta) -> tuple[datetime, ...]:
    """As many cutoffs, at most `n`, as stand within `most` before `as_of`; their windows do not overlap."""
    last, distance = floor_to(as_of - window, HOUR), max(distance, window)
    cutoffs = [last - distance * back for back in range(n)][::-1]
    return tuple(cutoff for cutoff in cutoffs if as_of - cutoff <= most)


def _typical_readers(reads: pd.DataFrame, cutoffs: tuple[datetime, ...], window: timedelta) -> float:
    counts = []
    for cutoff in cutoffs:
        ends = [pd.Timestamp(cutoff), pd.Timestamp(cutoff + window)]
        first, last = reads[c.OCCURRED_AT].searchsorted(ends, side="right")
        counts.append(reads[c.READER_KEY].iloc[first:last].nunique())
    return float(np.median(counts))
