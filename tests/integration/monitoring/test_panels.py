"""Every panel on a real Prometheus that has each metric of our table: its query returns data, and the page draws it."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta

import pytest
from fastapi.testclient import TestClient

from frontpage.core.settings import Settings
from frontpage.monitoring.export.metrics import Metric, metric_table
from frontpage.monitoring.levels import levels, recording_rules
from frontpage.monitoring.pages.router import app
from frontpage.monitoring.panels import DASHBOARDS
from frontpage.monitoring.prometheus import Prometheus

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
TIMES = [int((NOW - timedelta(minutes=back)).timestamp()) for back in range(10, -1, -1)]
#: A value of each label that some query asks for by name.
VALUES = {"variant": "champion", "stage": "champion", "items": "10", "le": "0.1", "level": levels()[0].name}


def figures() -> Iterator[str]:
    """Ten minutes of one series of each metric, as OpenMetrics."""
    for _, metric in metric_table():
        yield f"# TYPE {metric.name.removesuffix('_total')} {metric.kind}"
        for name, labels in _series(metric):
            yield from (f"{name}{labels} {n + 1} {at}" for n, at in enumerate(TIMES))
    for record in sorted({rule["record"] for rule in recording_rules()}):
        yield f"# TYPE {record} gauge"
        yield from (f'{record}{{level="{VALUES["level"]}"}} 0.5 {at}' for at in TIMES)
    yield "# EOF\n"


def _series(metric: Metric) -> Iterator[tuple[str, str]]:
    labels = [f'{label}="{VALUES.get(label, "x")}"' for label in metric.labels]
    if metric.kind != "histogram":
        yield metric.name, f"{{{','.join(labels)}}}" if labels else ""
        return
    for edge in ("0.1", "+Inf"):
        both = [*labels, f'le="{edge}"']
        yield f"{metric.name}_bucket", f"{{{','.join(both)}}}"
    for part in ("_count", "_sum"):
        yield f"{metric.name}{part}", f"{{{','.join(labels)}}}"


@pytest.mark.slow
def test_every_query_returns_data_and_every_page_is_drawn(backfilled: Callable[[str], Prometheus], tmp_path):
    """Ten minutes are enough for every rate."""
    prometheus = backfilled("\n".join(figures()))
    panels = [panel for dashboard in DASHBOARDS for panel in dashboard.panels]
    silent = [panel.title for panel in panels if not prometheus.now(panel.query, NOW)]
    assert silent == []
    settings = Settings(home=tmp_path, prometheus_url=prometheus.url)
    with TestClient(app(settings, lambda: NOW)) as client:
        for dashboard in DASHBOARDS:
            page = client.get(f"/monitoring/{dashboard.name}?hours=0.15").text
            assert page.count("<svg") == len(dashboard.panels), dashboard.name
            assert "no data" not in page
        assert client.get("/monitoring/none").status_code == 404
        assert "Nothing fires." in client.get("/monitoring/alerts").text


def test_a_prometheus_that_is_away_is_a_sentence(tmp_path):
    """503 with what to do, and not a traceback."""
    settings = Settings(home=tmp_path, prometheus_url="http://127.0.0.1:1")
    with TestClient(app(settings, lambda: NOW)) as client:
        answer = client.get("/monitoring/newsroom")
    assert answer.status_code == 503
    assert "make monitoring" in answer.json()["detail"]
