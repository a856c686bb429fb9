"""The programs of `make monitoring`: which are there, how each is called, and their files."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from frontpage.core.errors import BadInputError
from frontpage.monitoring.files import document_text
from frontpage.monitoring.routes import alertmanager
from frontpage.monitoring.rules import rule_files
from frontpage.monitoring.targets import prometheus

PROMETHEUS = "http://127.0.0.1:9090"
_ALERTMANAGER = "http://127.0.0.1:9093"
#: Name of a part -> program, port. Debian's packages have the programs' names.
_PROGRAMS = {
    "alertmanager": ("prometheus-alertmanager", 9093),
    "node-exporter": ("prometheus-node-exporter", 9100),
    "postgres-exporter": ("prometheus-postgres-exporter", 9187),
    "prometheus": ("prometheus", 9090),
}
_NEEDED = ("prometheus", "alertmanager")
_EXPORTER_PORT = 9400
NAMES = ("exporter", "monitoring-page", *_PROGRAMS)


@dataclass(frozen=True, slots=True)
class Places:
    """folder: for files and figures; ports of the API and of our page; smtp: host:port; url: of the database.

    every: how often Prometheus looks.
    """

    folder: Path
    api_port: int
    page_port: int
    smtp: str
    url: str
    every: str = "30s"


@dataclass(frozen=True, slots=True)
class Program:
    """A program to start, and the port that it takes."""

    command: tuple[str, ...]
    port: int


def write_files(places: Places) -> None:
    """Configuration and rules, with this installation's ports."""
    there = {name: f"127.0.0.1:{port}" for name, (program, port) in _PROGRAMS.items() if shutil.which(program)}
    hooks = f"http://127.0.0.1:{places.page_port}/monitoring/notified"
    documents = {
        "prometheus.yml": prometheus(api=f"127.0.0.1:{places.api_port}", others=there, every=places.every),
        "alertmanager.yml": alertmanager(places.smtp, hooks),
        **{f"rules/{name}.yml": document for name, document in rule_files().items()},
    }
    for name, document in documents.items():
        path = places.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(document_text(document))


def commands(places: Places) -> dict[str, Program]:
    """Every part that can be started. Raises BadInputError where one is missing that nothing goes without."""
    missing = [_PROGRAMS[name][0] for name in _NEEDED if not shutil.which(_PROGRAMS[name][0])]
    if missing:
        raise BadInputError(f"{' and '.join(missing)} not found; `apt-get install {' '.join(missing)}`")
    frontpage = str(Path(sys.executable).with_name("frontpage"))
    parts = {
        "exporter": Program((frontpage, "exporter", "--port", str(_EXPORTER_PORT)), _EXPORTER_PORT),
        "monitoring-page": Program(
            (frontpage, "monitoring", "page", "--port", str(places.page_port)), places.page_port
        ),
    }
    for name, (program, port) in _PROGRAMS.items():
        if shutil.which(program):
            parts[name] = Program((program, *_OPTIONS[name](places)), port)
    return parts


def environment(places: Places) -> dict[str, str]:
    """Of every part; the database's address is not put into a command, which every user of a machine sees."""
    return {**os.environ, "DATA_SOURCE_NAME": places.url}


def addresses(places: Places) -> Iterator[str]:
    """For people."""
    yield f"Panels, alerts, logs   http://127.0.0.1:{places.page_port}/monitoring"
    yield f"Prometheus             {PROMETHEUS}"
    yield f"Alertmanager           {_ALERTMANAGER}   mails to {places.smtp}"


def not_started(started: Collection[str]) -> Iterator[str]:
    """What is not installed here, or is not part of this."""
    missing = [program for name, (program, _) in _PROGRAMS.items() if name not in started]
    if missing:
        yield f"not started: {', '.join(missing)} (`apt-get install {' '.join(missing)}`)"
    yield "not started: Grafana and a log store; their files are in deploy/monitoring (docs/monitoring.md)"


def _of_prometheus(places: Places) -> tuple[str, ...]:
    return (
        f"--config.file={places.folder / 'prometheus.yml'}",
        f"--storage.tsdb.path={places.folder / 'prometheus'}",
        "--storage.tsdb.retention.time=40d",
        "--web.listen-address=127.0.0.1:9090",
        "--enable-feature=exemplar-storage",  # traces of the API's histogram of latency, where it has them
    )


def _of_alertmanager(places: Places) -> tuple[str, ...]:
    return (
        f"--config.file={places.folder / 'alertmanager.yml'}",
        f"--storage.path={places.folder / 'alertmanager'}",
        "--web.listen-address=127.0.0.1:9093",
        "--cluster.listen-address=",
    )


_OPTIONS: dict[str, Callable[[Places], tuple[str, ...]]] = {
    "prometheus": _of_prometheus,
    "alertmanager": _of_alertmanager,
    "node-exporter": lambda _: ("--web.listen-address=127.0.0.1:9100",),
    "postgres-exporter": lambda _: ("--web.listen-address=127.0.0.1:9187",),
}
