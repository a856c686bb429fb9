"""Published runs in the archive: what `why` says of a dropped run is what was served."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from frontpage.core.errors import NothingPublishedError, UnavailableError
from frontpage.core.params import Params, RetentionParams
from frontpage.core.settings import Settings
from frontpage.scoring.archive import Archive
from frontpage.steps import archive, purge, retract, why
from frontpage.store.connect import connect, execute, fetch_all
from frontpage.store.lists import archived, kept_lists, run_blocks, runs
from frontpage.store.lists.kept_lists import Base

from .serving_world import TEN, World

HOUR = timedelta(hours=1)


@pytest.fixture
def world(database: str, settings: Settings) -> Iterator[World]:
    """Ann and Bob, whose lists of 10:00 are served."""
    with connect(database) as connection:
        made = World(connection, settings)
        made.articles(["a1", "a2", "a3", "g1"])
        for reader in ("ann", "bob"):
            made.reader(reader)
        made.publish({"ann": ["a1", "a2"], "bob": ["a2", "a3"]}, {("global", ""): ["g1"]})
        yield made


def later(world: World, hours: int, lists: dict[str, list[str]], kept: list[str], base: int) -> int:
    """A published run that made some lists and kept others of an earlier one."""
    connection, as_of = world.connection, TEN + hours * HOUR
    run_id = runs.begin_run(connection, as_of, "champion", "model-2")
    run_blocks.open_account(connection, run_id)
    for reader, names in lists.items():
        for rank, name in enumerate(names, 1):
            execute(connection, _ROW.format(runs.table_of(run_id)), [world.key(reader), rank, name])
    kept_lists.keep(connection, run_id, Base(base, as_of - HOUR), [world.key(reader) for reader in kept], 0)
    runs.finish_run(connection, run_id)
    runs.set_state(connection, run_id, "passed")
    runs.publish(connection, runs.newest_attempt(connection, as_of, "champion", "passed"))
    return run_id


_ROW = """insert into {} (reader_key, rank, article_id, score, candidate_source, propensity, reasons)
values (%s, %s, %s, 0.1, 'popular', 0.3, '[{{"code": "much_read", "args": {{"hours": 1}}, "contribution": 0.7}}]')"""


def told(settings: Settings, reader: str, run_id: int, capsys: pytest.CaptureFixture[str]) -> list[dict]:
    """What `why --json` prints."""
    capsys.readouterr()
    why.run(settings, Params(), reader, run_id=run_id, as_json=True)
    return [json.loads(line) for line in capsys.readouterr().out.splitlines()]


def test_why_of_a_dropped_run_is_what_was_served(
    world: World, settings: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """Of lists that were made, kept, and kept again; only lists that were made are written."""
    second = later(world, 1, {"ann": ["a3"]}, ["bob"], 1)
    third = later(world, 2, {}, ["ann", "bob"], second)
    asked = [(reader, run) for reader in ("ann", "bob") for run in (1, second, third)]
    before = {(reader, run): told(settings, reader, run, capsys) for reader, run in asked}
    last = later(world, 3, {"ann": ["a1"], "bob": ["a1"]}, [], third)
    summary = archive.run(settings, Params(), TEN + 5 * HOUR)
    assert (summary.rows_in, summary.rows_out, summary.details["runs"]) == (8, 5, 4)
    assert archive.run(settings, Params(), TEN + 5 * HOUR).details["runs"] == 0
    assert runs.drop_old_runs(world.connection, "champion", keep=0, archived_only=True) == 3
    assert len(fetch_all(world.connection, "select distinct run_id from recommendation")) == 1
    for (reader, run), rows in before.items():
        now = told(settings, reader, run, capsys)
        assert [{**row, "state": "superseded"} for row in rows] == [{**row, "state": "superseded"} for row in now]
    assert told(settings, "ann", last, capsys)[0]["article_id"] == "a1"
    with pytest.raises(NothingPublishedError, match="nor in the archive of 90 days"):
        why.run(settings, Params(), "nobody", run_id=1)


def test_readers_of_dropped_runs_are_found(world: World, settings: Settings, tmp_path: Path) -> None:
    """Ann's list of 10:00 was shown after it was kept at 11:00; of Bob's of 10:00 only the second place was shown."""
    second = later(world, 1, {"bob": ["a3"]}, ["ann"], 1)
    later(world, 2, {"ann": ["a1"], "bob": ["a1"]}, [], second)
    for hour, reader, run_id, ranks in ((1, "ann", second, 0b11), (1, "bob", second, 0b01), (0, "bob", 1, 0b10)):
        execute(world.connection, _SERVED, [TEN + hour * HOUR, world.key(reader), run_id, ranks])
    articles, own = ("a1", "a2", "a3"), settings.model_copy(update={"actor": "person:ana"})
    before = [_csv(own, name, tmp_path) for name in articles]
    archive.run(settings, Params(), TEN + 5 * HOUR)
    assert runs.drop_old_runs(world.connection, "champion", keep=0, archived_only=True) == 2
    assert [_csv(own, name, tmp_path) for name in articles] == before
    ann, bob = world.key("ann"), world.key("bob")
    assert [{int(line.split(",")[0]) for line in lines[1:]} for lines in before] == [{ann}, {ann}, {bob}]
    assert before[2][1].endswith(",2")
    assert retract.run(own, Params(), "a3", reason="made up").details["readers"] == 1


def _csv(settings: Settings, article_id: str, folder: Path) -> list[str]:
    """What `shown-to` writes."""
    retract.shown_to(settings, Params(), article_id, out=folder / "shown.csv")
    return (folder / "shown.csv").read_text().splitlines()


_SERVED = """insert into served_list
(served_at, request_id, reader_key, run_id, variant, not_modified, n_items, ranks)
values (%s, 'r', %s, %s, 'champion', false, 2, %s)"""


def test_nothing_is_dropped_that_is_not_archived(world: World, settings: Settings) -> None:
    """Rows stay until they are; with archive_days 0 nothing is waited for, and nothing written."""
    later(world, 1, {"ann": ["a3"]}, ["bob"], 1)
    assert runs.drop_old_runs(world.connection, "champion", keep=0, archived_only=True) == 0
    off = Params(retention=RetentionParams(archive_days=0))
    assert archive.run(settings, off, TEN + HOUR).details["runs"] == 0
    assert runs.drop_old_runs(world.connection, "champion", keep=0) == 1


def test_an_archived_run_goes_when_no_younger_one_needs_it(world: World, settings: Settings) -> None:
    """The run of 10:00 is older than it may be, but a list of it still stood at 12:00."""
    second = later(world, 1, {"ann": ["a3"]}, ["bob"], 1)
    later(world, 2, {"ann": ["a1"], "bob": ["a1"]}, [], second)
    archive.run(settings, Params(), TEN + 5 * HOUR)
    runs.drop_old_runs(world.connection, "champion", keep=0, archived_only=True)
    days = timedelta(days=90)
    assert purge.run(settings, Params(), TEN + days + HOUR / 2).details == {}
    run = archived.find(world.connection, 1)
    assert run is not None
    assert purge.run(settings, Params(), TEN + days + 1.5 * HOUR).details == {"archived_run": 2}
    assert archived.find(world.connection, 1) is None
    assert not Path(run.uri.removeprefix("file://")).exists()


def test_a_flipped_byte_is_noticed(world: World, settings: Settings) -> None:
    """Pages carry checksums; the sentence names the place."""
    archive.run(settings, Params(), TEN + HOUR)
    run = archived.find(world.connection, 1)
    assert run is not None
    file = Path(run.uri.removeprefix("file://")) / "lists.parquet"
    content = bytearray(file.read_bytes())
    content[40] ^= 1
    file.write_bytes(content)
    with pytest.raises(UnavailableError, match="run-1 cannot be used"):
        Archive.of(settings).lists(world.connection, 1, [world.key("ann")])
