"""The faults of `make proof-alerts`: how each is planted in a running installation, and mended."""

from __future__ import annotations

import itertools
import os
import subprocess
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx

from bench import record
from frontpage.core.settings import Settings
from frontpage.store import server
from frontpage.store.connect import connect, execute, transaction
from tests.integration.serving_world import World

#: Name -> the alert that it must fire. Those whose windows stay open longest come last.
FAULTS = {
    "feed cut": "SourceSilent",
    "too few articles": "ArticlesTooFew",
    "gate red": "GateRed",
    "drift": "DriftConfirmed",
    "digest stuck": "DigestStuck",
    "backup missing": "BackupLate",
    "api killed": "ApiDown",
    "disk filled": "DiskFilling",
    "latency": "ApiLatency",
    "list stale": "ListStale",
    "database restarted": "DatabaseRestarted",
}
_ARTICLES = """insert into article_version
(article_id, recorded_at, url, canonical_url, title, first_seen_at, published_at, content_hash, source, extract_id)
select week || '-' || n, at, url, url, 'Title', at, at, url, 'feed', 1
from generate_series(0, 4) week, generate_series(1, 100) n,
     lateral (select now() - week * interval '7 days' - interval '10 minutes' as at,
                     'https://news.example/' || week || '/' || n as url) made"""
_EXECUTIONS = """insert into execution
(execution_id, verb, trigger, caller, params_hash, as_of, started_at, ended_at, exit_code)
select gen_random_uuid(), verb, 'hand', 'proof', '', now(), now(), now(), 0
from unnest(array['gate', 'publish', 'backup', 'drift']) verb"""
_HEALTHY = (
    "insert into source_watermark (source, as_of) values ('feed', now())",
    "insert into extract_run (source, as_of, state, loaded) values ('feed', now(), 'done', 100)",
    _ARTICLES,
    _EXECUTIONS,
)
_FEW = """update article_version set recorded_at = recorded_at - interval '3 days'
where article_id like '0-%%' and article_id > '0-3'"""
_ENOUGH = """update article_version set recorded_at = recorded_at + interval '3 days'
where article_id like '0-%%' and article_id > '0-3'"""
_BACKUP = "update execution set started_at = {0}, ended_at = {0} where verb = 'backup'"
_DRIFTED = """insert into drift_finding
select as_of, 'reads.category', 'sport', 'shift', 2, 1, 9, true from execution where verb = 'drift'"""
_STUCK = """insert into digest_edition (edition_id, region, local_day, due_at, as_of, run_id, created_at)
select 'e', 'north_america', current_date, at, now(), run_id, at
from published_run, (select now() - interval '4 hours' as at) late"""
#: Statements that plant a fault, and that mend it.
_ROWS = {
    "feed cut": (
        "update extract_run set as_of = now() - interval '7 hours'",
        "update extract_run set as_of = now()",
    ),
    "too few articles": (_FEW, _ENOUGH),
    "gate red": (
        "update execution set exit_code = 4 where verb = 'gate'",
        "update execution set exit_code = 0 where verb = 'gate'",
    ),
    "drift": (_DRIFTED, "delete from drift_finding"),
    "digest stuck": (_STUCK, "delete from digest_edition"),
    "backup missing": (_BACKUP.format("now() - interval '30 hours'"), _BACKUP.format("now()")),
    "list stale": (
        "update rec_run set as_of = now() - interval '4 hours'",
        "update rec_run set as_of = now()",
    ),
}
_READER = "ann"
_DISK = "64m"
_HELD_SECONDS, _GOING_SECONDS = 0.4, 0.3


@dataclass(slots=True)
class Installation:
    """What the proof runs on: a home, its database, and an API that it starts and stops."""

    home: Path
    url: str
    port: int
    faults: dict[str, str] = field(default_factory=lambda: dict(FAULTS))
    _api: subprocess.Popen[bytes] | None = None

    @property
    def disk(self) -> Path:
        """The home that exporter and API see: a small disk of its own, where one can be mounted."""
        return self.home / "disk"

    @property
    def environment(self) -> dict[str, str]:
        """For the parts."""
        return {"FRONTPAGE_DATABASE_URL": self.url, "FRONTPAGE_HOME": str(self.disk)}

    def start_api(self) -> None:
        """As `make run` does."""
        command = [record.FRONTPAGE, "serve", "--port", str(self.port)]
        log = (self.home / "api.log").open("ab")
        self._api = subprocess.Popen(command, env={**os.environ, **self.environment}, stdout=log, stderr=log)

    def stop_api(self) -> None:
        """Killed, as a worker is that the machine ends."""
        if self._api is not None:
            self._api.kill()
            self._api.wait()
            self._api = None

    def run(self, statement: str) -> None:
        """On the database."""
        with connect(self.url) as connection:
            execute(connection, statement, {})


def healthy(installation: Installation) -> None:
    """Rows of an installation where all is well.

    Without the right to mount, the fault of the disk is left out aloud.
    """
    for statement in _HEALTHY:
        installation.run(statement)
    settings = Settings(home=installation.home, database_url=installation.url)
    with connect(installation.url) as connection:
        world = World(connection, settings)
        world.reader(_READER)
        names = [f"0-{n}" for n in range(1, 11)]
        world.publish({_READER: names}, {("global", ""): names}, as_of=datetime.now(UTC))
    installation.disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={_DISK}", "tmpfs", installation.disk])
    if mounted.returncode:
        print("no disk can be mounted here: 'disk filled' is left out")  # noqa: T201 - a proof
        del installation.faults["disk filled"]


def taken_apart(installation: Installation) -> None:
    """Nothing is left mounted."""
    subprocess.run(["umount", installation.disk], stderr=subprocess.DEVNULL)


@contextmanager
def planted(installation: Installation, name: str) -> Iterator[None]:
    """The fault, for the time of the block."""
    if name in _ROWS:
        spoil, mend = _ROWS[name]
        installation.run(spoil)
        yield
        installation.run(mend)
        return
    with _OTHERS[name](installation):
        yield


@contextmanager
def _api_killed(installation: Installation) -> Iterator[None]:
    installation.stop_api()
    yield
    installation.start_api()


@contextmanager
def _disk_filled(installation: Installation) -> Iterator[None]:
    filler = installation.disk / "filler"
    filler.write_bytes(bytes(60 * 2**20))
    yield
    filler.unlink()


@contextmanager
def _database_restarted(installation: Installation) -> Iterator[None]:
    server.down(installation.home)
    server.up(installation.home)
    yield


@contextmanager
def _latency(installation: Installation) -> Iterator[None]:
    """The database keeps look-ups waiting again and again, while readers come whose lists are not in memory."""
    over = threading.Event()
    threads = [threading.Thread(target=work, args=(installation, over)) for work in (_hold_up, _asking)]
    for thread in threads:
        thread.start()
    yield
    over.set()
    for thread in threads:
        thread.join()


def _hold_up(installation: Installation, over: threading.Event) -> None:
    while not over.wait(_GOING_SECONDS):
        with connect(installation.url) as connection, transaction(connection):
            execute(connection, "lock table reader_preference in access exclusive mode")
            over.wait(_HELD_SECONDS)


def _asking(installation: Installation, over: threading.Event) -> None:
    with httpx.Client(base_url=f"http://127.0.0.1:{installation.port}", timeout=10) as client:
        for number in itertools.takewhile(lambda _: not over.wait(0.02), itertools.count()):
            with suppress(httpx.HTTPError):
                client.get(f"/v1/readers/stranger-{number}/recommendations")


_OTHERS: dict[str, Any] = {
    "api killed": _api_killed,
    "disk filled": _disk_filled,
    "database restarted": _database_restarted,
    "latency": _latency,
}
