"""A desk on loopback over a newsroom with a champion, and a real Chromium that looks at it."""

import os
import secrets
import shutil
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import uvicorn

from frontpage.core.clock import iso
from frontpage.core.identity.api_keys import key_hash
from frontpage.core.settings import Settings
from frontpage.desk.app import create_app
from frontpage.steps import drift, refresh
from frontpage.store import keys
from frontpage.store.connect import connect, fetch_one
from frontpage.store.server import Server
from tests.integration.released import LATER, filled, release_version
from tests.unit.models.newsroom_world import PARAMS
from tests.unit.models.worlds import NOW

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium") or shutil.which("google-chrome")
ROLES = ("viewer", "operator", "editor", "auditor")


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
    with filled(postgres, tmp_path_factory.mktemp("home"), "browser") as made:
        version = release_version(made)
        for as_of in (NOW, LATER):
            refresh.run(made, PARAMS, as_of)
        drift.run(made, PARAMS, LATER)
        settings = made.model_copy(update={"clock": iso(LATER)})
        with connect(settings.database_url) as connection:
            given = {role: _key(connection, role) for role in ROLES}
            reader_id, article_id = _to_look_at(connection)
        with _served(settings) as url:
            yield OpenDesk(url, given, reader_id, article_id, version, settings)


def _key(connection, role: str) -> str:
    key = secrets.token_urlsafe(24)
    keys.add_key(connection, keys.NewKey(f"{role}-1", key_hash(key), [role]), "person:test", "a test")
    return key


def _to_look_at(connection) -> tuple[str, str]:
    found = fetch_one(connection, _LISTED)
    assert found is not None
    return found["reader_id"], found["article_id"]


_LISTED = """select reader_id, article_id from recommendation join reader using (reader_key)
where run_id = (select run_id from published_run where variant = 'champion') order by reader_id, rank limit 1"""


class _served:
    """The desk in a thread of its own; its URL."""

    def __init__(self, settings: Settings) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        config = uvicorn.Config(create_app(settings, PARAMS), port=self.port, log_level="warning")
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
