"""From nothing to everybody's own front page: start the parts, fill the newsroom, run the workflows, stay up.

Lists by a rule are published and shown first, to have something to read while the first model is trained.
"""

from __future__ import annotations

import contextlib
import os
import signal
import time
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NoReturn

import httpx

from frontpage.core.clock import HOUR, floor_to, iso
from frontpage.core.errors import BadInputError
from frontpage.stack import processes, services, show, watch, world
from frontpage.stack.airflow_api import NEEDED, AirflowApi
from frontpage.stack.environment import USER, airflow_secrets
from frontpage.stack.plan import (
    REFRESH,
    WORKFLOWS,
    backfill,
    first_edition,
    first_training,
    live_edition,
    personal_edition,
)
from frontpage.stack.watch import Watch
from frontpage.store.server import database_url

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from datetime import datetime

    from frontpage.stack.console import Console
    from frontpage.stack.layout import Layout, World
    from frontpage.stack.processes import Child
    from frontpage.stack.services import Stack

_OWN = "up"
_LOOK_SECONDS = 1.0


def up(stack: Stack, asked: World, console: Console, now: datetime) -> None:
    """Everything up and personal lists published; returns on Ctrl-C or `make stop`, with everything down again.

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
        _wait_for_pages(stack, console, children)
        _show_addresses(stack, console)
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
        world.finish(stack, asked, filling, lambda: console.status("importing"))
    clock = _clock(stack, asked)
    children = [
        *services.start_airflow(stack, scheduled=not asked.is_historic, clock=clock),
        *services.start_serving(stack, clock),
    ]
    watcher = _watch(stack, console, children)
    watch.wait_until_healthy(watcher, WORKFLOWS, NEEDED)
    console.say(f"Airflow is up at {stack.airflow_url}")
    if asked.is_simulated:
        if filling is not None:
            watcher.api.warm_up()  # while there is nothing else to wait for
        world.finish(stack, asked, filling, lambda: console.status(_filling(stack)))
        children.append(world.follow(stack, asked))
    return children


def _publish(stack: Stack, asked: World, console: Console, now: datetime, children: list[Child]) -> None:
    """Published lists, shown; an earlier call may have left some."""
    served = show.current_run(_recommendations_api(stack))
    if asked.is_historic:
        children += _start_pages(stack, asked)
        _publish_past(stack, console, children, served)
        return
    watcher = _watch(stack, console, children)
    if asked.is_live:
        children += _start_pages(stack, asked)
        _publish_live(stack, console, now, watcher, is_new=served is None)
        return
    if served is None:
        watch.run_all(watcher, first_edition(now))
        _show_edition(stack, console)
    children += _start_pages(stack, asked)  # not before: until then they would only keep others from working
    if served is None or served["model_version"] == show.NO_MODEL:
        _train_and_publish(stack, console, now, watcher)
        return
    if served["age_seconds"] > HOUR.total_seconds():
        console.say(f"the published list is {served['age_seconds'] / 3600:.1f} h old: a refresh has been asked for")
        watcher.api.ensure_run(REFRESH, floor_to(now, HOUR))
    _show_edition(stack, console)


def _publish_live(stack: Stack, console: Console, now: datetime, watcher: Watch, *, is_new: bool) -> None:
    """Lists of what live sources hold so far, and what personal lists still lack."""
    if is_new:
        watch.run_all(watcher, live_edition(now))
    console.plain()
    for line in show.live_lines(_recommendations_api(stack), database_url(stack.settings)):
        console.plain(line)
    console.plain()


def _train_and_publish(stack: Stack, console: Console, now: datetime, watcher: Watch) -> None:
    watch.run_all(watcher, first_training(now))
    edition, mails = personal_edition(now + timedelta(seconds=console.seconds))
    watch.run_all(watcher, [edition])
    _show_edition(stack, console)
    watch.run_all(watcher, [mails])


def _publish_past(stack: Stack, console: Console, children: list[Child], served: dict[str, Any] | None) -> None:
    """Lists at the end of historic data, with a model of each of the days before."""
    first, *others = backfill(world.end_of_data(stack.layout))
    if served is None or served["as_of"] != iso(others[-1].as_of):
        watcher = _watch(stack, console, children)
        watch.run_all(watcher, [first])
        _show_edition(stack, console)
        watch.run_all(watcher, others)
    _show_edition(stack, console)


def _clock(stack: Stack, asked: World) -> str:
    """What API and digest take as now: for historic data the end of these, else the real time."""
    return iso(backfill(world.end_of_data(stack.layout))[-1].as_of) if asked.is_historic else ""


def _start_pages(stack: Stack, asked: World) -> list[Child]:
    return services.start_pages(stack, scheduled=not asked.is_historic, clock=_clock(stack, asked))


def _wait_for_pages(stack: Stack, console: Console, children: list[Child]) -> None:
    watch.wait_until_healthy(_watch(stack, console, children), WORKFLOWS)
    if stack.has_own_mlflow:
        watch.wait_for_page(f"{stack.mlflow_page}/health", _watch(stack, console, children))


def _watch(stack: Stack, console: Console, children: list[Child]) -> Watch:
    return Watch(airflow_api(stack), console, lambda: processes.check(stack.layout, children), stack.layout.home)


def _filling(stack: Stack) -> str:
    return watch.progress_of(stack.layout.home, "simulate") or "simulating"


def airflow_api(stack: Stack) -> AirflowApi:
    """A client with the installation's own log-in."""
    return AirflowApi(stack.airflow_url, USER, airflow_secrets(stack.layout).password)


def _recommendations_api(stack: Stack) -> httpx.Client:
    return show.api_client(stack.api_url, stack.settings.api_keys.get_secret_value())


def _show_edition(stack: Stack, console: Console) -> None:
    """Ten articles of one reader, and what made them."""
    shown = show.reader_to_show(database_url(stack.settings))
    answer = show.recommendations(_recommendations_api(stack), shown.reader_id)
    console.plain()
    for line in show.list_lines(answer, is_by_rule=shown.is_by_rule):
        console.plain(line)
    console.plain()


def _show_addresses(stack: Stack, console: Console) -> None:
    where = show.Addresses(
        api=stack.api_url,
        airflow=stack.airflow_url,
        password=airflow_secrets(stack.layout).password,
        mlflow=stack.mlflow_page,
        mail=str(stack.layout.mail / "index.html"),
    )
    for line in where.lines():
        console.plain(line)
    console.say("up")


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
    if stack.has_own_mlflow:
        processes.require_free(stack.ports.mlflow, "MLflow's page", "MLFLOW_PORT")
