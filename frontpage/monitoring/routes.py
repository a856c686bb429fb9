"""Alertmanager's configuration: who gets what, and what is kept back."""

from __future__ import annotations

from typing import Any

from frontpage.monitoring.alerts.alert import alerts

Document = dict[str, Any]
WATCHDOG = "Watchdog"
_SUBJECT = "[{{ .Status }}] {{ .CommonLabels.alertname }} ({{ .CommonLabels.severity }})"
_TEXT = "{{ range .Alerts }}{{ .Annotations.summary }}\n{{ .Annotations.runbook }}\nsince {{ .StartsAt }}\n{{ end }}"


def alertmanager(smtp: str = "127.0.0.1:1025", hooks: str = "http://127.0.0.1:9401/monitoring/notified") -> Document:
    """Pages at once and tickets twice a day, by mail and webhook; inhibition so that one cause pages once."""
    sender = {"smtp_smarthost": smtp, "smtp_from": "alerts@frontpage.example", "smtp_require_tls": False}
    return {
        "global": sender,
        "route": _routes(),
        "inhibit_rules": _inhibitions(),
        "receivers": [
            _receiver("pages", "oncall@frontpage.example", hooks),
            _receiver("tickets", "operations@frontpage.example", hooks),
            {"name": "switch", "webhook_configs": [{"url": f"{hooks}/switch", "send_resolved": False}]},
        ],
    }


def _routes() -> Document:
    """The dead-man's switch goes out every two minutes; whoever gets it raises the alarm when it stays away."""
    switch = {"matchers": [f'alertname="{WATCHDOG}"'], "receiver": "switch", "group_wait": "0s",
              "group_interval": "1m", "repeat_interval": "2m"}  # fmt: skip
    pages = {"matchers": ['severity="page"'], "receiver": "pages", "group_wait": "10s", "repeat_interval": "1h"}
    return {"receiver": "tickets", "group_by": ["alertname"], "group_wait": "30s", "group_interval": "5m",
            "repeat_interval": "12h", "routes": [switch, pages]}  # fmt: skip


def _inhibitions() -> list[Document]:
    """An alert is kept back while one fires that explains it."""
    return [
        {
            "source_matchers": [f'alertname=~"{"|".join(alert.because_of)}"'],
            "target_matchers": [f'alertname="{alert.name}"'],
        }
        for alert in alerts()
        if alert.because_of
    ]


def _receiver(name: str, to: str, hooks: str) -> Document:
    mail = {"to": to, "send_resolved": True, "headers": {"Subject": _SUBJECT}, "html": "", "text": _TEXT}
    hook = {"url": f"{hooks}/{name}", "send_resolved": True}
    return {"name": name, "email_configs": [mail], "webhook_configs": [hook]}
