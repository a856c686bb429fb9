"""A page about a snapshot: what is in it, what is missing, how much came each day. One HTML file without scripts."""

from collections.abc import Iterator
from html import escape
from typing import Any

import pandas as pd

from frontpage.core import columns as c
from frontpage.core.clock import iso
from frontpage.core.history import History

_N_TOP = 5
_HEAD = """<!doctype html><html lang="en"><meta charset="utf-8"><title>Data profile</title><style>
body{font:14px/1.4 system-ui,sans-serif;margin:2rem;max-width:70rem;color:#222}table{border-collapse:collapse}
td,th{padding:.2rem .8rem .2rem 0;text-align:left;vertical-align:top;border-bottom:1px solid #ddd}
td.n{text-align:right}svg{display:block;margin:.5rem 0}rect{fill:#3b6ea5}h2{margin-top:2rem}</style>"""


def profile_page(history: History, snapshot_hash: str) -> str:
    """HTML with a table of columns for each frame and bars of rows per day; the same history gives the same page."""
    parts = [
        _HEAD,
        f"<h1>Data as of {iso(history.as_of)}</h1><p>Snapshot <code>{escape(snapshot_hash)}</code></p>",
        *_section("Articles", history.articles, c.FIRST_SEEN_AT),
        *_section("Reads", history.reads, c.OCCURRED_AT),
        *_section("Readers", history.readers, c.SIGNED_UP_AT),
    ]
    return "\n".join(parts) + "\n</html>\n"


def _section(name: str, frame: pd.DataFrame, time_column: str) -> Iterator[str]:
    yield f"<h2>{name}: {len(frame):,} rows</h2>"
    if frame.empty:
        return
    yield _bars(frame[time_column], time_column)
    titles = ("column", "missing", "distinct", "from", "to", "most frequent")
    yield f"<table><tr>{''.join(f'<th>{title}</th>' for title in titles)}</tr>"
    for column in frame.columns:
        yield _row(frame[column])
    yield "</table>"


def _row(column: "pd.Series[Any]") -> str:
    known = column.dropna()
    hashable = known.map(str) if known.dtype == object else known
    counts = hashable.value_counts().sort_index(kind="stable").sort_values(ascending=False, kind="stable")
    repeated = counts[counts > 1].head(_N_TOP)
    top = ", ".join(f"{_short(value)} ({n:,})" for value, n in repeated.items())
    ends = (_short(hashable.min()), _short(hashable.max())) if len(known) else ("", "")
    missing = 1 - len(known) / len(column)
    cells = f"<td>{escape(str(column.name))}</td><td class=n>{missing:.1%}</td><td class=n>{len(counts):,}</td>"
    return f"<tr>{cells}<td>{escape(ends[0])}</td><td>{escape(ends[1])}</td><td>{escape(top)}</td></tr>"


def _bars(times: "pd.Series[pd.Timestamp]", what: str) -> str:
    """Rows per day as bars, the days without any included."""
    per_day = times.dropna().dt.floor("D").value_counts().sort_index()
    if per_day.empty:
        return ""
    per_day = per_day.reindex(pd.date_range(per_day.index[0], per_day.index[-1], freq="D"), fill_value=0)[-60:]
    highest = max(int(per_day.max()), 1)
    bars = "".join(
        f'<rect x="{12 * place}" y="{60 - 60 * n / highest:.1f}" width="10" height="{60 * n / highest:.1f}">'
        f"<title>{day:%Y-%m-%d}: {n:,}</title></rect>"
        for place, (day, n) in enumerate(per_day.items())
    )
    caption = f"{what} per day, {per_day.index[0]:%Y-%m-%d} to {per_day.index[-1]:%Y-%m-%d}, at most {highest:,}"
    return f'<p>{escape(caption)}</p><svg width="{12 * len(per_day)}" height="60" role="img">{bars}</svg>'


def _short(value: object) -> str:
    text = f"{value:%Y-%m-%d %H:%M}" if isinstance(value, pd.Timestamp) else str(value)
    return text if len(text) <= 28 else text[:27] + "…"
