"""The page of business figures: plots as inline SVG, tables, no scripts."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from statistics import median
from typing import Any, NamedTuple

from frontpage.core.cells import as_text
from frontpage.core.pages.plots import Series
from frontpage.core.pages.templating import filled
from frontpage.lifecycle.business.figures import by_day, cost_per_1000_lists, guilty_stage, stages

_COLOURS = ("#1f5fa8", "#b4541e", "#2e7d4f", "#7b4ba0", "#8a8a8a", "#a8871f")
_EDGES = (0, 5, 10, 20, 30, 60, 120, 240, 480, 1440)


class _PlottedFigure(NamedTuple):
    """Lines over days; nothing is drawn where there are no days."""

    title: str
    labels: Sequence[str]
    series: Sequence[Series]
    has_legend: bool


def page(
    rows: Sequence[Mapping[str, Any]],
    costs: Sequence[Mapping[str, Any]],
    paths: Sequence[Mapping[str, Any]],
    subscriptions: Sequence[Mapping[str, Any]],
    warning: str,
) -> str:
    """HTML; days without a row are left out."""
    minutes = stages(paths)
    return filled(
        "frontpage.lifecycle", "business.html", warning=warning, plots=[*_figures(rows), _subscriptions(subscriptions)],
        cost=cost_per_1000_lists(costs), costs=_costs(costs), slowest=guilty_stage(minutes) or "not known",
        edges=_EDGES, stages=_stages(minutes),
    )  # fmt: skip


def as_csv(rows: Iterable[Mapping[str, Any]]) -> str:
    """The table as it is kept, with a head; no text is a formula there."""
    rows = [as_text(row) for row in rows]
    out = io.StringIO()
    if rows:
        writer = csv.DictWriter(out, list(rows[0]), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)
    return out.getvalue()


def _figures(rows: Sequence[Mapping[str, Any]]) -> Iterator[_PlottedFigure]:
    for of in ("", "region", "segment", "variant"):
        by = f", by {of}" if of else ""
        yield _plot(rows, "minutes_per_reader", of, f"Reading minutes of a reader who read{by}")
    yield _plot(rows, "recommended_share", "", "Share of reads that were recommended")
    yield _plot(rows, "returning_share", "", "Share of readers who read in the seven days before too")


def _plot(rows: Sequence[Mapping[str, Any]], figure: str, of: str, title: str) -> _PlottedFigure:
    figures = by_day(rows, of)
    days = sorted({day for day, _ in figures})
    names = sorted({name for _, name in figures})
    values = {
        name or "all": [figures[day, name][figure] if (day, name) in figures else None for day in days]
        for name in names
    }
    return _PlottedFigure(title, _labels(days), _series(values), has_legend=bool(of))


def _subscriptions(rows: Sequence[Mapping[str, Any]]) -> _PlottedFigure:
    counts = {(row["day"], row["what"]): float(row["n"]) for row in rows}
    days, names = sorted({row["day"] for row in rows}), sorted({row["what"] for row in rows})
    values = {name: [counts.get((day, name), 0.0) for day in days] for name in names}
    return _PlottedFigure("Trials, subscriptions, cancellations", _labels(days), _series(values), has_legend=True)


def _costs(costs: Sequence[Mapping[str, Any]]) -> _PlottedFigure:
    values = {"cost": [float(row["cost"]) for row in costs]}
    return _PlottedFigure("Cost of a day", _labels([row["day"] for row in costs]), _series(values), has_legend=False)


def _series(values: Mapping[str, Sequence[float | None]]) -> list[Series]:
    """As many as there are colours."""
    return [Series(name, colour, of) for (name, of), colour in zip(values.items(), _COLOURS, strict=False)]


def _labels(days: Iterable[date]) -> list[str]:
    return [f"{day:%d %b}" for day in days]


def _stages(minutes: Mapping[str, Sequence[float]]) -> list[tuple[Any, ...]]:
    """Minutes from publication to the first list: stage, median, histogram; empty where no article came to a list."""
    if not minutes["total"]:
        return []
    return [(stage, f"{median(each):.1f}", *histogram(each)) for stage, each in minutes.items() if each]


def histogram(values: Sequence[float]) -> list[int]:
    """How many values lie between an edge and the next one; the first and the last have no end."""
    ends = (*_EDGES[1:], float("inf"))
    starts = (float("-inf"), *_EDGES[1:])
    return [sum(low <= value < high for value in values) for low, high in zip(starts, ends, strict=True)]
