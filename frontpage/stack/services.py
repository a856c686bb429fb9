"""The parts of an installation and how each is started."""

from __future__ import annotations

import sys
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import TYPE_CHECKING

import psycopg2

from frontpage.stack import processes
from frontpage.stack.environment import (
    airflow_environment,
    mlflow_environment,
    telemetry_environment,
    verb_environment,
)
from frontpage.store import migrate, server
from frontpage.store.connect import connect, fetch_one

if TYPE_CHECKING:
    from collections.abc import Mapping

    from frontpage.core.settings import Settings
    from frontpage.stack.layout import Layout, Ports
    from frontpage.stack.processes import Child

#: In the order of taking down: what writes first, what others need last. PostgreSQL comes after all of them.
SCHEDULER = "airflow-scheduler"
DAG_PROCESSOR = "airflow-dag-processor"
AIRFLOW_API = "airflow-api"
NEWSROOM = "newsroom"
API = "api"
MAIL = "mail"
TRIGGERER = "airflow-triggerer"
MLFLOW = "mlflow"
#: The scheduler's tasks tell Airflow's API how they ended, so they get the time for it; that API itself keeps nothing.
_GRACE_SECONDS = {
    NEWSROOM: 5.0, SCHEDULER: 12.0, DAG_PROCESSOR: 5.0, TRIGGERER: 3.0, API: 5.0, MAIL: 3.0, MLFLOW: 3.0,
    AIRFLOW_API: 1.0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Stack:
    """One installation about to run: where it is, its ports, and the environment it was called from.

    sources: what it pulls; empty: the newsroom below its home.
    """

    settings: Settings
    layout: Layout
    ports: Ports
    environ: Mapping[str, str]
    sources: str = ""

    @property
    def api_url(self) -> str:
        """Of the recommendations."""
        return f"http://127.0.0.1:{self.ports.api}"

    @property
    def airflow_url(self) -> str:
        """Of Airflow's pages and REST API."""
        return f"http://127.0.0.1:{self.ports.airflow}"

    @property
    def has_own_mlflow(self) -> bool:
        """Whether MLflow's page is ours to start: not where the runs are kept by a server that has one."""
        return not self.settings.mlflow_url.startswith("http")

    @property
    def mlflow_page(self) -> str:
        """Of MLflow's runs and model versions."""
        return f"http://127.0.0.1:{self.ports.mlflow}" if self.has_own_mlflow else self.settings.mlflow_url

    def frontpage(self, name: str, *arguments: str, clock: str = "") -> Child:
        """Start a verb as a process of its own."""
        env = verb_environment(self.environ, self.layout, self.ports, clock, self.sources)
        return processes.start(self.layout, name, [_program("frontpage"), *arguments], env)

    def airflow(self, name: str, *arguments: str, scheduled: bool, clock: str = "") -> Child:
        """Start a part of Airflow."""
        url = server.database_url(self.settings, "airflow")
        verbs = verb_environment(self.environ, self.layout, self.ports, clock, self.sources)
        own = airflow_environment(self.layout, self.ports, url, scheduled=scheduled)
        told = telemetry_environment(self.environ)
        return processes.start(self.layout, name, [_program("airflow"), *arguments], {**verbs, **own, **told})


def start_database(stack: Stack) -> None:
    """The embedded server, unless another one is set; its tables at the newest version."""
    if not stack.settings.database_url:
        server.up(stack.layout.home)
    migrate.upgrade(server.database_url(stack.settings))


def start_airflow(stack: Stack, *, scheduled: bool, clock: str = "") -> list[Child]:
    """REST API and pages, scheduler, and the reader of DAG files: what a run needs."""
    parts = {
        AIRFLOW_API: ("api-server",),
        # Task logs are read from this machine's disk, so no further server is needed for them.
        SCHEDULER: ("scheduler", "--skip-serve-logs"),
        DAG_PROCESSOR: ("dag-processor",),
    }
    return [stack.airflow(name, *command, scheduled=scheduled, clock=clock) for name, command in parts.items()]


def start_pages(stack: Stack, *, scheduled: bool, clock: str = "") -> list[Child]:
    """What nobody waits for: MLflow's page, and the triggerer, which listens to `frontpage arrivals` for new data."""
    triggerer = stack.airflow(TRIGGERER, "triggerer", "--skip-serve-logs", scheduled=scheduled, clock=clock)
    return [triggerer, *([_start_mlflow(stack)] if stack.has_own_mlflow else [])]


def _start_mlflow(stack: Stack) -> Child:
    """The page over the runs and model versions of MLflow's database, whose files are read where they are."""
    stack.layout.mlflow.mkdir(parents=True, exist_ok=True)
    url = stack.settings.mlflow_url or server.database_url(stack.settings, "mlflow")
    env = {**verb_environment(stack.environ, stack.layout, stack.ports), **mlflow_environment(stack.layout, url)}
    command = [_program("mlflow"), "server", "--host", "127.0.0.1", "--port", str(stack.ports.mlflow), "--workers", "1",
               "--no-serve-artifacts"]  # fmt: skip
    return processes.start(stack.layout, MLFLOW, command, env)


def start_serving(stack: Stack, clock: str = "") -> list[Child]:
    """The API and the local mail sink."""
    stack.layout.mail.mkdir(parents=True, exist_ok=True)
    return [
        stack.frontpage(API, "serve", "--port", str(stack.ports.api), clock=clock),
        stack.frontpage(MAIL, "mail-sink", str(stack.layout.mail), "--port", str(stack.ports.mail)),
    ]


def needs_airflow_migration(stack: Stack) -> bool:
    """Whether Airflow's tables are missing, or were made by another version of it than the one installed."""
    try:
        with connect(server.database_url(stack.settings, "airflow")) as connection:
            row = fetch_one(connection, "select version_num from alembic_version")
    except psycopg2.errors.UndefinedTable:
        return True
    mark = _migration_mark(stack)
    return row is None or not mark.exists() or mark.read_text() != _airflow_version()


def migrate_airflow(stack: Stack) -> None:
    """Bring Airflow's tables to the installed version; 10 seconds, so only where needed."""
    child = stack.airflow("airflow-migrate", "db", "migrate", scheduled=False)
    processes.wait_for(child, stack.layout, 180)
    _migration_mark(stack).write_text(_airflow_version())


def stop_parts(layout: Layout) -> list[str]:
    """Stop every process of this home but PostgreSQL; the names of what was running."""
    running = [name for name, child in processes.recorded(layout).items() if processes.is_alive(child) and name != "up"]
    for name in [*_GRACE_SECONDS, *(set(running) - set(_GRACE_SECONDS))]:
        processes.stop(layout, [name], _GRACE_SECONDS.get(name, 5.0))
    processes.end(processes.strays(layout), 3.0)
    return running


def take_down(layout: Layout) -> list[str]:
    """Stop everything of this home, PostgreSQL last; the names of what was running."""
    running = stop_parts(layout)
    return [*running, "postgres"] if server.down(layout.home) else running


def _program(name: str) -> str:
    return str(Path(sys.executable).with_name(name))


def _airflow_version() -> str:
    return version("apache-airflow-core")


def _migration_mark(stack: Stack) -> Path:
    return stack.layout.airflow / "migrated-to"
