"""`make restore-drill`: a cluster is lost, and comes back from sealed files with the same lists; prints RPO and RTO."""

import os
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from frontpage.backup import base
from frontpage.backup.folder import Backups
from frontpage.core.errors import BadInputError, NothingPublishedError
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.steps import backup, forget
from frontpage.store import migrate, server
from frontpage.store.connect import connect, execute, fetch_one
from frontpage.store.programs import SERVER_USER

from .serving_world import TEN, World

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]
SETTINGS = {"archive_mode": "on", "archive_timeout": "60"}
CHECKSUM = """select md5(string_agg(listed::text, '|' order by run_id, reader_key, rank)) as sum, count(*) as n
from recommendation listed"""


@pytest.fixture
def installation() -> Iterator[Settings]:
    """An installation with a server of its own that archives its WAL; the folder of backups is the server's too."""
    home = Path(tempfile.mkdtemp(prefix="frontpage-drill-"))
    # Closed, as mkdtemp makes it: a server that runs as somebody else may then pass private folders, Python's too.
    settings = Settings(home=home, backups=str(home / "backups"), backup_key_file=str(home / "backup.key"))
    backup.key(settings, Params())
    (home / "backups").mkdir()
    _for_the_server(home / "backups", home / "backup.key")
    command = f"{base.archive_program('put', base.backups_of(settings))} %f %p"
    server.up(home, **SETTINGS, archive_command=command)
    migrate.upgrade(server.database_url(settings))
    yield settings
    server.down(home)
    shutil.rmtree(home, ignore_errors=True)


def test_the_same_lists_come_back(installation: Settings):
    """At the end of the WAL, at a second in between, and without those who were forgotten."""
    settings, params = installation, Params()
    with connect(server.database_url(settings)) as connection:
        world = World(connection, settings)
        world.articles(["a1", "a2"])
        world.reader("ann")
        world.reader("bob")
        world.publish({"ann": ["a1"], "bob": ["a2"]}, {("global", ""): ["a1"]})
        made = backup.create(settings, params)
        time.sleep(2)
        between, lists_between = datetime.now(UTC), fetch_one(connection, CHECKSUM)
        time.sleep(2)
        world.publish({"ann": ["a2", "a1"], "bob": ["a1"]}, {("global", ""): ["a2"]}, as_of=TEN + timedelta(hours=1))
        forget.run(settings, params, "bob", reason="asked for it", wait_seconds=0)
        lists_last = fetch_one(connection, CHECKSUM)
        execute(connection, "select pg_switch_wal()")
        switched = time.monotonic()
        _until_archived(connection)
        rpo = time.monotonic() - switched
    _lose_the_cluster(settings)

    began = time.monotonic()
    assert _restored(settings) == lists_last
    rto = time.monotonic() - began
    _lose_the_cluster(settings)
    assert _restored(settings, between) == lists_between
    assert _knows(settings, "bob")
    again = backup.forget_again(settings, params)
    assert (again.rows_in, again.rows_out) == (1, 1)
    assert not _knows(settings, "bob")
    assert _knows(settings, "ann")
    assert backup.forget_again(settings, params).rows_out == 0
    sys.stdout.write(
        f"\nrestore drill: {made.details['bytes'] / 1e6:.0f} MB in {made.details['sealed_bytes'] / 1e6:.0f} MB sealed; "
        f"{lists_last['n']} rows of lists, the same checksum twice; RTO {rto:.1f} s; RPO: a full segment was kept "
        f"{rpo:.1f} s after it ended, and at most {SETTINGS['archive_timeout']} s pass until one ends\n"
    )


def test_what_cannot_be_restored_is_said(installation: Settings, tmp_path: Path):
    """No backup from so early, a folder that is in use, another key, nobody's reader in clear."""
    backups = base.backups_of(installation)
    with pytest.raises(NothingPublishedError, match="no base backup from before"):
        base.unpack(backups, tmp_path / "data", datetime(2020, 1, 1, tzinfo=UTC))
    with connect(server.database_url(installation)) as connection:
        World(connection, installation).reader("reader-in-clear")
    backup.create(installation, Params())
    (tmp_path / "used").mkdir()
    (tmp_path / "used" / "file").touch()
    with pytest.raises(BadInputError, match="is not empty"):
        base.unpack(backups, tmp_path / "used")
    (tmp_path / "other.key").write_text("00" * 32)
    with pytest.raises(BadInputError, match="sealed with another key"):
        base.unpack(Backups(backups.folder, tmp_path / "other.key"), tmp_path / "data2")
    kept = list(backups.folder.rglob("*.sealed"))
    assert kept
    assert not any(b"reader-in-clear" in path.read_bytes() for path in kept)


def _lose_the_cluster(settings: Settings) -> None:
    """All data are gone; `server.json` stays: port and passwords are the restored cluster's too."""
    server.down(settings.home)
    shutil.rmtree(settings.home / "postgres")


def _restored(settings: Settings, until: datetime | None = None) -> dict:
    """A server from the backups; the checksum of its lists once it has recovered."""
    data = settings.home / "postgres"
    backup.restore(settings, Params(), data, until)
    _for_the_server(data, *data.rglob("*"))
    server.up(settings.home, archive_mode="off")
    with connect(server.database_url(settings)) as connection:
        for _ in range(600):
            row = fetch_one(connection, "select pg_is_in_recovery() as still")
            if row is not None and not row["still"]:
                break
            time.sleep(0.1)
        return dict(fetch_one(connection, CHECKSUM) or {})


def _until_archived(connection) -> None:
    for _ in range(600):
        waiting = fetch_one(connection, "select count(*) as n from pg_ls_archive_statusdir() where name ~ 'ready$'")
        if waiting is not None and waiting["n"] == 0:
            return
        time.sleep(0.1)
    pytest.fail("the WAL was not archived")


def _knows(settings: Settings, reader_id: str) -> bool:
    with connect(server.database_url(settings)) as connection:
        return fetch_one(connection, "select 1 from reader where reader_id = %s", [reader_id]) is not None


def _for_the_server(*paths: Path) -> None:
    """The server runs as somebody else where this is root."""
    if os.getuid() == 0:
        for path in paths:
            shutil.chown(path, SERVER_USER)
