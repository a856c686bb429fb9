"""A back-fill is a loop: three days made up for at once are the three daily runs, late rows and all."""

from datetime import timedelta
from pathlib import Path

import pytest

from frontpage.core.clock import iso
from frontpage.store.connect import connect, fetch_one
from tests.e2e.test_core_property import checksums
from tests.support.databases import admin
from tests.support.installation import UNTIL, Installation

DAYS = [UNTIL - timedelta(days=days) for days in (2, 1, 0)]


def simulate(world: Installation, until) -> None:
    """Let the newsroom of `world` go on until then; what it wrote before stays as it is."""
    size = ("--readers", "150", "--days", "4", "--articles-per-day", "100", "--seed", "9", "--switch", "late=0.01")
    world.run("simulate", *size, "--until", iso(until), "--out", str(world.world))


def make_lists(world: Installation, as_of) -> None:
    """What one daily run does."""
    for verb in ("extract", "validate", "refresh"):
        world.run(verb, "--as-of", iso(as_of))


@pytest.fixture
def installation(postgres, small_params, zygote, tmp_path):
    """Makes an installation with a database and a newsroom folder of its own."""
    made = []

    def make(name: str) -> Installation:
        admin(postgres, f"create database backfill_{name} template template_frontpage")
        made.append(name)
        folder = tmp_path / name
        return Installation(postgres.url(f"backfill_{name}"), folder, Path(folder, "newsroom"), small_params, zygote)

    yield make
    for name in made:
        admin(postgres, f"drop database backfill_{name} with (force)")


@pytest.mark.slow
def test_a_backfill_of_three_days_equals_three_daily_runs(installation):
    """Rows that arrive a day late are in neither the day they missed nor lost for the next."""
    daily, backfilled = installation("daily"), installation("backfilled")
    for day in DAYS:
        simulate(daily, day)
        make_lists(daily, day)
    for day in DAYS:
        simulate(backfilled, day)
    for day in DAYS:
        make_lists(backfilled, day)
    assert checksums(backfilled.database) == checksums(daily.database)
    assert len(checksums(daily.database)) == len(DAYS)
    assert late_rows(daily.database) == late_rows(backfilled.database) > 0


@pytest.mark.slow
def test_refreshing_twice_gives_the_same_checksum(installation):
    """A second refresh for the same as_of builds the same list and drops it."""
    world = installation("twice")
    simulate(world, UNTIL)
    make_lists(world, UNTIL)
    before = checksums(world.database)
    assert '"outcome": "unchanged"' in world.run("refresh", "--as-of", iso(UNTIL))
    assert checksums(world.database) == before


def late_rows(database: str) -> int:
    """Reads that were recorded more than an hour after they happened."""
    sql = "select count(*) as n from read_event where recorded_at > occurred_at + interval '1 hour'"
    with connect(database) as connection:
        row = fetch_one(connection, sql)
    assert row is not None
    return row["n"]
