"""What Prometheus may know of the API: right for the whole server, whichever of its workers is asked."""

import os
from collections import Counter as Tally
from pathlib import Path
from typing import Final

import asyncpg
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

from serving.http.batch_writer import BatchWriter
from serving.http.telemetry.exemplars import Exemplars, forget_worker
from serving.lists.service import ListService

#: The folder where several workers keep their values together; prometheus_client looks at it when it is imported.
FOLDER_VARIABLE: Final = "PROMETHEUS_MULTIPROC_DIR"
MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_SECONDS = (0.001, 0.0025, 0.005, 0.01, 0.015, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0)
_REQUEST_SECONDS: Final = "frontpage_request_seconds"
#: Lengths of lists that are told apart.
_LENGTHS: Final = {5: "5", 10: "10"}
_OTHER_LENGTH: Final = "other"


class Metrics:
    """The metrics of one worker."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._requests = self._counter("requests", "Requests by route and outcome", "route", "outcome")
        self._seconds = Histogram(
            _REQUEST_SECONDS, "Time to answer", ["route"], registry=self.registry, buckets=_SECONDS
        )
        self._exemplars = Exemplars(_REQUEST_SECONDS, _SECONDS)
        self._list_seconds = Histogram(
            "frontpage_list_seconds", "Time to answer with a list", ["items"], registry=self.registry, buckets=_SECONDS
        )
        self._list_bytes = self._counter("list_bytes", "Bytes of answers with a list", "items")
        self._lists = self._counter("lists_served", "Lists by kind of fallback", "fallback")
        self._not_modified = self._counter("lists_not_modified", "Lists that the caller had already")
        self._log_written = self._counter("served_list_written", "Rows written to the log of served lists")
        self._log_dropped = self._counter("served_list_dropped", "Rows that were not written to it")
        self._list_age = self._gauge("list_age_seconds", "The API's now minus as_of of the run", "livemostrecent")
        self._away = self._gauge("database_away_workers", "Workers that cannot reach PostgreSQL")
        self._kept = self._gauge("lists_in_memory", "Lists kept in memory")
        self._kept_bytes = self._gauge("lists_in_memory_bytes", "Memory that these take")
        self._pool = {
            state: self._gauge(f"pool_connections_{state}", f"Connections to PostgreSQL: {state}")
            for state in ("open", "used", "limit")
        }
        self._of_route: dict[str, Histogram] = {}
        # Each change of a value is written to a file that the workers share; what need not be exact at once is not.
        self._answered_since: Tally[tuple[str, str]] = Tally()
        self._listed_since: Tally[tuple[str, bool]] = Tally()
        self._bytes_since: Tally[str] = Tally()
        self._of_length = {name: self._list_seconds.labels(name) for name in (*_LENGTHS.values(), _OTHER_LENGTH)}

    def answered(self, route: str, outcome: str, seconds: float, trace_id: str | None = None) -> None:
        """Count a request. trace_id: of its trace, if that is sampled."""
        self._answered_since[route, outcome] += 1
        histogram = self._of_route.get(route)
        if histogram is None:
            histogram = self._of_route[route] = self._seconds.labels(route)
        histogram.observe(seconds)
        if trace_id is not None:
            self._exemplars.add(route, seconds, trace_id)

    def listed(self, fallback: str | None, *, not_modified: bool) -> None:
        """Count a list."""
        self._listed_since[fallback or "none", not_modified] += 1

    def delivered(self, n_items: int, n_bytes: int, seconds: float) -> None:
        """Count a list that went out, by its length: top five against top ten."""
        length = _LENGTHS.get(n_items, _OTHER_LENGTH)
        self._bytes_since[length] += n_bytes
        self._of_length[length].observe(seconds)

    def update(self, service: ListService, pool: asyncpg.Pool, log: BatchWriter, age_seconds: float | None) -> None:
        """Add what was counted since, and set what is not counted request by request."""
        self._add_counts()
        if age_seconds is not None:
            self._list_age.set(age_seconds)
        self._away.set(service.is_away)
        self._kept.set(len(service.cache))
        self._kept_bytes.set(service.cache.n_bytes)
        self._pool["open"].set(pool.get_size())
        self._pool["used"].set(pool.get_size() - pool.get_idle_size())
        self._pool["limit"].set(pool.get_max_size())
        n_written, n_dropped = log.take_counts()
        self._log_written.inc(n_written)
        self._log_dropped.inc(n_dropped)
        if folder := os.environ.get(FOLDER_VARIABLE):
            self._exemplars.keep(folder)

    def page(self, *, with_exemplars: bool = False) -> bytes:
        """The values of all workers, as text for Prometheus; with exemplars in OpenMetrics."""
        folder = os.environ.get(FOLDER_VARIABLE)
        registry = self.registry
        if folder:
            registry = CollectorRegistry()
            MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
        return self._exemplars.page(registry, folder) if with_exemplars else generate_latest(registry)

    def _add_counts(self) -> None:
        for labels, n in self._answered_since.items():
            self._requests.labels(*labels).inc(n)
        for (fallback, not_modified), n in self._listed_since.items():
            self._lists.labels(fallback).inc(n)
            self._not_modified.inc(n if not_modified else 0)
        for length, n in self._bytes_since.items():
            self._list_bytes.labels(length).inc(n)
        self._bytes_since.clear()
        self._answered_since.clear()
        self._listed_since.clear()

    def _counter(self, name: str, meaning: str, *labels: str) -> Counter:
        return Counter(f"frontpage_{name}", meaning, labels, registry=self.registry)

    def _gauge(self, name: str, meaning: str, mode: str = "livesum") -> Gauge:
        return Gauge(f"frontpage_{name}", meaning, registry=self.registry, multiprocess_mode=mode)  # type: ignore[arg-type]


def remove_own_gauges() -> None:
    """Take this worker's gauges out; what it counted stays."""
    if folder := os.environ.get(FOLDER_VARIABLE):
        _mark_dead(folder, os.getpid())


def remove_gauges_of_dead() -> None:
    """Take out the gauges of workers that were killed."""
    folder = os.environ.get(FOLDER_VARIABLE, "")
    for path in Path(folder).glob("gauge_live*.db") if folder else ():
        pid = int(path.stem.rsplit("_", 1)[1])
        if not Path(f"/proc/{pid}").exists():
            _mark_dead(folder, pid)


def _mark_dead(folder: str, pid: int) -> None:
    mark_process_dead(pid)  # type: ignore[no-untyped-call]
    forget_worker(folder, pid)
