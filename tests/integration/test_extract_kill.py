"""An extract that is killed leaves nothing behind, and a second one at the same time has to wait."""

import os
import signal
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest

from etl.reading.sources import parse_source
from frontpage.core.errors import CheckFailedError, UnavailableError
from frontpage.core.settings import Settings
from frontpage.store import extracts
from frontpage.store.connect import connect, execute, transaction
from tests.integration.extract_world import (
    DAY,
    START,
    article,
    check_account,
    iso,
    pull,
    read,
    rows,
    second_settings,
    tables,
    write,
)

__all__ = ["second_settings"]

_RUN = """
import sys
from datetime import datetime
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.steps import extract
settings = Settings(home=sys.argv[1], database_url=sys.argv[2])
extract.run(settings, Params(), datetime.fromisoformat(sys.argv[3]), [sys.argv[4]])
"""
_PLACES = {
    "while staging": "select 1 from pg_stat_user_tables where relname = 'stage_part' and n_tup_ins > 1",
    "while merging": "select 1 from pg_stat_activity where query like '-- What becomes of each staged%'",
}


@pytest.fixture
def world(tmp_path: Path) -> Path:
    """24,000 reads in twelve files: enough to be hit in the middle."""
    write(tmp_path, "articles/a.jsonl", [article(n, first_seen_at=iso(START)) for n in range(200)])
    for part in range(12):
        numbers = range(part * 2000, part * 2000 + 2000)
        at = [iso(START + timedelta(seconds=n)) for n in numbers]
        events = [
            read(n, occurred_at=t, recorded_at=t, article_id=f"a{n % 200}") for n, t in zip(numbers, at, strict=True)
        ]
        write(tmp_path, f"reads/{part:02}.jsonl", events)
    return tmp_path


@pytest.mark.slow
@pytest.mark.parametrize("place", _PLACES)
def test_kill_and_run_again_is_one_clean_run(settings: Settings, world: Path, second_settings: Settings, place: str):
    """Kill -9 in the middle loses and doubles nothing: the next run gives the tables of an undisturbed one."""
    arguments = [str(settings.home), settings.database_url, iso(START + DAY), str(world)]
    process = subprocess.Popen(
        [sys.executable, "-c", _RUN, *arguments], env={**os.environ, "PYTHONPATH": str(Path.cwd())}
    )
    deadline = time.monotonic() + 60
    while not rows(settings, _PLACES[place]) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.02)
    process.send_signal(signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert rows(settings, "select count(*) from read_event") == [(0,)]
    assert rows(settings, "select count(*) from source_watermark") == [(0,)]
    assert pull(settings, START + DAY, world).rows_out == 24_200
    pull(second_settings, START + DAY, world)
    assert tables(settings) == tables(second_settings)
    assert rows(settings, "select state from extract_run where source <> 'inbox' order by extract_id") == [
        ("failed",),
        ("done",),
    ]
    check_account(settings)


def test_two_extracts_of_one_source_do_not_run_at_once(settings: Settings, tmp_path: Path):
    """The second gives up with a sentence while the first holds the source; other sources are free."""
    write(tmp_path, "articles/a.jsonl", [article(0)])
    source = parse_source(str(tmp_path))
    with connect(settings.database_url) as one, connect(settings.database_url) as other:
        with extracts.source_lock(one, source.name):
            with pytest.raises(UnavailableError, match="another extract of"):
                with extracts.source_lock(other, source.name, wait_seconds=1):
                    pass
            with extracts.source_lock(other, "another source", wait_seconds=1):
                pass
        with extracts.source_lock(other, source.name, wait_seconds=1):
            pass


def test_a_pull_that_ends_while_another_cleans_up_keeps_its_account(settings: Settings):
    """Who swept saw it running, and got its lock only once it was done: it is not marked failed."""
    with connect(settings.database_url) as connection:
        extract = extracts.begin(connection, "a source", START)
        extracts.finish(connection, extract, extracts.Counts(rows_in=5, loaded=5), {}, {})
        assert not extracts.fail(connection, extract.extract_id, {"error": "the process ended before the extract did"})
    assert rows(settings, "select state, rows_in, loaded, details from extract_run") == [("done", 5, 5, {})]


def test_two_sources_that_share_rows_may_be_pulled_at_once(settings: Settings, tmp_path: Path):
    """Both stage, one writes after the other: the second finds the rows of the first, and both accounts balance."""
    for name in ("one", "other"):
        write(tmp_path / name, "articles/a.jsonl", [article(n) for n in range(3)])
        write(tmp_path / name, "reads/e.jsonl", [read(n) for n in range(20)])
    waiting = "select count(*) from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()"
    with connect(settings.database_url) as holder, ThreadPoolExecutor(2) as pool, transaction(holder):
        execute(holder, "lock table read_event in share mode")
        pulls = [pool.submit(pull, settings, START + DAY, tmp_path / name) for name in ("one", "other")]
        deadline = time.monotonic() + 30
        while rows(settings, waiting) != [(2,)] and time.monotonic() < deadline:
            time.sleep(0.02)
        holder.commit()
        summaries = [one.result() for one in pulls]
    assert sorted((done.rows_out, done.details["unchanged"]) for done in summaries) == [(0, 23), (23, 0)]
    check_account(settings)


_FAULT = """
create function public.lose() returns trigger language plpgsql as 'begin return null; end';
create function public.plant() returns event_trigger language plpgsql as $$
declare made record;
begin
    for made in select * from pg_event_trigger_ddl_commands() where object_identity like '%.stage_article' loop
        execute 'create trigger lose before insert on ' || made.object_identity
                || ' for each row when (new.row_no = 2) execute function public.lose()';
    end loop;
end $$;
create event trigger plant on ddl_command_end when tag in ('CREATE TABLE') execute function public.plant();
"""


def test_a_lost_row_fails_the_extract_and_keeps_nothing(settings: Settings, tmp_path: Path):
    """Planted fault: the server drops a staged row. The account does not balance, and nothing is committed."""
    write(tmp_path, "articles/a.jsonl", [article(n) for n in range(3)])
    with connect(settings.database_url) as connection:
        execute(connection, _FAULT)
        with pytest.raises(CheckFailedError, match="3 rows in, but 2 loaded"):
            pull(settings, START + DAY, tmp_path)
        assert rows(settings, "select count(*) from article_version") == [(0,)]
        assert rows(settings, "select source from source_watermark") == [("inbox",)]
        assert rows(settings, "select state from extract_run where source <> 'inbox'") == [("failed",)]
        execute(connection, "drop event trigger plant")
    assert pull(settings, START + DAY, tmp_path).rows_out == 3
