"""From nothing to a published front page: start the parts, fill the newsroom, run the workflows, show ten, stay up."""

from __future__ import annotations

import contextlib
import os
import signal
import time
from typing import TYPE_CHECKING, Any, NoReturn

import httpx

from core.clock import HOUR, iso
from core.errors import BadInputError
from stack import processes, services, show, watch, world
from stack.airflow_api import AirflowApi
from stack.environment import USER, airflow_secrets
from stack.plan import REFRESH, WORKFLOWS, PlannedRun, backfill, first_edition, live_edition
from store.server import database_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from stack.console import Console
    from stack.layout import Layout, World
    from stack.processes import Child
    from stack.services import Stack

_OWN = "up"
_LOOK_SECONDS = 1.0


def up(stack: Stack, asked: World, console: Console, now: datetime) -> None:
    """Everything up and a first edition published; returns on Ctrl-C or `make stop`, with everything down again.

    What was done by an earlier call is not done again. Raises BadInputError where a port is taken, where it runs
    already, or where the home holds another world; UnavailableError with the name and last words of a part that died;
    CheckFailedError naming the task that failed.
    """
    if stack.settings.env != "development":
        raise BadInputError(f"this is for development, not for FRONTPAGE_ENV={stack.settings.env}; use the containers")
    _refuse_second(stack.layout)
    world.refuse_other_world(stack.layout, asked)
    services.stop_parts(stack.layout)  # what a killed call left behind
    _require_ports(stack)
    with _held_up(stack.layout, console):
        children = _start(stack, asked, console, now)
        _publish(stack, asked, console, now, children)
        _show(stack, asked, console)
        _stay(stack, children, console)


def _start(stack: Stack, asked: World, console: Console, now: datetime) -> list[Child]:
    """All parts running and healthy, the newsroom filled."""
    services.start_database(stack)
    console.say("PostgreSQL is up")
    filling = world.begin(stack, asked, now)
    if filling is not None:
        console.say(f"filling the newsroom: {asked.label}")
    if services.needs_airflow_migration(stack):
        console.status("making Airflow's tables")
        services.migrate_airflow(stack)
        console.say("Airflow's tables are made")
    if asked.is_historic:  # its clock is known only once it has been read
        console.status("importing")
        world.finish(stack, asked, filling)
    clock = iso(plan(stack.layout, asked, now)[-1].as_of) if asked.is_historic else ""
    children = [
        *services.start_airflow(stack, scheduled=not asked.is_historic, clock=clock),
        *services.start_serving(stack, clock),
    ]
    api = airflow_api(stack)
    watch.wait_until_healthy(api, WORKFLOWS, console, lambda: processes.check(stack.layout, children))
    console.say(f"Airflow is up at {stack.airflow_url}")
    if asked.is_simulated:
        console.status("simulating")
        if filling is not None:
            api.warm_up()  # while there is nothing else to wait for
        world.finish(stack, asked, filling)
        children.append(world.follow(stack, asked))
    return children


def _publish(stack: Stack, asked: World, console: Console, now: datetime, children: Sequence[Child]) -> None:
    """A published list. Where an earlier call left one that has grown old, a new one is asked for, not waited for."""
    api = airflow_api(stack)
    planned = plan(stack.layout, asked, now)
    served = show.current_run(_recommendations_api(stack))
    if served is None or (asked.is_historic and served["as_of"] != iso(planned[-1].as_of)):
        watch.run_all(api, planned, console, lambda: processes.check(stack.layout, children))
    elif not asked.is_historic and served["age_seconds"] > HOUR.total_seconds():
        console.say(f"the published list is {served['age_seconds'] / 3600:.1f} h old: a refresh has been asked for")
        api.ensure_run(REFRESH, planned[-1].as_of)


def plan(layout: Layout, asked: World, now: datetime) -> list[PlannedRun]:
    """The runs that a first edition of this world needs."""
    if asked.is_historic:
        return backfill(world.end_of_data(layout))
    return live_edition(now) if asked.is_live else first_edition(now)


def airflow_api(stack: Stack) -> AirflowApi:
    """A client with the installation's own log-in."""
    return AirflowApi(stack.airflow_url, USER, airflow_secrets(stack.layout).password)


def _recommendations_api(stack: Stack) -> httpx.Client:
    return show.api_client(stack.api_url, stack.settings.api_keys.get_secret_value())


def _show(stack: Stack, asked: World, console: Console) -> None:
    api, url = _recommendations_api(stack), database_url(stack.settings)
    lines = show.live_lines(api, url) if asked.is_live else show.list_lines(_readers_list(api, url))
    secrets = airflow_secrets(stack.layout)
    where = show.address_lines(
        stack.api_url, stack.airflow_url, secrets.password, str(stack.layout.mail / "index.html")
    )
    for line in ["", *lines, "", *where]:
        console.plain(line)
    console.say("up")


def _readers_list(api: httpx.Client, database: str) -> dict[str, Any]:
    return show.recommendations(api, show.reader_to_show(database))


def _stay(stack: Stack, children: Sequence[Child], console: Console) -> NoReturn:
    """Stay until interrupted; say it once where a part ends by itself."""
    ended: set[str] = set()
    while True:
        time.sleep(_LOOK_SECONDS)
        for child in children:
            if child.name not in ended and not processes.is_alive(child):
                ended.add(child.name)
                console.say(f"{child.name} has ended: {processes.last_line(stack.layout, child.name)}")


@contextlib.contextmanager
def _held_up(layout: Layout, console: Console) -> Iterator[None]:
    """Everything is taken down at the end, however that comes; an interruption is the normal end."""

    def interrupt(*_: Any) -> None:
        raise KeyboardInterrupt

    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, interrupt)
    processes.record(layout, _OWN, os.getpid())
    try:
        yield
    except KeyboardInterrupt:
        console.plain()
    finally:
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)  # a second Ctrl-C must not leave half of it running
        console.say("stopping")
        services.take_down(layout)
        processes.forget(layout, _OWN)
        console.say("everything is down")


def _refuse_second(layout: Layout) -> None:
    own = processes.recorded(layout).get(_OWN)
    if own is not None and processes.is_alive(own):
        raise BadInputError(f"it is up already (process {own.pid}); `make stop` ends it")


def _require_ports(stack: Stack) -> None:
    processes.require_free(stack.ports.api, "the API", "API_PORT")
    processes.require_free(stack.ports.airflow, "Airflow", "AIRFLOW_PORT")
