"""Lists without profiling, shown by the statements: what PostgreSQL was asked names no table about readers."""

import asyncio
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from frontpage.core.settings import Settings
from frontpage.store.connect import connect, execute, fetch_all
from frontpage.store.queries import query
from frontpage.store.server import Server

from ..serving_client import path, running
from ..serving_world import World

#: What was answered is written down, of nobody.
ALLOWED = {"served_list"}


@pytest.fixture
def world(database: str, settings: Settings) -> Iterator[World]:
    """A reader with a list, in a region that has one; each statement of the database goes into the server's log."""
    with connect(database) as connection:
        made = World(connection, settings)
        made.articles(["a1", "g1", "n1"])
        made.reader("ann", region="north")
        made.publish({"ann": ["a1"]}, {("global", ""): ["g1"], ("region", "north"): ["n1"]})
        name = database.rsplit("/", 1)[1]
        execute(connection, f"alter database {name} set log_statement = 'all'")
        yield made


def about_readers(world: World) -> set[str]:
    """Tables that hold readers by their pseudonym, by the catalogue; the parts of one too."""
    names = {row["name"].removeprefix("public.") for row in fetch_all(world.connection, query("privacy/tables"))}
    parts = fetch_all(world.connection, "select inhrelid::regclass::text as name from pg_inherits")
    return (names | {row["name"] for row in parts if row["name"].startswith("recommendation_")}) - ALLOWED


async def logged(log: Path, start: int) -> str:
    """What the server logged since then, without comments, once the API has written down what it answered."""
    async with asyncio.timeout(10):
        while 'COPY "served_list"' not in (said := log.read_bytes()[start:].decode()):
            await asyncio.sleep(0.05)
    return re.sub("--.*", "", said)


def named(said: str, tables: set[str]) -> set[str]:
    """Those of some tables that a log names."""
    return set(re.findall(r"[a-z_][a-z_0-9.]*", said)) & tables


async def test_no_statement_of_such_an_answer_names_a_table_about_readers(world, settings: Settings, postgres: Server):
    """From before the first request until what was answered is written down; a reader's own answer names several."""
    log = Path(postgres.data, "server.log")
    tables = about_readers(world)
    assert {"reader", "read_event", "reader_preference", "recommendation", "correction"} <= tables
    async with running(settings.model_copy(update={"clock": "2026-03-01T11:00:00Z"})) as client:
        start = log.stat().st_size
        for reader in ("ann", "nobody"):
            answer = await client.get(path(reader), params={"personalised": "false", "region": "north"})
            assert [item["article_id"] for item in answer.json()["items"]] == ["n1", "g1"]
        impersonal = await logged(log, start)
        assert len(re.findall(r"statement: |execute ", impersonal)) >= 3
        assert named(impersonal, tables) == set()
        start = log.stat().st_size
        assert [item["article_id"] for item in (await client.get(path("ann"))).json()["items"]] == ["a1"]
        assert len(named(await logged(log, start), tables)) >= 2
