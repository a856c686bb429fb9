"""The page of business figures: plots as inline SVG, tables, no scripts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from html import escape
from statistics import median
from typing import Any

from frontpage.core.cells import as_text
from frontpage.lifecycle.business.figures import by_day, cost_per_1000_lists, guilty_stage, stages
from frontpage.core.pages.plots import Series, legend, lines

_COLOURS = ("#1f5fa8", "#b4541e", "#2e7d4f", "#7b4ba0", "#8a8a8a", "#a8871f")
_EDGES = (0, 5, 10, 20, 30, 60, 120, 240, 480, 1440)
_STYLE = """body{font:16px/1.5 system-ui;max-width:60rem;margin:2rem auto;padding:0 1rem}svg{width:100%}
.g{stroke:#ddd}text{font-size:11px}table{border-collapse:collapse}td,th{padding:.2rem .7rem;text-align:right}
.legend i{display:inline-block;width:.8em;height:.8em;margin:0 .3em 0 1em}.warning{background:#fdecc8;padding:.5rem}"""


def page(
    rows: Sequence[Mapping[str, Any]],
    costs: Sequence[Mapping[str, Any]],
    paths: Sequence[Mapping[str, Any]],
    subscriptions: Sequence[Mapping[str, Any]],
    warning: str,
) -> str:
    """HTML; days without a row are left out."""
    parts = [f"<!doctype html><html lang=en><meta charset=utf-8><title>Business figures</title><style>{_STYLE}</style>"]
    parts += ["<h1>Business figures</h1>", f"<p class=warning>{escape(warning)}</p>" if warning else ""]
    for of in ("", "region", "segment", "variant"):
        parts += _plot(rows, "minutes_per_reader", of, "Reading minutes of a reader who read")
    parts += _plot(rows, "recommended_share", "", "Share of reads that were recommended")
    parts += _plot(rows, "returning_share", "", "Share of readers who read in the seven days before too")
    parts += _subscriptions(subscriptions)
    parts += _cost(costs)
    parts += _ways(paths)
    return "\n".join(parts) + "\n"


def as_csv(rows: Iterable[Mapping[str, Any]]) -> str:
    """The table as it is kept, with a head; no text is a formula there."""
    rows = [as_text(row) for row in rows]
    out = io.StringIO()
    if rows:
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return out.getvalue()


def _plot(rows: Sequence[Mapping[str, Any]], figure: str, of: str, title: str) -> list[str]:
    figures = by_day(rows, of)
    days = sorted({day for day, _ in figures})
    names = sorted({name for _, name in figures})[: len(_COLOURS)]
    series = [
        Series(name or "all", colour, [figures[day, name][figure] if (day, name) in figures else None for day in days])
        for name, colour in zip(names, _COLOURS, strict=False)
    ]
    if not days:
        return []
    head = f"<h2>{title}{f', by {of}' if of else ''}</h2>"
    return [head, legend(series) if of else "", lines([f"{day:%d %b}" for day in days], series)]


def _subscriptions(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    counts = {(row["day"], row["what"]): float(row["n"]) for row in rows}
    days, names = sorted({row["day"] for row in rows}), sorted({row["what"] for row in rows})
    series = [
        Series(name, colour, [counts.get((day, name), 0.0) for day in days])
        for name, colour in zip(names, _COLOURS, strict=False)
    ]
    head = "<h2>Trials, subscriptions, cancellations</h2>"
    return [head, legend(series), lines([f"{day:%d %b}" for day in days], series)] if days else []


def _cost(costs: Sequence[Mapping[str, Any]]) -> list[str]:
    each = cost_per_1000_lists(costs)
    if each is None:
        return []
    days = [f"{row['day']:%d %b}" for row in costs]
    plot = lines(days, [Series("cost", _COLOURS[0], [float(row["cost"]) for row in costs])])
    return ["<h2>Cost of a day</h2>", f"<p>1,000 lists: {each:.4f}, at the prices in params.yaml.</p>", plot]


def _ways(paths: Sequence[Mapping[str, Any]]) -> list[str]:
    """Minutes from publication to the first list, as a histogram by stage."""
    minutes = stages(paths)
    if not minutes["total"]:
        return []
    head = "".join(f"<th>{low} min</th>" for low in _EDGES)
    body = [
        f"<tr><th>{stage}</th><td>{median(values):.1f}</td>{''.join(f'<td>{n}</td>' for n in histogram(values))}</tr>"
        for stage, values in minutes.items()
        if values
    ]
    slowest = guilty_stage(minutes) or "not known"
    said = f"<p>The longest stage is <b>{slowest}</b>. Each column counts from its edge on.</p>"
    title = "<h2>From publication to the first list</h2>"
    return [title, said, f"<table><tr><th>stage</th><th>median</th>{head}</tr>{''.join(body)}</table>"]


def histogram(values: Sequence[float]) -> list[int]:
    """How many values lie between an edge and the next one; the first and the last have no end."""
    ends = (*_EDGES[1:], float("inf"))
    starts = (float("-inf"), *_EDGES[1:])
    return [sum(low <= value < high for value in values) for low, high in zip(starts, ends, strict=True)]
