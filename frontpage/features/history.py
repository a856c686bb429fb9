"""A history seen from an earlier moment."""

from datetime import datetime
from typing import Any

import pandas as pd

from frontpage.core import columns as c
from frontpage.core.history import History, first_read
from frontpage.core.sections.data import DataParams


def history_at(history: History, as_of: datetime, data: DataParams) -> History:
    """What `load_history` would have given at `as_of`, as far as `history` reaches back.

    Only rows recorded by `as_of` are in it, each article and reader as known then (`older_articles`, `older_readers`).
    What was shown in lists is left out: it belongs to the windows of one training.
    It equals the load where `history` was loaded with `max_days` that cover its own window; otherwise the
    window is cut short at its far end.
    """
    reads, since = history.reads, data.since(as_of)
    known = (reads[c.RECORDED_AT] <= as_of) & (reads[c.OCCURRED_AT] <= as_of) & (reads[c.OCCURRED_AT] > since)
    reads = reads[known].iloc[-data.max_interactions :].reset_index(drop=True)
    articles, older_articles = _known(history.articles, history.older_articles, c.ARTICLE_ID, as_of)
    young = articles[[c.FIRST_SEEN_AT, c.PUBLISHED_AT]].max(axis=1) > data.unread_since(as_of, first_read(reads))
    matters = articles[young | articles[c.ARTICLE_ID].isin(reads[c.ARTICLE_ID])].reset_index(drop=True)
    readers, older_readers = _known(history.readers, history.older_readers, c.READER_KEY, as_of)
    return History(as_of, matters, reads, readers, older_articles, older_readers)


def known_versions(
    newest: pd.DataFrame, older: "pd.DataFrame | None", key: str, moment: datetime
) -> "pd.DataFrame | None":
    """`newest` with the rows recorded after `moment` replaced by what was known then; None where that changes nothing.

    Same keys in the same order; a row that has no version known then stays.
    """
    if older is None or older.empty:
        return None
    late = newest[newest[c.RECORDED_AT] > moment]
    past = older[(older[c.RECORDED_AT] <= moment) & older[key].isin(late[key])].drop_duplicates(key, keep="last")
    if past.empty:
        return None
    kept = newest[~newest[key].isin(past[key])]
    return _stack([kept, past]).sort_values(key, kind="stable").reset_index(drop=True)


def _known(
    newest: pd.DataFrame, older: "pd.DataFrame | None", key: str, as_of: datetime
) -> "tuple[pd.DataFrame, pd.DataFrame | None]":
    """The latest row of each key recorded by `as_of`, ordered by key, and the rows that it had replaced."""
    current = newest[newest[c.RECORDED_AT] <= as_of]
    if older is None or older.empty:
        return current.reset_index(drop=True), older
    past = older[older[c.RECORDED_AT] <= as_of]
    restored = past[~past[key].isin(current[key])]
    latest = restored.drop_duplicates(key, keep="last")
    merged = _stack([current, latest]).sort_values(key, kind="stable").reset_index(drop=True)
    return merged, past.drop(index=latest.index).reset_index(drop=True)


def _stack(frames: list[pd.DataFrame]) -> pd.DataFrame:
    filled: list[Any] = [frame for frame in frames if len(frame)]
    return pd.concat(filled, ignore_index=True) if filled else frames[0]
