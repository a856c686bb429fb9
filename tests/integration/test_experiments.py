"""Experiments from start to verdict: who is served what, what is counted, what is refused."""

import asyncio
from collections.abc import Iterator
from datetime import datetime, timedelta

import pandas as pd
import pytest

from frontpage.core.errors import BadInputError
from frontpage.core.params import Params
from frontpage.core.sections.judging import ExperimentParams
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.scoring import interleaving
from frontpage.steps import arms, experiment, outcomes
from frontpage.store.connect import connect, execute, fetch_all
from frontpage.store.judging import experiments
from frontpage.store.lists import runs
from frontpage.store.lists.runs import LIST_COLUMNS

from .serving_client import listed, running
from .serving_world import REASONS, TEN, World

HOUR = timedelta(hours=1)
READERS = [f"reader-{n}" for n in range(40)]
CHAMPION, OTHER = ["a1", "a2", "a3"], ["b1", "a1", "b2"]
FEW = Params(experiments=ExperimentParams(min_readers=2, horizon_hours=1.0))
START = {"metrics": ["reading_seconds", "reads"], "interleave": False, "reason": "to see"}


@pytest.fixture
def world(database: str, settings: Settings) -> Iterator[World]:
    """Forty readers, with lists of the champion and of popularity."""
    with connect(database) as connection:
        made = World(connection, settings)
        made.articles(["a1", "a2", "a3", "b1", "b2"])
        for reader in READERS:
            made.reader(reader)
        made.publish(dict.fromkeys(READERS, CHAMPION), {("global", ""): ["a1"]})
        publish(made, "popularity", OTHER)
        yield made


def publish(world: World, variant: str, names: list[str], as_of: datetime = TEN) -> None:
    """One list for everybody, as a variant's."""
    run_id = runs.begin_run(world.connection, as_of, variant)
    rows = [(world.key(reader), rank, name, 1 / rank, "popular", REASONS)
            for reader in READERS for rank, name in enumerate(names, 1)]  # fmt: skip
    runs.write_lists(world.connection, run_id, pd.DataFrame(rows, columns=[*LIST_COLUMNS]))
    runs.finish_run(world.connection, run_id)
    runs.set_state(world.connection, run_id, "passed")
    runs.publish(world.connection, runs.newest_attempt(world.connection, as_of, variant, "passed"))


def start(settings: Settings, name: str, arms: str, at: datetime = TEN, **more: object) -> Summary:
    return experiment.start(settings, FEW, at, name, arms=arms, **{**START, **more})


async def ask(world: World, settings: Settings, at: datetime) -> dict[str, list[str]]:
    """What every reader is answered at a moment, once it is written down."""
    async with running(settings.model_copy(update={"clock": at.isoformat()})) as client:
        found = {reader: (await listed(client, reader))[1] for reader in READERS}
        async with asyncio.timeout(5):
            while fetch_all(world.connection, "select count(*) as n from served_list")[0]["n"] < len(READERS):
                await asyncio.sleep(0.05)
    return found


def read(world: World, reader: str, article: str, at: datetime, seconds: float) -> None:
    execute(world.connection, """insert into read_event
(event_id, reader_key, article_id, kind, occurred_at, recorded_at, dwell_seconds, source, extract_id)
values (%s, %s, %s, 'read', %s, %s, %s, 'test', 0)""", [
        f"{reader}/{article}/{at}", world.key(reader), article, at, at, seconds
    ])  # fmt: skip


async def test_readers_are_served_their_arm_and_judged_by_it(
    world: World, settings: Settings, tmp_path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Half of the readers get the other variant's list and read it longer; the page says so, and stop says it again."""
    start(settings, "first", "champion=0.5,popularity=0.5")
    (one,) = experiments.running(world.connection)
    found = await ask(world, settings, TEN + HOUR)
    for reader, names in found.items():
        assert names == (OTHER if one.variant_of(world.key(reader)) == "popularity" else CHAMPION)
    for n, reader in enumerate(READERS):
        is_other = found[reader] == OTHER
        read(world, reader, found[reader][0], TEN + 1.2 * HOUR, 10 + n % 3 + 500 * is_other)
    outcomes.run(settings, FEW, TEN + 3 * HOUR)
    capsys.readouterr()
    page = tmp_path / "first.html"
    summary = experiment.status(settings, FEW, TEN + 3 * HOUR, "first", page)
    assert (summary.rows_in, summary.rows_out) == (40, 40)
    assert summary.details == {"verdict": "difference", "crossed": 0}
    assert "popularity has more than champion (+" in capsys.readouterr().out
    assert "<svg" in page.read_text()
    assert experiment.status(settings, FEW, TEN).rows_out == 1
    stopped = experiment.stop(settings, FEW, TEN + 4 * HOUR, "first", reason="seen enough")
    assert stopped.details["verdict"] == "difference"
    row = fetch_all(world.connection, "select started_by, start_reason, stop_reason from experiment")[0]
    assert (row["started_by"], row["start_reason"], row["stop_reason"]) == ("person:unknown", "to see", "seen enough")


async def test_an_interleaved_list_is_of_both_and_tells_whose_article_was_read(
    world: World, settings: Settings
) -> None:
    """Everybody reads what popularity put there; each row says which run that was."""
    start(settings, "mixed", "champion=0.5,popularity=0.5", interleave=True)
    (one,) = experiments.running(world.connection)
    assert (await ask(world, settings, TEN))[READERS[0]] == CHAMPION  # nothing is interleaved yet
    execute(world.connection, "truncate served_list")
    published = interleaving.publish(world.connection, one)
    assert published is not None
    found = await ask(world, settings, TEN + HOUR)
    assert all(set(names) >= {"a1", "b1"} and len(names) == 5 for names in found.values())
    for reader in READERS[:30]:
        read(world, reader, "b1", TEN + 1.2 * HOUR, 60)
    outcomes.run(settings, FEW, TEN + 3 * HOUR)
    summary = experiment.status(settings, FEW, TEN + 3 * HOUR, "mixed")
    assert (summary.rows_in, summary.rows_out, summary.details["crossed"]) == (40, 30, 0)
    credited = experiments.credits_of(world.connection, one, TEN + 3 * HOUR)
    assert set(credited["variant"]) == {"popularity"}


def test_the_arms_of_a_restart_are_drawn_anew(
    world: World, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """And it says so; who runs is not started again."""
    start(settings, "again", "a:champion=0.5,b:champion=0.5")
    with pytest.raises(BadInputError, match="experiment again is running already; stop it first"):
        start(settings, "again", "a:champion=0.1,b:champion=0.1")
    first = experiments.running(world.connection)[0]
    experiment.stop(settings, FEW, TEN + HOUR, "again", reason="to draw anew")
    capsys.readouterr()
    start(settings, "again", "a:champion=0.5,b:champion=0.5", at=TEN + 2 * HOUR)
    second = experiments.running(world.connection)[0]
    assert (first.salt, second.salt) == ("again#1", "again#2")
    assert "It is start 2 of again: readers are drawn anew" in capsys.readouterr().out
    moved = [reader for reader in READERS if first.arm_of(world.key(reader)) != second.arm_of(world.key(reader))]
    assert 5 < len(moved) < 35


@pytest.mark.parametrize(
    ("text", "more", "says"),
    [
        ("champion=0.5,nothing=0.5", {}, "there is no variant nothing; there are champion, popularity"),
        ("champion=0.7,popularity=0.5", {}, "120% together"),
        ("champion=0.3,popularity=0.3", {}, r"no 60% of readers are free: busy \(60%\)"),
        (
            "champion=0.1,popularity=0.1",
            {"metrics": ["clicks"]},
            "there is no metric clicks; there are reading_seconds",
        ),
        ("champion=0.1,popularity=0.1", {"reason": " "}, "give --reason"),
        ("a:champion=0.1,b:champion=0.1", {"interleave": True}, "two arms of two variants"),
    ],
)
def test_what_cannot_be_started_changes_nothing(
    world: World, settings: Settings, text: str, more: dict, says: str
) -> None:
    """One sentence; the experiments are those of before."""
    start(settings, "busy", "champion=0.3,popularity=0.3")
    before = fetch_all(world.connection, "select * from experiment")
    with pytest.raises(BadInputError, match=says):
        start(settings, "new", text, **more)
    assert fetch_all(world.connection, "select * from experiment") == before


def test_without_an_experiment_no_arms_are_made(world: World, settings: Settings) -> None:
    """The verb of every refresh costs nothing then."""
    assert arms.run(settings, FEW, TEN).line().startswith("arms rows_in=0 rows_out=0")


def test_before_a_start_it_says_what_can_be_found(
    world: World, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of what readers did in the last horizon; where nothing was shown it says that."""
    start(settings, "blind", "champion=0.2,popularity=0.2")
    assert "No list has been shown yet" in capsys.readouterr().out
    for reader in READERS:
        execute(world.connection, """insert into list_outcome
(reader_key, run_id, variant, surface, shown_at, activity, n_items)
values (%s, 1, 'champion', 'home', %s, 'cold', 3)""",
            [world.key(reader), TEN + HOUR])  # fmt: skip
    execute(world.connection, "insert into list_read select 'e' || outcome_id, outcome_id, 'a1', shown_at, "
                              "outcome_id * 10, 1, 1 from list_outcome")  # fmt: skip
    start(settings, "seen", "champion=0.3,popularity=0.3", at=TEN + 1.5 * HOUR)
    told = capsys.readouterr().out
    assert "reading_seconds: finds with 80% a lift of " in told
    assert "reads: nothing was measured of it lately" in told
