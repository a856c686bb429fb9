"""Runs served together: a canary's readers have its lists, all others the champion's; each answer is of one run."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta

import httpx
import pytest

from frontpage.core.settings import Settings
from frontpage.store.connect import connect, execute, fetch_all
from frontpage.store.lists import holds, runs, withheld

from .serving_client import listed, path, running
from .serving_world import TEN, World

GLOBAL = {("global", ""): ["g1"]}
TODAY = {("global", ""): ["t1"]}


@pytest.fixture
def world(database: str, settings: Settings) -> Iterator[World]:
    """Three readers and one published run."""
    with connect(database) as connection:
        made = World(connection, settings)
        made.articles(["a1", "a2", "b1", "c1", "g1", "t1", "t2"])
        for name in ("ann", "bob", "cid"):
            made.reader(name)
        made.publish({"ann": ["a1"], "bob": ["b1"]}, GLOBAL)
        yield made


@pytest.fixture
async def client(world: World, settings: Settings) -> AsyncIterator[httpx.AsyncClient]:
    """The application an hour after TEN."""
    async with running(settings.model_copy(update={"clock": "2026-03-01T11:00:00Z"})) as client:
        yield client


async def shown(client: httpx.AsyncClient, reader: str, expected: tuple) -> None:
    """Wait until a reader's list is this one: workers hear of a publish a moment after it."""
    async with asyncio.timeout(10):
        while (found := await listed(client, reader)) != expected:
            assert found[1], "never an empty list in between"
            await asyncio.sleep(0.05)


async def run_of(client: httpx.AsyncClient, reader: str) -> int:
    return (await client.get(path(reader))).json()["run_id"]


async def test_a_canary_serves_its_own_readers_and_is_withdrawn_at_once(world, client):
    """Also a reader whose list is in memory changes over; who is in neither run gets the champion's fallback."""
    await shown(client, "ann", (None, ["a1"]))
    champion = await run_of(client, "bob")
    canary = world.publish({"ann": ["a2"]}, TODAY, variant="canary")
    await shown(client, "ann", (None, ["a2"]))
    await shown(client, "bob", (None, ["b1"]))
    await shown(client, "cid", ("global", ["g1"]))
    assert (await run_of(client, "ann"), await run_of(client, "bob")) == (canary, champion)
    withheld.withdraw(world.connection, "canary")
    await shown(client, "ann", (None, ["a1"]))


async def test_a_new_champion_takes_the_canarys_readers_over_in_the_same_moment(world, client):
    """Its publish takes the pointer away, since no rollout is under way."""
    world.publish({"ann": ["a2"]}, GLOBAL, variant="canary")
    await shown(client, "ann", (None, ["a2"]))
    world.publish({"ann": ["c1"], "bob": ["b1"]}, GLOBAL, TEN + timedelta(hours=1))
    await shown(client, "ann", (None, ["c1"]))
    assert fetch_all(world.connection, "select variant from published_run") == [{"variant": "champion"}]


async def test_outside_a_pilot_everybody_has_the_product_of_today(world, client):
    """Only behind a champion's run that is a pilot's; the fallback is today's too."""
    world.publish({"ann": ["t1"], "bob": ["t1"], "cid": ["t2"]}, TODAY, variant="today")
    await shown(client, "cid", ("global", ["g1"]))
    later = TEN + timedelta(hours=1)
    world.publish({"ann": ["a2"]}, GLOBAL, later, details={"pilot": 1, "n_readers": 1})
    await shown(client, "ann", (None, ["a2"]))
    await shown(client, "bob", (None, ["t1"]))
    await shown(client, "cid", (None, ["t2"]))
    await shown(client, "nobody", ("global", ["t1"]))


async def test_what_is_written_down_says_which(world, client, settings):
    """served_list has the variant and the run of the list itself."""
    canary = world.publish({"ann": ["a2"]}, GLOBAL, variant="canary")
    await shown(client, "ann", (None, ["a2"]))
    await shown(client, "bob", (None, ["b1"]))
    found: set = set()
    for _ in range(40):
        rows = fetch_all(world.connection, "select reader_key, variant, run_id from served_list")
        found = {(row["reader_key"], row["variant"], row["run_id"] == canary) for row in rows}
        if len(found) > 1:
            break
        await asyncio.sleep(0.1)
    assert {(world.key("ann"), "canary", True), (world.key("bob"), "champion", False)} <= found


def test_a_rollback_to_lists_whose_articles_are_gone_is_refused(world, settings):
    """One sentence, and nothing is changed."""
    from frontpage.core.errors import BadInputError, CheckFailedError

    world.publish({"ann": ["a2"]}, GLOBAL, TEN + timedelta(hours=1))
    world.articles(["a1", "b1"], status="retracted", hours=2)
    before = runs.current(world.connection, "champion")
    back = {"min_live_share": 0.5, "actor": settings.acting, "reason": "bad"}
    with pytest.raises(CheckFailedError, match="only 0% of its places name articles that are still live"):
        holds.roll_back(world.connection, "champion", None, **back)
    assert runs.current(world.connection, "champion") == before
    with pytest.raises(BadInputError, match="no list of champion is held"):
        holds.lift(world.connection, "champion", settings.acting, "again")


def test_a_rollback_holds_until_it_is_lifted_or_a_later_version_passes(world, settings):
    """The next list of the same version is kept back; who, when and why stand in the table."""
    later, back = TEN + timedelta(hours=1), {"min_live_share": 0.5, "actor": settings.acting, "reason": "bad"}
    world.publish({"ann": ["a2"]}, GLOBAL, later)
    first = holds.roll_back(world.connection, "champion", None, **back).run_id
    run = world.build({"ann": ["c1"]}, GLOBAL, later + timedelta(hours=1))
    assert holds.forbids(world.connection, run)["reason"] == "bad"
    assert withheld.keep_back(world.connection, run).outcome == "held"
    assert runs.current(world.connection, "champion")["run_id"] == first
    execute(
        world.connection,
        "insert into model_version (version, as_of, artefact_uri, artefact_hash) values ('model-2', %s, '-', '-')",
        [later],
    )  # fmt: skip
    assert holds.forbids(world.connection, {**run, "model_version": "model-2"}) is None
    assert holds.active(world.connection, "champion") is None
    rows = fetch_all(world.connection, "select actor, reason, lifted_by, lift_reason from list_hold")
    assert rows == [
        {"actor": str(settings.acting), "reason": "bad", "lifted_by": "system:frontpage",
         "lift_reason": "version model-2 passed"}
    ]  # fmt: skip
