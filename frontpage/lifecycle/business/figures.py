"""Figures of days out of their rows: pure sums and ratios."""

from __future__ import annotations

import calendar
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from statistics import fmean, median
from typing import Any

from frontpage.core.sections.watching import BusinessParams

_MINUTE = 60
_LISTS = 1000
#: Stages of an article's way to a list, in order.
STAGES = ("source", "extract", "features", "score", "publish")
SUMS = ("readers", "reading_seconds", "reads", "visits", "recommended_reads", "returning_readers", "new_readers")


def by_day(rows: Iterable[Mapping[str, Any]], of: str = "") -> dict[tuple[date, str], dict[str, float]]:
    """(day, value of a column, or "") -> sums of the day, with ratios; the days in order."""
    sums: dict[tuple[date, str], dict[str, float]] = {}
    for row in rows:
        total = sums.setdefault((row["day"], str(row[of]) if of else ""), dict.fromkeys(SUMS, 0.0))
        for name in SUMS:
            total[name] += float(row[name])
    return {key: {**total, **_ratios(total)} for key, total in sorted(sums.items())}


def _ratios(total: Mapping[str, float]) -> dict[str, float]:
    return {
        "minutes_per_reader": total["reading_seconds"] / _MINUTE / max(total["readers"], 1),
        "recommended_share": total["recommended_reads"] / max(total["reads"], 1),
        "returning_share": total["returning_readers"] / max(total["readers"], 1),
    }


def cost_per_1000_lists(costs: Sequence[Mapping[str, Any]]) -> float | None:
    """Over all days; None where no list was published."""
    lists = sum(row["lists"] for row in costs)
    return sum(row["cost"] for row in costs) / lists * _LISTS if lists else None


def budget_warning(costs: Sequence[Mapping[str, Any]], today: date, params: BusinessParams) -> str:
    """A sentence where this month, if it goes on like this, comes near its budget or passes it; else empty."""
    month = [row["cost"] for row in costs if (row["day"].year, row["day"].month) == (today.year, today.month)]
    if not params.monthly_budget or not month:
        return ""
    coming = fmean(month) * calendar.monthrange(today.year, today.month)[1]
    if coming < params.warn_share * params.monthly_budget:
        return ""
    spent = sum(month)
    return (
        f"{spent:.2f} spent of {params.monthly_budget:.2f} this month, {coming:.2f} by its end if it goes on like this"
    )


def stages(paths: Iterable[Mapping[str, Any]]) -> dict[str, list[float]]:
    """Minutes by stage, of the articles that are known to have passed it."""
    rows = list(paths)
    return {stage: [float(row[stage]) for row in rows if row[stage] is not None] for stage in (*STAGES, "total")}


def guilty_stage(minutes: Mapping[str, Sequence[float]]) -> str:
    """The stage with the longest median; empty where none is known."""
    known = {stage: median(minutes[stage]) for stage in STAGES if minutes[stage]}
    return max(known, key=lambda stage: known[stage]) if known else ""
