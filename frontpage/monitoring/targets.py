"""What Prometheus scrapes, and how Grafana is provisioned."""

from __future__ import annotations

from typing import Any

Document = dict[str, Any]
#: The exporter asks the database while it is asked.
_PATIENCE = "25s"


def prometheus(
    api: str = "127.0.0.1:8000", exporter: str = "127.0.0.1:9400", alertmanager: str = "127.0.0.1:9093",
    others: dict[str, str] | None = None, rules: str = "rules/*.yml", every: str = "30s",
) -> Document:  # fmt: skip
    """The configuration; others: job to address of exporters that are there besides."""
    jobs = {"api": api, "frontpage": exporter} | (others if others is not None else _OTHERS)
    return {
        "global": {"scrape_interval": every, "scrape_timeout": min(every, _PATIENCE), "evaluation_interval": every},
        "rule_files": [rules],
        "alerting": {"alertmanagers": [{"static_configs": [{"targets": [alertmanager]}]}]},
        "scrape_configs": [{"job_name": name, "static_configs": [{"targets": [at]}]} for name, at in jobs.items()],
    }


#: Prometheus' own figures, the machine's, and the database server's own.
_OTHERS = {
    "prometheus": "127.0.0.1:9090",
    "alertmanager": "127.0.0.1:9093",
    "node": "127.0.0.1:9100",
    "postgres": "127.0.0.1:9187",
}


def data_source() -> Document:
    """Grafana's way to Prometheus."""
    source = {"name": "Prometheus", "uid": "prometheus", "type": "prometheus", "url": "http://127.0.0.1:9090",
              "access": "proxy", "isDefault": True}  # fmt: skip
    return {"apiVersion": 1, "datasources": [source]}


def provider() -> Document:
    """Where Grafana finds the dashboards."""
    where = {"path": "/etc/grafana/dashboards"}
    return {"apiVersion": 1, "providers": [{"name": "frontpage", "type": "file", "options": where}]}
