"""The monthly statement of service levels, counted from what Prometheus kept."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from frontpage.core.pages.templating import filled
from frontpage.monitoring.levels import Level, levels
from frontpage.monitoring.prometheus import Line, Prometheus
from frontpage.monitoring.reports.counting import Counted, by_label, quantile

_DAY = timedelta(days=1)
_STEP = "1m"


@dataclass(frozen=True, slots=True)
class LevelDay:
    """One level on one day: so much was good of so much (requests, lists, or minutes)."""

    day: date
    level: Level
    good: float
    total: float


@dataclass(frozen=True, slots=True)
class Statement:
    """A month, its days in order, and the 99th percentile of seconds to a list of so many items."""

    month: date
    days: tuple[LevelDay, ...]
    p99_seconds: dict[str, float]

    def share(self, level: Level) -> float | None:
        """Of what was good in the month; None where there was nothing to count."""
        total = self.counted(level)
        return sum(row.good for row in self.days if row.level.name == level.name) / total if total else None

    def counted(self, level: Level) -> float:
        """Requests, lists or minutes of the month."""
        return sum(row.total for row in self.days if row.level.name == level.name)


def statement(prometheus: Prometheus, month: datetime, until: datetime) -> Statement:
    """Of the month that begins then, as far as it has come."""
    days = _days(month, until)
    counted = tuple(row for level in levels() for row in _level_days(prometheus, level, days))
    return Statement(month.date(), counted, _percentiles(prometheus, days))


def as_csv(made: Statement) -> str:
    """A line for each level and day, then one for the month."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(["day", "level", "good", "total", "share", "promised", "objective"])
    for row in made.days:
        share = f"{row.good / row.total:.6f}" if row.total else ""
        writer.writerow([row.day, row.level.name, f"{row.good:.0f}", f"{row.total:.0f}", share, row.level.promised,
                         row.level.objective])  # fmt: skip
    return out.getvalue()


def as_page(made: Statement) -> str:
    """HTML, for the team of a back end."""
    shares = {(row.day, row.level.name): row.good / row.total for row in made.days if row.total}
    by_day = [
        (day, *(shares.get((day, level.name)) for level in levels())) for day in sorted({row.day for row in made.days})
    ]
    return filled("frontpage.monitoring.reports", "statement.html", made=made, levels=levels(), by_day=by_day)


def _days(month: datetime, until: datetime) -> list[tuple[datetime, datetime]]:
    """Beginning and end of each day of the month up to then."""
    after = (month + timedelta(days=32)).replace(day=1)
    end = min(after, until)
    starts = [month + n * _DAY for n in range((after - month).days) if month + n * _DAY < end]
    return [(start, min(start + _DAY, end)) for start in starts]


def _level_days(
    prometheus: Prometheus, level: Level, days: Sequence[tuple[datetime, datetime]]
) -> Iterator[LevelDay]:  # fmt: skip
    bad, good, total = Counted(), Counted(), Counted()
    for start, end in days:
        if level.kind == "state":
            lines = _piece(prometheus, f"({level.kept})", start, end)
            values = [value for line in lines for at, value in line.points if at > start.timestamp()]
            yield LevelDay(start.date(), level, sum(values), len(values))
            continue
        n = sum(total.grown(_piece(prometheus, level.total, start, end)).values())
        failed = sum(bad.grown(_piece(prometheus, level.bad, start, end)).values()) if level.bad else 0.0
        kept = sum(good.grown(_piece(prometheus, level.good, start, end)).values()) if level.good else n - failed
        yield LevelDay(start.date(), level, kept, n)


def _percentiles(prometheus: Prometheus, days: Sequence[tuple[datetime, datetime]]) -> dict[str, float]:
    counted, sums = Counted(), dict[str, dict[float, float]]()
    for start, end in days:
        lines = _piece(prometheus, "frontpage_list_seconds_bucket", start, end)
        for (items, edge), n in by_label(counted.grown(lines), "items", "le").items():
            buckets = sums.setdefault(items, {})
            buckets[float(edge)] = buckets.get(float(edge), 0.0) + n
    found = {items: quantile(0.99, buckets) for items, buckets in sums.items()}
    return {items: value for items, value in found.items() if value is not None}


def _piece(prometheus: Prometheus, query: str, start: datetime, end: datetime) -> list[Line]:
    """Values at each minute of [start, end]; the first is the last of the piece before."""
    return prometheus.now(f"{query}[{int((end - start).total_seconds())}s:{_STEP}]", end)
