"""A desk on loopback over a newsroom with a champion, and a real Chromium that looks at it."""

import os
import secrets
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest
import uvicorn

from frontpage.core.clock import iso
from frontpage.core.identity.api_keys import key_hash
from frontpage.core.settings import Settings
from frontpage.desk.app import create_app
from frontpage.steps import drift, evaluate, features, refresh, train
from frontpage.store import keys
from frontpage.store.connect import connect
from frontpage.store.server import Server
from tests.integration.rules.conftest import KEEPING
from tests.integration.test_models_steps import fill
from tests.support.databases import admin
from tests.unit.models.newsroom_world import newsroom
from tests.unit.models.worlds import NOW

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
ROLES = ("viewer", "operator", "editor", "auditor")
HOUR = timedelta(hours=1)


@dataclass(frozen=True)
class OpenDesk:
    """Where it is, a key for each role, and what may be looked at."""

    url: str
    keys: dict[str, str]
    reader_id: str
    article_id: str
    version: str
    settings: Settings


@pytest.fixture(scope="session")
def browser() -> Iterator[object]:
    """Chromium of the system; without it, or without playwright, these tests are skipped aloud."""
    if CHROMIUM is None:
        pytest.skip("no chromium here: apt-get install chromium")
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        yield playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox"])


@pytest.fixture(scope="session")
def desk(postgres: Server, tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenDesk]:
    """The desk of a newsroom with two editions, made with the verbs' own functions."""
    for name in ("browser", "browser_mlflow"):
        admin(postgres, f"create database {name}" + (" template template_frontpage" if name == "browser" else ""))
    home = tmp_path_factory.mktemp("home")
    settings = Settings(
        home=home,
        database_url=postgres.url("browser"),
        mlflow_url=postgres.url("browser_mlflow"),
        clock=iso(NOW + HOUR),
    )
    _newsroom(settings)
    with connect(settings.database_url) as connection:
        made = {role: _key(connection, role) for role in ROLES}
        found = _to_look_at(connection)
    with _served(settings) as url:
        yield OpenDesk(url, made, *found, settings)


def _newsroom(settings: Settings) -> None:
    with connect(settings.database_url) as connection:
        fill(connection, newsroom(60, 36))
    for step in (features, train, evaluate):
        step.run(settings, KEEPING, NOW - 2 * HOUR)
    for as_of in (NOW - HOUR, NOW):
        refresh.run(settings, KEEPING, as_of)
    drift.run(settings, KEEPING, NOW)


def _key(connection, role: str) -> str:
    key = secrets.token_urlsafe(24)
    keys.add_key(connection, keys.NewKey(f"{role}-1", key_hash(key), [role]), "person:test", "a test")
    return key


def _to_look_at(connection) -> tuple[str, str, str]:
    with connection.cursor() as cursor:
        cursor.execute(
            """select reader_id, article_id, (select version from model_version limit 1)
            from recommendation join reader using (reader_key)
            where run_id = (select run_id from published_run where variant = 'champion') order by 1, rank limit 1"""
        )
        return cursor.fetchone()


class _served:
    """The desk in a thread of its own; its URL."""

    def __init__(self, settings: Settings) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        config = uvicorn.Config(create_app(settings, KEEPING), port=self.port, log_level="warning")
        self.server = uvicorn.Server(config)
        self.thread = threading.Thread(target=self.server.run, daemon=True)

    def __enter__(self) -> str:
        self.thread.start()
        deadline = time.monotonic() + 60
        while not self.server.started and time.monotonic() < deadline:
            time.sleep(0.05)
        return f"http://127.0.0.1:{self.port}"

    def __exit__(self, *error: object) -> None:
        self.server.should_exit = True
        self.thread.join(timeout=20)


AXE = (Path(__file__).parent / "axe" / "axe.min.js").read_text()
