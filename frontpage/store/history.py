"""What was known at a moment, read from PostgreSQL in three COPYs."""

import json
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from frontpage.core import columns as c
from frontpage.core.history import ARTICLE_COLUMNS, READ_COLUMNS, READER_COLUMNS, SHOWN_COLUMNS, History, first_read
from frontpage.core.sections.data import DataParams
from frontpage.store.connect import Connection, fetch_all, fetch_one
from frontpage.store.copying.copy_out import NEWEST, copy_out
from frontpage.store.queries import query

__all__ = [
    "TEXTS",
    "any_text",
    "articles_with_texts",
    "load_already_read",
    "load_excluded",
    "load_history",
    "load_impersonal",
    "load_refused",
    "load_suspicious",
    "with_shown",
    "with_texts",
]

#: Columns of articles that are long, and that only what reads them needs.
TEXTS = (c.URL, c.TITLE, c.SUMMARY, c.BODY, c.AUTHOR)
#: Rows of the quarantine that are looked at, the newest.
_MOST_REFUSED = 100_000


def load_history(connection: Connection, as_of: datetime, data: DataParams, *, with_text: bool = True) -> History:
    """Articles, reads and readers as known at `as_of`, within the bounds of `data`.

    Reads: recorded by `as_of`, at most `max_days` old, the newest `max_interactions` of them, suspicious ones left
    out. Articles: read by one of those, or as young as `data.unread_since` says. `with_text=False` leaves TEXTS None,
    and of reads `event_id` and `surface`, which is much faster. One moment is seen throughout: the three queries share
    a snapshot where the caller opened a transaction with repeatable read; rows recorded after `as_of` never count, so
    later loads do not matter.
    """
    bounds = {
        "as_of": as_of, "since": data.since(as_of), "max_interactions": data.max_interactions, "with_text": with_text,
    }  # fmt: skip
    reads = copy_out(connection, query("history/reads"), bounds, READ_COLUMNS)[::-1].reset_index(drop=True)
    first = first_read(reads)
    bounds |= {"first_read": first or as_of, "unread_since": data.unread_since(as_of, first)}
    articles = copy_out(connection, query("history/articles"), bounds, (*ARTICLE_COLUMNS, NEWEST))
    readers = copy_out(connection, query("history/readers"), bounds, (*READER_COLUMNS, NEWEST))
    readers[c.INTERESTS] = _texts(readers[c.INTERESTS])
    current_articles, older_articles = _current_and_older(articles)
    current_readers, older_readers = _current_and_older(readers)
    return History(
        as_of=as_of,
        articles=current_articles,
        reads=reads,
        readers=current_readers,
        older_articles=older_articles,
        older_readers=older_readers,
    )


def load_suspicious(connection: Connection, as_of: datetime, data: DataParams) -> pd.DataFrame:
    """Reads that `load_history` leaves out since no person made them, within the same bounds; newest first."""
    bounds = {"as_of": as_of, "since": data.since(as_of), "max_interactions": data.max_interactions}
    return copy_out(connection, query("history/suspicious"), bounds, READ_COLUMNS)


def load_refused(connection: Connection, as_of: datetime, data: DataParams, reasons: list[str]) -> list[dict[str, Any]]:
    """`locator, payload, recorded_at` of reads in quarantine for one of the reasons, within the same bounds."""
    bounds = {"as_of": as_of, "since": data.since(as_of), "most": _MOST_REFUSED, "reasons": reasons}
    return fetch_all(connection, query("history/refused"), bounds)


def with_texts(connection: Connection, history: History, wanted: NDArray[np.bool_]) -> History:
    """A history that was loaded without texts, with those of the `wanted` rows of its articles."""
    return replace(history, articles=articles_with_texts(connection, history.articles, wanted, history.as_of))


def articles_with_texts(
    connection: Connection, articles: pd.DataFrame, wanted: NDArray[np.bool_], as_of: datetime
) -> pd.DataFrame:
    """Articles, ordered by their ids, with the texts that the `wanted` ones had at `as_of`; None for all others."""
    articles = articles.copy(deep=False)
    ids = articles.loc[wanted, c.ARTICLE_ID].tolist()
    asked = {"as_of": as_of, "article_ids": ids}
    texts = copy_out(connection, query("history/texts"), asked, (c.ARTICLE_ID, *TEXTS))
    for name in TEXTS:
        column = np.full(len(articles), None, dtype=object)
        column[wanted] = texts[name]
        articles[name] = column
    return articles


def any_text(connection: Connection, as_of: datetime) -> bool:
    """Whether any article had a title, summary or body by `as_of`."""
    row = fetch_one(connection, query("history/has_text"), {"as_of": as_of})
    return row is not None and bool(row["has_text"])


def with_shown(connection: Connection, history: History, windows: pd.DataFrame) -> History:
    """The history with what readers were shown in lists (`History.shown`) within `windows`.

    windows: `reader_key, since_us, until_us`, the first moment exclusive.
    """
    bounds: dict[str, Any] = {name: windows[name].tolist() for name in (c.READER_KEY, c.SINCE_US, c.UNTIL_US)}
    bounds |= {"as_of": history.as_of}
    return replace(history, shown=copy_out(connection, query("history/shown"), bounds, SHOWN_COLUMNS))


def load_already_read(connection: Connection, as_of: datetime, max_age: timedelta) -> pd.DataFrame:
    """`reader_key, article_id` of everything ever read that could still be listed at `as_of`, ordered by both.

    Not bounded by the history's days; suspicious reads count too. Articles older than `max_age` have expired and are
    left out.
    """
    bounds = {"as_of": as_of, "since": as_of - max_age}
    return copy_out(connection, query("history/already_read"), bounds, (c.READER_KEY, c.ARTICLE_ID))


def load_excluded(connection: Connection, as_of: datetime, max_age: timedelta) -> pd.DataFrame:
    """`reader_key, article_id` of what readers had asked by `as_of` not to see, ordered by both.

    Hidden articles, and of muted publishers and categories the articles that are not older than `max_age`.
    """
    bounds = {"as_of": as_of, "since": as_of - max_age}
    return copy_out(connection, query("history/excluded"), bounds, (c.READER_KEY, c.ARTICLE_ID))


def load_impersonal(connection: Connection) -> list[int]:
    """Keys of the readers who want lists that are made of nothing about them, whatever the moment; ascending."""
    return [row[c.READER_KEY] for row in fetch_all(connection, query("history/impersonal"))]


def _texts(column: "pd.Series[Any]") -> "pd.Series[Any]":
    parsed = {text: tuple(json.loads(text)) for text in column.dropna().unique()}
    return column.map(parsed, na_action="ignore").astype(object).where(column.notna(), None)


def _current_and_older(versions: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
    newest = versions[NEWEST].astype(bool)
    rows = versions.drop(columns=NEWEST)
    return rows[newest].reset_index(drop=True), rows[~newest].reset_index(drop=True)
