"""Prometheus' rules and their tests, and Alertmanager's routes, as the documents that these programs read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from frontpage.monitoring.alerts.alert import Alert, alerts
from frontpage.monitoring.levels import recording_rules

Document = dict[str, Any]
WATCHDOG = "Watchdog"
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
    return {
        "name": f"{alert.name} {'fires' if n_firing else 'is quiet'}",
        "interval": alert.interval,
        "input_series": [{"series": name, "values": values} for name, values in series.items()],
        "promql_expr_test": [
            {
                "expr": f'count(count by (alertname) (ALERTS{{alertname="{alert.name}",alertstate="firing"}})) or vector(0)',
                "eval_time": alert.at,
                "exp_samples": [{"labels": "{}", "value": n_firing}],
            }
        ],
    }


def alertmanager() -> Document:
    """Pages at once and tickets twice a day, by mail and webhook; inhibition so that one cause pages once."""
    return {
        "global": {"smtp_smarthost": "127.0.0.1:1025", "smtp_from": "alerts@frontpage.example", "smtp_require_tls": False,
                   "resolve_timeout": "5m"},
        "route": {
            "receiver": "tickets", "group_by": ["alertname"],
            "group_wait": "30s", "group_interval": "5m", "repeat_interval": "12h",
            "routes": [
                {"matchers": [f'alertname="{WATCHDOG}"'], "receiver": "dead man's switch", "group_wait": "0s",
                 "group_interval": "1m", "repeat_interval": "2m"},
                {"matchers": ['severity="page"'], "receiver": "pages", "group_wait": "10s", "repeat_interval": "1h"},
            ],
        },
        "inhibit_rules": [
            {"source_matchers": [f'alertname=~"{"|".join(alert.because_of)}"'], "target_matchers": [f'alertname="{alert.name}"']}
            for alert in alerts() if alert.because_of
        ],
        "receivers": [
            {"name": "pages", "email_configs": [_mail("oncall@frontpage.example")], "webhook_configs": [_hook("pages")]},
            {"name": "tickets", "email_configs": [_mail("operations@frontpage.example")], "webhook_configs": [_hook("tickets")]},
            {"name": "dead man's switch", "webhook_configs": [{"url": "http://127.0.0.1:9401/watchdog", "send_resolved": False}]},
        ],
    }  # fmt: skip


def _mail(to: str) -> Document:
    subject = "[{{ .Status }}] {{ .CommonLabels.alertname }} ({{ .CommonLabels.severity }})"
    text = "{{ range .Alerts }}{{ .Annotations.summary }}\n{{ .Annotations.runbook }}\nsince {{ .StartsAt }}\n{{ end }}"
    return {"to": to, "send_resolved": True, "headers": {"Subject": subject}, "html": "", "text": text}


def _hook(name: str) -> Document:
    return {"url": f"http://127.0.0.1:9401/{name}", "send_resolved": True}
