"""An API over a small world, for clients of it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from frontpage.core.settings import Settings
from frontpage.store.connect import connect
from tests.support.api import api, until

from ..serving_world import World


@pytest.fixture
def url(database: str, settings: Settings, tmp_path: Path) -> Iterator[str]:
    """A running server with a list of its own for reader-17."""
    with connect(database) as connection:
        made = World(connection, settings)
        made.articles(["a1", "a2", "g1"])
        made.reader("reader-17", region="north")
        made.read("reader-17", "a1")
        made.publish({"reader-17": ["a2", "a1"]}, {("global", ""): ["g1"]})
    with api(database, tmp_path / "log", FRONTPAGE_CLOCK="2026-03-01T11:00:00Z") as running:
        until(lambda: running.client.get("/health/ready").status_code == 200)
        yield str(running.client.base_url).rstrip("/")
