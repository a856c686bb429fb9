"""Fixtures every kind of test may use: a real PostgreSQL of its own, and a fresh migrated database per test."""

import itertools
import os
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from frontpage.core.settings import Settings
from frontpage.store import migrate, server
from tests.support import (
    counters,  # noqa: F401 - before Feast
    ml_results,
)
from tests.support.databases import admin

os.environ.setdefault("DO_NOT_TRACK", "1")

SHARED = Path(__file__).resolve().parents[2] / "shared"
_names = itertools.count()


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option that `make ml-score` gives."""
    parser.addoption(ml_results.OPTION, action="store_true", help="record results of the ML Test Score")


def pytest_configure(config: pytest.Config) -> None:
    """Only the process that collects the workers' reports writes."""
    if config.getoption(ml_results.OPTION) and not hasattr(config, "workerinput"):
        config.pluginmanager.register(ml_results.Recorder())


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Reports of marked tests say so."""
    ml_results.tell_marks(items)


@pytest.fixture(autouse=True)
def _counts_in_memory() -> None:
    """Feast, once a test has imported it, would have the API's tests read metrics from a folder of its own."""
    os.environ.pop("PROMETHEUS_MULTIPROC_DIR", None)


@pytest.fixture(scope="session")
def postgres() -> Iterator[server.Server]:
    """An embedded server for this test session only, with a migrated template database."""
    # Not below pytest's own folder: each pytest that starts closes that one to the server's user.
    home = Path(tempfile.mkdtemp(prefix="frontpage-test-"))
    home.chmod(0o755)
    running = server.up(home, fsync="off", full_page_writes="off")
    admin(running, "create database template_frontpage")
    migrate.upgrade(running.url("template_frontpage"))
    yield running
    server.down(home)
    shutil.rmtree(home)


@pytest.fixture
def database(postgres: server.Server) -> Iterator[str]:
    """URL of a fresh, migrated, empty database; dropped after the test."""
    name = f"test_{os.getpid()}_{next(_names)}"
    admin(postgres, f"create database {name} template template_frontpage")
    yield postgres.url(name)
    admin(postgres, f"drop database {name} with (force)")


@pytest.fixture
def settings(database: str, tmp_path: Path) -> Settings:
    """Settings of a fresh installation: an empty database and an empty home."""
    return Settings(home=tmp_path / "home", database_url=database)


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real data sets; tests that need it skip, saying so, where it is absent."""
    data = SHARED / "data"
    if not data.is_dir():
        pytest.skip(f"no real data at {data}")
    return data
