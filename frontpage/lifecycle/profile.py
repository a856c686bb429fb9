"""A page about a snapshot: what is in it, what is missing, how much came each day. One HTML file without scripts.

Bars are drawn by the template: matplotlib's SVG has no titles, so that no mark would say its day and its number.
"""

from pathlib import Path
from typing import Any

import pandas as pd

from frontpage.core import columns as c
from frontpage.core.clock import iso
from frontpage.core.history import History
from frontpage.core.pages.templating import filled
from models.files import write_bytes

#: Values of these are one person's: a version's page, which travels with it, only counts them.
_PERSONAL = frozenset({c.READER_KEY, c.EVENT_ID})
_N_TOP = 5
_N_DAYS = 60
_BAR_HEIGHT = 60


def profile_file(folder: Path) -> Path:
    """Where the page about the data that a version learned from is, in the version's folder."""
    return folder / "profile.html"


def write_profile(history: History, snapshot_hash: str, folder: Path) -> Path:
    """The page, beside a version's files, with no value that is one person's; one that is there is left as it is."""
    target = profile_file(folder)
    if not target.is_file():
        write_bytes(target, profile_page(history, snapshot_hash, counted_only=_PERSONAL).encode())
    return target


def profile_page(history: History, snapshot_hash: str, *, counted_only: frozenset[str] = frozenset()) -> str:
    """HTML with a table of columns for each frame and bars of rows per day; the same history gives the same page.

    counted_only: columns of which no value is shown.
    """
    parts = [
        _part("Articles", history.articles, c.FIRST_SEEN_AT, counted_only),
        _part("Reads", history.reads, c.OCCURRED_AT, counted_only),
        _part("Readers", history.readers, c.SIGNED_UP_AT, counted_only),
    ]
    return filled(
        "frontpage.lifecycle", "profile.html", as_of=iso(history.as_of), snapshot_hash=snapshot_hash, parts=parts
    )


def _part(name: str, frame: pd.DataFrame, time_column: str, counted_only: frozenset[str]) -> dict[str, Any]:
    shown = list(frame.columns) if len(frame) else []
    columns = [_column(frame[column], counted_only=column in counted_only) for column in shown]
    bars = None if frame.empty else _bars(frame[time_column], time_column)
    return {"name": name, "n_rows": len(frame), "bars": bars, "columns": columns}


def _column(column: "pd.Series[Any]", *, counted_only: bool) -> dict[str, Any]:
    known = column.dropna()
    about = {"name": str(column.name), "missing": f"{1 - len(known) / len(column):.1%}"}
    if counted_only:
        return {**about, "n_distinct": int(known.nunique()), "first": "", "last": "", "most_frequent": ""}
    is_text = pd.api.types.infer_dtype(known, skipna=False) == "string"
    hashable = known.map(str) if known.dtype == object and not is_text else known
    counts = hashable.value_counts()
    repeated = counts[counts > 1].sort_index(kind="stable").sort_values(ascending=False, kind="stable").head(_N_TOP)
    ends = (_short(hashable.min()), _short(hashable.max())) if len(known) else ("", "")
    return {
        **about,
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
