"""Airflow's own logger of metrics pushes to the exporter, which adds up what several processes say."""

import os
import subprocess
import sys
import threading
from collections.abc import Iterator
from wsgiref.simple_server import make_server

import httpx
import pytest
from prometheus_client import CollectorRegistry, generate_latest, make_wsgi_app

from frontpage.monitoring.export.received import PATH, AirflowMetrics, with_push
from frontpage.stack.environment import telemetry_environment

#: Twice what a task's process does: count, time, set, and push at its end.
TASKS = """
from opentelemetry import metrics
from airflow._shared.observability.metrics.otel_logger import get_otel_logger
for _ in range(2):
    stats = get_otel_logger()
    stats.incr("ti_successes", tags={"dag_id": "refresh_hourly", "task_id": "score"})
    stats.timing("task.duration", 1500.0, tags={"dag_id": "refresh_hourly", "task_id": "score"})
    stats.gauge("executor.queued_tasks", 3)
    stats.incr("something.else")
    metrics.get_meter_provider().shutdown()
"""


@pytest.fixture
def exporter() -> Iterator[tuple[str, CollectorRegistry]]:
    """Its address and what it would show."""
    registry, received = CollectorRegistry(), AirflowMetrics()
    registry.register(received)
    server = make_server("127.0.0.1", 0, with_push(make_wsgi_app(registry), received))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}{PATH}", registry
    server.shutdown()
    server.server_close()


def test_tasks_of_airflow_are_added_up(exporter, tmp_path):
    """Of two that ended counts and durations are summed, a gauge is the last; what is not in the table is left out."""
    url, registry = exporter
    asked = {
        "OTEL_METRICS_EXPORTER": "otlp",
        "OTEL_EXPORTER_OTLP_METRICS_ENDPOINT": url,
        "OTEL_EXPORTER_OTLP_METRICS_TIMEOUT": "60",  # the test's machine may be busy
    }
    environ = {**os.environ, **asked, **telemetry_environment(asked), "AIRFLOW_HOME": str(tmp_path)}
    done = subprocess.run([sys.executable, "-c", TASKS], env=environ, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    labels = {"dag_id": "refresh_hourly", "task_id": "score"}
    assert registry.get_sample_value("frontpage_airflow_task_successes_total", labels) == 2
    assert registry.get_sample_value("frontpage_airflow_task_seconds_total", labels) == 3.0
    assert registry.get_sample_value("frontpage_airflow_executor_queued_tasks") == 3
    assert b"something" not in generate_latest(registry)


def test_what_cannot_be_used_is_refused(exporter):
    """No OTLP is a 400; a scrape goes on as before."""
    url, _ = exporter
    assert httpx.post(url, content=b"no protobuf").status_code == 400
    assert httpx.get(url.replace(PATH, "/metrics")).status_code == 200


def test_airflow_tells_only_where_it_is_asked_to():
    """Without OpenTelemetry's variables its environment stays as it is; traces and metrics apart."""
    assert telemetry_environment({}) == {}
    assert telemetry_environment({"OTEL_TRACES_EXPORTER": "otlp_proto_http"}) == {"AIRFLOW__TRACES__OTEL_ON": "True"}
    assert telemetry_environment({"OTEL_METRICS_EXPORTER": "none"}) == {}
