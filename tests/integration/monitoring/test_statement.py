"""The monthly statement against a recount: a simulated month on a real Prometheus, with errors that are known."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest

from frontpage.monitoring.levels import levels
from frontpage.monitoring.prometheus import Prometheus
from frontpage.monitoring.reports.statement import as_csv, as_page, statement

MONTH = datetime(2026, 2, 1, tzinfo=UTC)
EVERY = timedelta(minutes=5)
RESTART = MONTH + timedelta(days=10, hours=3)
ROUTE = 'route="/v1/readers/{reader_id}/recommendations"'


@dataclass
class SimulatedMonth:
    """Requests of each day that were good and bad, counted one by one, and what the API's counters showed."""

    good: dict[int, int] = field(default_factory=dict)
    bad: dict[int, int] = field(default_factory=dict)
    lines: dict[str, list[str]] = field(default_factory=lambda: {"success": [], "failure": []})

    def live(self) -> None:
        """Every five minutes some requests; an hour of failures on the sixth day; a restart on the eleventh."""
        chance, counter, at = random.Random(7), {"success": 0, "failure": 0}, MONTH
        while at <= MONTH + timedelta(days=28):
            if at > MONTH:
                self._step(chance, counter, at)
            for outcome, value in counter.items():
                labels = f'{{{ROUTE},outcome="{outcome}"}}'
                self.lines[outcome].append(f"frontpage_requests_total{labels} {value} {int(at.timestamp())}")
            at += EVERY

    def _step(self, chance: random.Random, counter: dict[str, int], at: datetime) -> None:
        if at == RESTART:
            counter.update(success=0, failure=0)
        day = (at - timedelta(seconds=1)).day
        is_broken = day == 6 and at.hour == 14
        good, bad = chance.randrange(50, 150), chance.randrange(40, 60) if is_broken else chance.randrange(10) // 9
        counter["success"] += good
        counter["failure"] += bad
        self.good[day] = self.good.get(day, 0) + good
        self.bad[day] = self.bad.get(day, 0) + bad

    def text(self) -> Iterator[str]:
        """As OpenMetrics."""
        yield "# TYPE frontpage_requests counter"
        yield from (line for lines in self.lines.values() for line in lines)
        yield "# EOF\n"


@pytest.mark.slow
def test_the_statement_equals_a_recount(backfilled: Callable[[str], Prometheus]):
    """Each day's requests and failures are those that were made, to the last one, over a restart of the API."""
    month = SimulatedMonth()
    month.live()
    made = statement(backfilled("\n".join(month.text())), MONTH, MONTH + timedelta(days=40))
    level = levels()[0]
    rows = {row.day.day: row for row in made.days if row.level.name == level.name}
    assert {day: row.total for day, row in rows.items()} == {day: month.good[day] + month.bad[day] for day in rows}
    assert {day: row.good for day, row in rows.items()} == month.good
    n_good, n_bad = sum(month.good.values()), sum(month.bad.values())
    assert made.share(level) == pytest.approx(n_good / (n_good + n_bad), abs=1e-12)
    assert f"{n_good / (n_good + n_bad):.4%}" in as_page(made)
    assert f"2026-02-06,availability,{month.good[6]}," in as_csv(made)
