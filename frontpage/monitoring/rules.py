"""Prometheus' rules and their tests, as the documents that it and promtool read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from frontpage.monitoring.alerts.alert import Alert, alerts
from frontpage.monitoring.levels import recording_rules

Document = dict[str, Any]
_FILES = {False: "alerts", True: "levels"}


def rule_files() -> dict[str, Document]:
    """File by name: `alerts`, and `levels` with the recording rules of service levels and their alerts."""
    plain = [alert.rule() for alert in alerts() if not alert.is_of_levels]
    burning = [alert.rule() for alert in alerts() if alert.is_of_levels]
    return {
        "alerts": {"groups": [{"name": "alerts", "rules": plain}]},
        "levels": {"groups": [{"name": "levels", "rules": [*recording_rules(), *burning]}]},
    }


def rule_tests() -> dict[str, Document]:
    """For promtool, by rule file and interval of their series: each alert fires on its own, not on the quiet ones."""
    kinds = dict.fromkeys((alert.is_of_levels, alert.interval) for alert in alerts())
    return {
        f"{_FILES[of_levels]}_{interval}": _tests(interval, is_of_levels=of_levels) for of_levels, interval in kinds
    }


def _tests(interval: str, *, is_of_levels: bool) -> Document:
    chosen = [alert for alert in alerts() if (alert.is_of_levels, alert.interval) == (is_of_levels, interval)]
    cases = [_test(alert, alert.fires, 1) for alert in chosen]
    cases += [_test(alert, alert.quiet, 0) for alert in chosen if alert.quiet]
    return {"rule_files": [f"../rules/{_FILES[is_of_levels]}.yml"], "evaluation_interval": interval, "tests": cases}


def _test(alert: Alert, series: Mapping[str, str], n_firing: int) -> Document:
    firing = f'count by (alertname) (ALERTS{{alertname="{alert.name}",alertstate="firing"}})'
    return {
        "name": f"{alert.name} {'fires' if n_firing else 'is quiet'}",
        "interval": alert.interval,
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [
            {
                "expr": f"count({firing}) or vector(0)",
                "eval_time": alert.at,
                "exp_samples": [{"labels": "{}", "value": n_firing}],
            }
        ],
    }
