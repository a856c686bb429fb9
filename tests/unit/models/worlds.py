"""Small worlds by hand: histories whose numbers can be worked out on paper."""

from datetime import UTC, datetime, timedelta
from typing import Any

import numpy as np
import pandas as pd

from frontpage.core import columns as c
from frontpage.core.history import ARTICLE_COLUMNS, READ_COLUMNS, READER_COLUMNS, History

NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
_TIMES = (c.PUBLISHED_AT, c.FIRST_SEEN_AT, c.RECORDED_AT, c.OCCURRED_AT, c.SIGNED_UP_AT)


def hours_ago(hours: float) -> datetime:
    """A moment before NOW."""
    return NOW - timedelta(hours=hours)


def article(name: str, age_hours: float = 1.0, **fields: Any) -> dict[str, Any]:
    """A live article of the given age."""
    moment = hours_ago(age_hours)
    base = {
        c.ARTICLE_ID: name, c.URL: f"https://news.example/{name}", c.TITLE: f"Title of {name}",
        c.PUBLISHED_AT: moment, c.FIRST_SEEN_AT: moment, c.RECORDED_AT: moment, c.STATUS: "live",
    }  # fmt: skip
    return {**base, **fields}


def read(reader: int, article_id: str, age_hours: float = 0.5, **fields: Any) -> dict[str, Any]:
    """A read that was recorded as it happened."""
    moment = hours_ago(age_hours)
    base = {
        c.EVENT_ID: f"{reader}-{article_id}-{age_hours}", c.READER_KEY: reader, c.ARTICLE_ID: article_id,
        c.KIND: "read", c.OCCURRED_AT: moment, c.RECORDED_AT: moment,
    }  # fmt: skip
    return {**base, **fields}


def reader(key: int, **fields: Any) -> dict[str, Any]:
    """A reader who signed up a day ago."""
    return {c.READER_KEY: key, c.SIGNED_UP_AT: hours_ago(24), c.RECORDED_AT: hours_ago(24), **fields}


def history(
    articles: list[dict[str, Any]], reads: list[dict[str, Any]], readers: list[dict[str, Any]], as_of: datetime = NOW
) -> History:
    """A History of the given rows, ordered as the contract says."""
    return History(
        as_of,
        _frame(articles, ARTICLE_COLUMNS, [c.ARTICLE_ID]),
        _frame(reads, READ_COLUMNS, [c.OCCURRED_AT, c.EVENT_ID]),
        _frame(readers, READER_COLUMNS, [c.READER_KEY]),
    )


def _frame(rows: list[dict[str, Any]], columns: tuple[str, ...], order: list[str]) -> pd.DataFrame:
    frame = pd.DataFrame(rows, columns=list(columns), dtype=object)
    for name in columns:
        if name in _TIMES:
            frame[name] = pd.to_datetime(frame[name], utc=True)
        elif name == c.DWELL_SECONDS:
            frame[name] = frame[name].astype(np.float64)
        elif name == c.READER_KEY:
            frame[name] = frame[name].astype(np.int64)
        else:
            frame[name] = frame[name].where(frame[name].notna(), None)
    return frame.sort_values(order, ignore_index=True)
