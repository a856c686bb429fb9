"""Dashboards as Grafana's JSON. Grafana itself is not run here: each query is, against Prometheus."""

from __future__ import annotations

from typing import Any

from frontpage.monitoring.panels import Dashboard, Panel

_SCHEMA_VERSION = 39
_COLUMNS, _WIDTH, _HEIGHT = 2, 12, 8
_SOURCE = {"type": "prometheus", "uid": "prometheus"}


def as_grafana(dashboard: Dashboard) -> dict[str, Any]:
    """One dashboard, two panels in a row."""
    return {
        "uid": f"frontpage-{dashboard.name}",
        "title": f"Frontpage: {dashboard.title}",
        "tags": ["frontpage"],
        "timezone": "utc",
        "schemaVersion": _SCHEMA_VERSION,
        "refresh": "30s",
        "time": {"from": "now-24h", "to": "now"},
        "panels": [_panel(panel, at) for at, panel in enumerate(dashboard.panels)],
    }


def _panel(panel: Panel, at: int) -> dict[str, Any]:
    row, column = divmod(at, _COLUMNS)
    legend = " ".join(f"{{{{{label}}}}}" for label in panel.legend.split())
    return {
        "id": at + 1,
        "type": "timeseries",
        "title": panel.title,
        "datasource": _SOURCE,
        "gridPos": {"x": column * _WIDTH, "y": row * _HEIGHT, "w": _WIDTH, "h": _HEIGHT},
        "fieldConfig": {"defaults": {"unit": panel.unit, "min": 0}, "overrides": []},
        "targets": [{"refId": "A", "datasource": _SOURCE, "expr": panel.query, "legendFormat": legend or panel.title}],
    }
