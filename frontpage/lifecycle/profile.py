"""A page about a snapshot: what is in it, what is missing, how much came each day. One HTML file without scripts.

Bars are drawn by the template: matplotlib's SVG has no titles, so that no mark would say its day and its number.
"""

from typing import Any

import pandas as pd

from frontpage.core import columns as c
from frontpage.core.clock import iso
from frontpage.core.history import History
from frontpage.core.pages.templating import filled

_N_TOP = 5
_N_DAYS = 60
_BAR_HEIGHT = 60


def profile_page(history: History, snapshot_hash: str) -> str:
    """HTML with a table of columns for each frame and bars of rows per day; the same history gives the same page."""
    parts = [
        _part("Articles", history.articles, c.FIRST_SEEN_AT),
        _part("Reads", history.reads, c.OCCURRED_AT),
        _part("Readers", history.readers, c.SIGNED_UP_AT),
    ]
    return filled(
        "frontpage.lifecycle", "profile.html", as_of=iso(history.as_of), snapshot_hash=snapshot_hash, parts=parts
    )


def _part(name: str, frame: pd.DataFrame, time_column: str) -> dict[str, Any]:
    columns = [] if frame.empty else [_column(frame[column]) for column in frame.columns]
    bars = None if frame.empty else _bars(frame[time_column], time_column)
    return {"name": name, "n_rows": len(frame), "bars": bars, "columns": columns}


def _column(column: "pd.Series[Any]") -> dict[str, Any]:
    known = column.dropna()
    hashable = known.map(str) if known.dtype == object else known
    counts = hashable.value_counts().sort_index(kind="stable").sort_values(ascending=False, kind="stable")
    repeated = counts[counts > 1].head(_N_TOP)
    ends = (_short(hashable.min()), _short(hashable.max())) if len(known) else ("", "")
    return {
        "name": str(column.name),
        "missing": f"{1 - len(known) / len(column):.1%}",
        "n_distinct": len(counts),
        "first": ends[0],
        "last": ends[1],
        "most_frequent": ", ".join(f"{_short(value)} ({n:,})" for value, n in repeated.items()),
    }


def _bars(times: "pd.Series[pd.Timestamp]", what: str) -> dict[str, Any] | None:
    """Rows of the last days, those without any included: (day, rows, height of its bar)."""
    per_day = times.dropna().dt.floor("D").value_counts().sort_index()
    if per_day.empty:
        return None
    per_day = per_day.reindex(pd.date_range(per_day.index[0], per_day.index[-1], freq="D"), fill_value=0)[-_N_DAYS:]
    highest = max(int(per_day.max()), 1)
    days = [(f"{day:%Y-%m-%d}", int(n), _BAR_HEIGHT * int(n) / highest) for day, n in per_day.items()]
    return {"caption": f"{what} per day, {days[0][0]} to {days[-1][0]}, at most {highest:,}", "days": days}


def _short(value: object) -> str:
    text = f"{value:%Y-%m-%d %H:%M}" if isinstance(value, pd.Timestamp) else str(value)
    return text if len(text) <= 28 else text[:27] + "…"
