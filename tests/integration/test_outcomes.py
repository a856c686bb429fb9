"""Served lists joined with what was read next: once, in the right place, late or not."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.lifecycle.served.figures import correlations
from frontpage.steps import outcomes, purge, served
from frontpage.store.connect import connect, execute, fetch_all

from .serving_world import TEN, World

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
GLOBAL = {("global", ""): ["g1", "g2"]}


class Day:
    """A world in which lists are shown and articles read, at minutes after TEN."""

    def __init__(self, world: World, settings: Settings) -> None:
        self.world, self.settings = world, settings
        self.n_events = 0

    def shown(self, reader: str, at: float, ranks: int | None, ids: list[str] | None = None, run_id: int = 1) -> None:
        execute(self.world.connection, _SERVED, [
            TEN + at * MINUTE, self.world.key(reader), run_id, None if ids is None else "global", ranks, ids
        ])  # fmt: skip

    def mailed(self, reader: str, at: float, ids: list[str]) -> None:
        execute(self.world.connection, _EDITION, [TEN, TEN, TEN])
        execute(self.world.connection, _MAIL, [self.world.key(reader), ids, TEN + at * MINUTE, TEN])

    def read(
        self, reader: str, article: str, at: float, seconds: float | None = 60, known: float = 0, **more: Any
    ) -> None:
        self.n_events += 1
        execute(self.world.connection, _READ, {
            "id": f"e{self.n_events}", "key": self.world.key(reader), "article": article, "at": TEN + at * MINUTE,
            "known": TEN + max(at, known) * MINUTE, "seconds": seconds, "surface": more.get("surface"),
        })  # fmt: skip

    def join(self, hours: float = 1) -> dict[str, Any]:
        return outcomes.run(self.settings, Params(), TEN + hours * HOUR).details

    def outcome(self, reader: str) -> list[dict[str, Any]]:
        key = self.world.key(reader)
        return fetch_all(
            self.world.connection, "select * from list_outcome where reader_key = %s order by shown_at", [key]
        )


_SERVED = """insert into served_list
(served_at, request_id, reader_key, run_id, variant, fallback, not_modified, n_items, ranks, article_ids)
values (%s, 'r', %s, %s, 'champion', %s, false, 3, %s, %s)"""
_EDITION = """insert into digest_edition (edition_id, as_of, run_id, local_day, due_at) values ('e', %s, 1, %s, %s)"""
_MAIL = """insert into digest_delivery (edition_id, reader_key, state, message_id, article_ids, sent_at, local_day)
values ('e', %s, 'sent', 'm', %s, %s, %s)"""
_READ = """insert into read_event
(event_id, reader_key, article_id, kind, occurred_at, recorded_at, dwell_seconds, surface, source, extract_id)
values (%(id)s, %(key)s, %(article)s, 'read', %(at)s, %(known)s, %(seconds)s, %(surface)s, 'test', 0)"""


@pytest.fixture
def day(database: str, settings: Settings) -> Iterator[Day]:
    """Ann has a list of four, Bob none."""
    with connect(database) as connection:
        world = World(connection, settings)
        world.articles(["a1", "a2", "a3", "a4", "g1", "g2"])
        world.reader("ann", region="africa")
        world.reader("bob")
        world.publish({"ann": ["a1", "a2", "a3", "a4"]}, GLOBAL)
        yield Day(world, settings)


def test_a_read_stands_beside_the_last_list_before_it(day: Day) -> None:
    """Position among what was shown, time to the first read, capped reading time; reads from elsewhere apart."""
    day.shown("ann", 1, 0b1101)  # a1, a3, a4: a2 was hidden
    day.shown("ann", 20, 0b1111)
    day.read("ann", "a3", 5, seconds=1000)
    day.read("ann", "g1", 6, seconds=30)
    day.read("ann", "a2", 30, seconds=None)
    assert day.join() == {"lists": 2, "mails": 0, "reads": 3}
    first, second = day.outcome("ann")
    assert (first["n_reads"], first["n_other_reads"], first["best_position"]) == (1, 1, 2)
    assert (first["reading_seconds"], first["other_seconds"], first["seconds_to_read"]) == (600, 30, 240)
    # One of two articles, in the second place: (1 / log2 3) / (1 + 1 / log2 3).
    assert first["ndcg_at_10"] == pytest.approx(0.63093 / 1.63093, abs=1e-4)
    assert (second["n_reads"], second["best_position"], second["reading_seconds"]) == (1, 2, 0)
    assert (first["region"], first["activity"], second["activity"]) == ("africa", "cold", "light")


def test_nothing_is_counted_twice_and_late_reads_are_not_lost(day: Day) -> None:
    """Again is as good as once; a read that became known hours later is added to its list."""
    day.shown("ann", 1, 0b1111)
    day.read("ann", "a1", 5)
    day.join()
    assert day.join() == {"lists": 0, "mails": 0, "reads": 0}
    day.read("ann", "a2", 6, known=150)
    assert day.join(2)["reads"] == 0
    assert day.join(3)["reads"] == 1
    assert [(row["n_reads"], row["reading_seconds"]) for row in day.outcome("ann")] == [(2, 120)]


def test_a_list_that_comes_late_takes_over_its_reads(day: Day) -> None:
    """The log of lists waits where the database was away; then the read moves to the later list."""
    day.shown("ann", 1, 0b1111)
    day.read("ann", "a1", 5)
    day.join()
    day.shown("ann", 4, 0b0001)
    day.join(2)
    assert [row["n_reads"] for row in day.outcome("ann")] == [0, 1]


def test_mails_and_fallback_lists_have_outcomes_too(day: Day) -> None:
    """A read out of a mail belongs to the mail though the app showed a list since."""
    day.mailed("bob", 1, ["g2", "g1"])
    day.shown("bob", 2, None, ["g1", "g2"])
    day.read("bob", "g1", 10, surface="email")
    day.read("bob", "g2", 11)
    assert day.join() == {"lists": 1, "mails": 1, "reads": 2}
    mail, listed = day.outcome("bob")
    assert (mail["surface"], mail["best_position"], mail["run_id"]) == ("email", 2, 1)
    assert (listed["surface"], listed["best_position"], listed["fallback"]) == ("unknown", 2, "global")


def test_the_report_sums_up_by_variant_and_segment(day: Day, tmp_path, capsys: pytest.CaptureFixture[str]) -> None:
    """Reading time by reader-day, read rate by list; as a table, a CSV file and a page."""
    day.shown("ann", 1, 0b1111)
    day.shown("bob", 2, None, ["g1"])
    day.read("ann", "a1", 5, seconds=80)
    day.join()
    summary = served.run(day.settings, Params(), TEN + HOUR, 1, tmp_path / "served.csv", tmp_path / "served.html")
    assert (summary.rows_in, summary.details["versions"]) == (2, 0)
    lines = (tmp_path / "served.csv").read_text().splitlines()
    assert lines[1].startswith("champion,activity,cold,2,2,2,0.5,40.0,1.0,1,1.0,")
    assert "champion" in capsys.readouterr().out
    assert "africa" in (tmp_path / "served.html").read_text()


def test_outcomes_go_with_the_log_of_lists(day: Day) -> None:
    """And the reads beside them."""
    day.shown("ann", 1, 0b1111)
    day.read("ann", "a1", 5)
    day.join()
    assert purge.run(day.settings, Params(), TEN + timedelta(days=91)).details["list_outcome"] == 1
    assert fetch_all(day.world.connection, "select from list_read") == []


@pytest.mark.ml_test("model-2")
def test_correlation_needs_three_versions() -> None:
    """With two, any two figures agree or disagree wholly."""
    rows = [{"offline_ndcg_at_10": x, "served_ndcg_at_10": 2 * x, "read_rate": 0.5, "seconds_per_reader_day": -x}
            for x in (0.1, 0.2, 0.4)]  # fmt: skip
    assert correlations(rows[:2]) == {}
    found = correlations(rows)
    assert found["served_ndcg_at_10"]["pearson"] == pytest.approx(1)
    assert found["seconds_per_reader_day"]["spearman"] == pytest.approx(-1)
    assert "read_rate" not in found
