"""Served quality as one HTML page without scripts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from frontpage.core.pages.plots import Series
from frontpage.core.pages.templating import filled
from frontpage.lifecycle.served.figures import COLUMNS, MIN_VERSIONS, Row

_COLOURS = ("#1f5fa8", "#d0813c", "#4c9a5b", "#8a5fb0", "#777777")
_TITLES = {"ndcg_at_10": "nDCG@10 by day", "seconds_per_reader_day": "Seconds of reading per reader-day"}
_DAY = "day"


def page(
    rows: Sequence[Row], versions: Sequence[Row], correlated: Mapping[str, Mapping[str, float]], period: str
) -> str:
    """HTML of `outcomes.served` and `outcomes.by_version`; the same figures give the same page."""
    by_day = [row for row in rows if row["way"] == _DAY]
    days = sorted({row["value"] for row in by_day})
    return filled(
        "frontpage.lifecycle", "served.html", period=period, days=days,
        plots={title: list(_series(by_day, days, name)) for name, title in _TITLES.items()},
        others=_table(COLUMNS, [row for row in rows if row["way"] != _DAY]),
        versions=_table(versions[0], versions) if versions else None,
        correlated=correlated, min_versions=MIN_VERSIONS,
    )  # fmt: skip


def _series(by_day: Sequence[Row], days: Sequence[str], name: str) -> Iterator[Series]:
    known = {(row["variant"], row["value"]): row[name] for row in by_day}
    for place, variant in enumerate(sorted({row["variant"] for row in by_day})):
        yield Series(variant, _COLOURS[place % len(_COLOURS)], [known.get((variant, day)) for day in days])


def _table(columns: Iterable[str], rows: Iterable[Row]) -> tuple[list[str], list[list[str]]]:
    """Titles, and rows of cells."""
    names = list(columns)
    return [name.replace("_", " ") for name in names], [[_cell(row[name]) for name in names] for row in rows]


def _cell(value: object) -> str:
    if value is None:
        return "-"
    return f"{value:.4g}" if isinstance(value, float) else f"{value:,}" if isinstance(value, int) else str(value)
