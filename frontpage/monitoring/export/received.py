"""Airflow's own metrics, which its processes push here (OTLP over HTTP), added up over all of them.

A task's process lives for a minute, so what it counts is asked for as differences (`delta`), not as totals.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Iterator
from http import HTTPStatus
from typing import Any

from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily
from prometheus_client.registry import Collector

from frontpage.core.errors import BadInputError
from frontpage.monitoring.export.metrics import Metric, metric_table

PATH = "/v1/metrics"
#: More are left out: labels are workflows and tasks.
_MOST_SERIES = 1000
_MOST_BYTES = 4_000_000
_DELTA = 1
_WSGI = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class AirflowMetrics(Collector):
    """The metrics of `airflow` in metric_table(); others that Airflow has are left out."""

    def __init__(self) -> None:
        self._known = {metric.column: metric for metric in metric_table().airflow}
        self._values: dict[Metric, dict[tuple[str, ...], float]] = {metric: {} for metric in self._known.values()}
        self._n_series = 0
        self._lock = threading.Lock()

    def describe(self) -> Iterable[Any]:
        """Nothing, before anything has come."""
        return []

    def collect(self) -> Iterator[CounterMetricFamily | GaugeMetricFamily]:
        """Families that something has come for."""
        with self._lock:
            had = {metric: dict(values) for metric, values in self._values.items() if values}
        for metric, values in had.items():
            kind = CounterMetricFamily if metric.kind == "counter" else GaugeMetricFamily
            family = kind(metric.name, metric.meaning, labels=metric.labels)
            for labels, value in values.items():
                family.add_metric(labels, value)
            yield family

    def take(self, body: bytes) -> None:
        """Add what one process says. Raises BadInputError for what is no OTLP, or counts as totals."""
        from google.protobuf.message import DecodeError
        from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

        try:
            sent = ExportMetricsServiceRequest.FromString(body)
        except DecodeError as error:
            raise BadInputError("this is no OTLP message with metrics") from error
        scopes = (scope for resource in sent.resource_metrics for scope in resource.scope_metrics)
        with self._lock:
            for told in (each for scope in scopes for each in scope.metrics if each.name in self._known):
                self._add(self._known[told.name], told)

    def _add(self, metric: Metric, told: Any) -> None:
        data = getattr(told, told.WhichOneof("data") or "gauge")
        if metric.kind == "counter" and getattr(data, "aggregation_temporality", 0) != _DELTA:
            raise BadInputError("set OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE to delta")
        values = self._values[metric]
        for point in data.data_points:
            said = {each.key: each.value.string_value for each in point.attributes}
            labels = tuple(said.get(label, "") for label in metric.labels)
            if labels not in values:
                if self._n_series >= _MOST_SERIES:
                    continue
                self._n_series += 1
            value = _value(point) / (1000 if told.unit == "ms" else 1)
            values[labels] = value + (values.get(labels, 0.0) if metric.kind == "counter" else 0.0)


def with_push(scraped: _WSGI, received: AirflowMetrics) -> _WSGI:
    """The exporter's application, which takes what is pushed, too."""

    def answer(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        if (environ["REQUEST_METHOD"], environ["PATH_INFO"]) != ("POST", PATH):
            return scraped(environ, start_response)
        status, said = _pushed(environ, received)
        start_response(f"{status.value} {status.phrase}", [("Content-Type", "text/plain")])
        return [said.encode()]

    return answer


def _pushed(environ: dict[str, Any], received: AirflowMetrics) -> tuple[HTTPStatus, str]:
    length = environ.get("CONTENT_LENGTH", "")
    if not length.isdigit() or int(length) > _MOST_BYTES:
        return HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"at most {_MOST_BYTES} bytes"
    try:
        received.take(environ["wsgi.input"].read(int(length)))
    except BadInputError as error:
        return HTTPStatus.BAD_REQUEST, str(error)
    return HTTPStatus.OK, ""


def _value(point: Any) -> float:
    """Of a number, itself; of a histogram, the sum of what was seen."""
    if hasattr(point, "as_double"):
        return float(point.as_int if point.WhichOneof("value") == "as_int" else point.as_double)
    return float(point.sum)
