"""Lists of every policy at some cutoffs of a walk, by keys, and worlds that differ only in what was recorded later."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from frontpage.core import columns as c
from frontpage.core.history import History
from frontpage.features.history import history_at
from models.context import scoring_context
from models.replay.replayed import OURS
from models.replay.walk import _Walk

from .newsroom_world import PARAMS, newsroom
from .worlds import NOW, article, read, reader

#: Everything recorded after this is the future.
CUT = NOW - timedelta(hours=9)
TICKS = (CUT - timedelta(hours=3), CUT)
N_READERS = 60

Lists = dict[tuple[datetime, str], list[tuple[int, int, str]]]


def world() -> History:
    """A newsroom of two days."""
    return newsroom(N_READERS, 48)


def lists(history: History, cutoffs: Sequence[datetime] = TICKS) -> Lists:
    """(reader key, rank, article id) of every policy at every cutoff, after a training at the first one."""
    walk = _Walk(history, PARAMS, {OURS: PARAMS}, {}, seed=0)
    walk.retrain(cutoffs[0])
    readers = np.searchsorted(walk.dataset.reader_keys, np.arange(N_READERS))
    found: Lists = {}
    for cutoff in cutoffs:
        at = scoring_context(walk.dataset, cutoff, PARAMS, readers=readers)
        for name, top_k in walk.lists(at)[1].items():
            keys = at.dataset.reader_keys[at.readers[top_k.reader]].tolist()
            names = at.dataset.article_ids[at.live[top_k.article]].tolist()
            found[cutoff, name] = list(zip(keys, top_k.rank.tolist(), names, strict=True))
    return found


def truncated(history: History) -> History:
    """The log of somebody who had stopped listening at the cut."""
    return history_at(history, CUT, PARAMS.data)


def other_reads(history: History) -> History:
    """Reads after the cut by other readers, of other articles, from other regions, and only half of them."""
    random, reads = np.random.default_rng(7), history.reads.copy()
    late = np.flatnonzero(reads[c.RECORDED_AT] > CUT)
    for column in (c.READER_KEY, c.ARTICLE_ID, c.REGION, c.DWELL_SECONDS):
        reads.iloc[late, reads.columns.get_loc(column)] = random.permutation(reads[column].to_numpy()[late])
    dropped = random.choice(late, len(late) // 2, replace=False)
    return replace(history, reads=reads.drop(index=dropped).reset_index(drop=True))


def late_rows(history: History) -> History:
    """Reads that happened before the cut, by everybody of one article, and were recorded after it."""
    name = history.articles[c.ARTICLE_ID].iloc[0]
    rows = [read(key, name, 12.0, **{c.RECORDED_AT: CUT + timedelta(hours=1)}) for key in range(N_READERS)]
    return replace(history, reads=_ordered([history.reads, _like(history.reads, rows)], [c.OCCURRED_AT, c.EVENT_ID]))


def later_articles(history: History) -> History:
    """New versions of all articles, whose labels and texts say who will read them; some of them retracted."""
    will_read = history.reads[history.reads[c.RECORDED_AT] > CUT].groupby(c.ARTICLE_ID)[c.READER_KEY].first()
    code = history.articles[c.ARTICLE_ID].map(will_read).fillna(-1).astype(int).astype(str)
    changed = history.articles.assign(**{
        c.CATEGORY: "for " + code, c.PUBLISHER: "for " + code, c.TITLE: "word" + code.str.replace("-", "x"),
        c.RECORDED_AT: pd.Timestamp(CUT + timedelta(hours=1)),
    })  # fmt: skip
    changed.loc[::5, c.STATUS] = "retracted"
    known = history.articles[c.RECORDED_AT] <= CUT
    articles = _ordered([changed[known], history.articles[~known]], [c.ARTICLE_ID])
    return replace(history, articles=articles, older_articles=history.articles[known].reset_index(drop=True))


def later_readers(history: History) -> History:
    """Readers who move, and name as their interest what they will read."""
    moved = history.readers.assign(**{c.REGION: "east", c.RECORDED_AT: pd.Timestamp(CUT + timedelta(hours=1))})
    moved[c.INTERESTS] = [("money",)] * len(moved)
    return replace(history, readers=moved, older_readers=history.readers)


def newcomers(history: History) -> History:
    """Readers and articles nobody knew of, in between the others by key, and their reads."""
    after = CUT + timedelta(hours=1)
    names = [f"mn{number:03d}x" for number in range(30)]
    rows = [article(name, 8.0, **{c.CATEGORY: "arts", c.PUBLISHER: "paper 9"}) for name in names]
    people = [reader(N_READERS + key, **{c.REGION: "centre", c.RECORDED_AT: after, c.SIGNED_UP_AT: after})
              for key in range(500)]  # fmt: skip
    reads = [read(N_READERS + key, names[key % 30], 7.0, **{c.REGION: "centre"}) for key in range(500)]
    return replace(
        history,
        articles=_ordered([history.articles, _like(history.articles, rows)], [c.ARTICLE_ID]),
        readers=_ordered([history.readers, _like(history.readers, people)], [c.READER_KEY]),
        reads=_ordered([history.reads, _like(history.reads, reads)], [c.OCCURRED_AT, c.EVENT_ID]),
    )


#: Every way to change the future, and all at once.
FUTURES: tuple[Callable[[History], History], ...] = (
    other_reads, late_rows, later_articles, later_readers, newcomers, truncated,
)  # fmt: skip


def _like(frame: pd.DataFrame, rows: list[dict[str, Any]]) -> pd.DataFrame:
    made = pd.DataFrame(rows, columns=frame.columns)
    for name in frame.columns:
        if isinstance(frame[name].dtype, pd.DatetimeTZDtype):
            made[name] = pd.to_datetime(made[name], utc=True)
        else:
            made[name] = made[name].astype(frame[name].dtype)
        if frame[name].dtype == object:
            made[name] = made[name].where(made[name].notna(), None)
    return made


def _ordered(frames: list[pd.DataFrame], by: list[str]) -> pd.DataFrame:
    return pd.concat(frames, ignore_index=True).sort_values(by, ignore_index=True)
