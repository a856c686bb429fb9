"""The exporter's collector: asks the database when Prometheus asks it, each question at most every so often."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
import psycopg2
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from frontpage.core.errors import FrontpageError
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.monitoring.export.certificate import expiry
from frontpage.monitoring.export.metrics import PREFIX, Metric, Question, metric_table
from frontpage.monitoring.export.parts import Parts, taken
from frontpage.store.connect import Connection, connect
from frontpage.store.server import database_url
from frontpage.store.watching import monitoring

_Family = GaugeMetricFamily | CounterMetricFamily
_Sample = tuple[Sequence[str], float]
#: A certificate lives for weeks; there is no need to look more often.
_CERTIFICATE_SECONDS = 3600.0
_STORE_SECONDS = 3.0


@dataclass(slots=True)
class _Answer:
    """What a question was last answered with, and when; an empty answer where the database is away."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    is_up: bool = False
    seconds: float = 0.0
    asked: float = float("-inf")


class FrontpageCollector(Collector):
    """Everything in metric_table() but the API's own.

    parts: what should run on this machine; now: the installation's clock.
    """

    def __init__(self, settings: Settings, params: Params, parts: Parts, now: Callable[[], datetime]) -> None:
        self._settings, self._params, self._parts, self._now = settings, params, parts, now
        self._answers = {question.query: _Answer() for question in metric_table().questions}
        self._certificate: _Answer = _Answer()
        self._lock = threading.Lock()

    def describe(self) -> Iterable[_Family]:
        """Nothing, so that registering asks no database."""
        return []

    def collect(self) -> Iterator[_Family]:
        """All families, with the newest answers; a question without an answer gives no series."""
        with self._lock:
            self._refresh()
        for question in metric_table().questions:
            rows = self._answers[question.query].rows[: question.limit]
            yield from (_family(metric, _samples(question, metric, rows)) for metric in question.metrics)
        yield from self._own()

    def _refresh(self) -> None:
        """Ask what is due, over one connection for each database."""
        due = [question for question in metric_table().questions if self._is_due(question)]
        with ExitStack() as stack:
            reached = {name: self._reach(stack, name) for name in dict.fromkeys(question.database for question in due)}
            for question in due:
                self._answers[question.query] = self._ask(reached[question.database], question)

    def _is_due(self, question: Question) -> bool:
        """Whether its answer is too old, by a little tolerance for a scrape that comes early."""
        return time.monotonic() - self._answers[question.query].asked > question.every_seconds * 0.9

    def _reach(self, stack: ExitStack, database: str) -> Connection | None:
        try:
            return stack.enter_context(
                connect(database_url(self._settings, database), application="frontpage exporter")
            )
        except (FrontpageError, psycopg2.Error):
            return None

    def _ask(self, connection: Connection | None, question: Question) -> _Answer:
        started = time.monotonic()
        try:
            rows = monitoring.ask(connection, question.query, self._now()) if connection else None
        except psycopg2.Error:
            rows = None
        return _Answer(rows or [], rows is not None, time.monotonic() - started, started)

    def _own(self) -> Iterator[_Family]:
        """What is measured here."""
        yield from self._of_parts()
        disk = shutil.disk_usage(self._settings.home)
        yield _measured("disk_size_bytes", [((), disk.total)])
        yield _measured("disk_free_bytes", [((), disk.free)])
        yield _measured("cost_month_budget", [((), self._params.business.monthly_budget)])
        yield _measured("certificate_expiry_timestamp_seconds", self._certificates())
        yield _measured("log_store_up", self._log_store())
        answers = self._answers.items()
        yield _measured("exporter_query_up", [((name,), answer.is_up) for name, answer in answers])
        yield _measured("exporter_query_seconds", [((name,), answer.seconds) for name, answer in answers])
        limits = {question.query: question.limit for question in metric_table().questions}
        dropped = [((name,), max(len(answer.rows) - limits[name], 0)) for name, answer in answers]
        yield _measured("exporter_dropped_series", dropped)

    def _of_parts(self) -> Iterator[_Family]:
        parts = [((name,), taken(pid)) for name, pid in self._parts().items()]
        yield _measured("process_cpu_seconds_total", [(name, part.cpu_seconds) for name, part in parts])
        yield _measured("process_memory_bytes", [(name, part.memory_bytes) for name, part in parts])
        yield _measured("process_read_bytes_total", [(name, part.read_bytes) for name, part in parts])
        yield _measured("process_written_bytes_total", [(name, part.written_bytes) for name, part in parts])
        yield _measured("process_count", [(name, part.n_processes) for name, part in parts])

    def _certificates(self) -> list[_Sample]:
        known = self._certificate
        if time.monotonic() - known.asked > _CERTIFICATE_SECONDS:
            found = expiry(self._settings.public_url)
            rows = [{"host": found[0], "ends": found[1].timestamp()}] if found else []
            known = self._certificate = _Answer(rows, asked=time.monotonic())
        return [((row["host"],), row["ends"]) for row in known.rows]

    def _log_store(self) -> list[_Sample]:
        url = self._settings.log_store_url
        if not url:
            return []
        try:
            return [((), httpx.get(url, timeout=_STORE_SECONDS).is_success)]
        except httpx.HTTPError:
            return [((), 0)]


def _samples(question: Question, metric: Metric, rows: Iterable[dict[str, Any]]) -> list[_Sample]:
    """One for each row that has a value."""
    return [
        ([str(row[label]) for label in question.labels], float(row[metric.column]))
        for row in rows
        if row[metric.column] is not None
    ]


def _measured(name: str, samples: Iterable[_Sample]) -> _Family:
    return _family(metric_table().measured[PREFIX + name], samples)


def _family(metric: Metric, samples: Iterable[_Sample]) -> _Family:
    kind = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
    family = kind(metric.name, metric.meaning, labels=metric.labels)
    for labels, value in samples:
        family.add_metric(labels, value)
    return family
