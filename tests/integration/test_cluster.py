"""The pipelines on a real Flink: the lists and rows of the local runner, whatever becomes of a worker."""

import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bench.flink import Flink, local_flink, missing
from frontpage.core.settings import Settings
from frontpage.scoring import pipeline
from frontpage.steps import features, score, train
from frontpage.store import versions
from frontpage.store.connect import Connection, connect, execute, fetch_all, fetch_one, transaction
from frontpage.store.server import Server
from tests.integration.extract_world import (
    DAY,
    START,
    article,
    check_account,
    pull,
    read,
    second_settings,
    tables,
    write,
)
from tests.integration.test_models_steps import fill
from tests.support.databases import admin
from tests.unit.models.newsroom_world import PARAMS, newsroom
from tests.unit.models.worlds import NOW

__all__ = ["second_settings"]
pytestmark = pytest.mark.slow
_N_READERS, _BLOCK_READERS = 60, 7


@pytest.fixture(scope="module")
def flink(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flink]:
    """A Flink with a pool of workers; skips, saying why, where there can be none."""
    if lacking := missing():
        pytest.skip(lacking)
    try:
        with local_flink(tmp_path_factory.mktemp("flink")) as running:
            yield running
    except subprocess.CalledProcessError as error:
        pytest.skip(f"no local Flink: Maven could not fetch the job server ({error})")


@pytest.fixture
def trained(settings: Settings, postgres: Server, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[Settings, str]]:
    """A newsroom with features and a model, and blocks so small that there are nine."""
    monkeypatch.setattr(pipeline, "BLOCK_READERS", _BLOCK_READERS)
    name = f"mlflow_{settings.database_url.rsplit('/', 1)[1]}"
    admin(postgres, f"create database {name}")
    with connect(settings.database_url) as connection:
        fill(connection, newsroom(_N_READERS, 36))
    settings = settings.model_copy(update={"mlflow_url": postgres.url(name)})
    features.run(settings, PARAMS, NOW)
    train.run(settings, PARAMS, NOW)
    with connect(settings.database_url) as connection:
        yield settings, versions.newest(connection)[0].version
    admin(postgres, f"drop database {name} with (force)")


def test_rows_of_an_extract_are_those_of_the_local_runner(
    settings: Settings, second_settings: Settings, flink: Flink, tmp_path: Path
):
    """Two files cut into parts come to the same tables, and the account balances on both."""
    write(tmp_path, "articles/all.jsonl", [article(number) for number in range(40)])
    write(tmp_path, "reads/all.jsonl", [read(number) for number in range(300)])
    here = pull(settings, START + DAY, tmp_path)
    there = pull(second_settings, START + DAY, tmp_path, options=flink.options(2))
    assert (there.rows_in, there.rows_out) == (here.rows_in, here.rows_out) == (340, 340)
    assert tables(second_settings) == tables(settings)
    check_account(second_settings)


def test_lists_are_those_of_the_local_runner_though_a_worker_is_killed(trained: tuple[Settings, str], flink: Flink):
    """One checksum: here, on Flink, and on Flink with a worker killed in the middle of writing a block."""
    settings, version = trained
    here = score.run(settings, PARAMS, NOW, variant=version)
    there = score.run(settings, PARAMS, NOW, variant=version, beam_options=flink.options(2))
    with _a_worker_is_killed(settings, flink) as killed:
        again = score.run(settings, PARAMS, NOW, variant=version, beam_options=flink.options(2))
    assert len(killed) == 1
    assert there.details == again.details == here.details
    assert there.rows_out == again.rows_out == here.rows_out == 10 * _N_READERS
    assert list(settings.path("broadcast").iterdir()) == []


@contextmanager
def _a_worker_is_killed(settings: Settings, flink: Flink) -> Iterator[list[int]]:
    """Hold a block up until a worker waits to write it, and kill that worker; gives the pids of the killed."""
    killed: list[int] = []
    watch = threading.Thread(target=_hold_and_kill, args=(settings, flink, killed))
    watch.start()
    try:
        yield killed
    finally:
        watch.join(timeout=300)


def _hold_and_kill(settings: Settings, flink: Flink, killed: list[int]) -> None:
    with connect(settings.database_url) as holder, connect(settings.database_url) as looker:
        account = _first(looker, "select max(relname) as found from pg_class where relname ~ '^run_block_[0-9]+$'")
        with pytest.raises(_Released), transaction(holder):
            execute(holder, f"insert into {account} (block, n_rows) values (4, 0)")
            waiting = _first(
                looker,
                "select max(client_port) as found from pg_stat_activity where wait_event_type = 'Lock' and "
                f"query like '%{account}%' and datname = current_database()",
            )
            for worker in flink.workers():
                if any(one.laddr.port == waiting for one in worker.net_connections(kind="tcp")):
                    worker.kill()
                    killed.append(worker.pid)
            raise _Released


class _Released(Exception):
    """The block that was held up may be written."""


def _first(connection: Connection, statement: str) -> object:
    """The first answer that is not null."""
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        row = fetch_one(connection, statement)
        if row is not None and row["found"] is not None:
            return row["found"]
        time.sleep(0.02)
    raise TimeoutError(fetch_all(connection, "select application_name, query, wait_event from pg_stat_activity"))
