"""Every file below deploy/monitoring that is made from the tables of metrics, alerts, levels and panels."""

from __future__ import annotations

import json
from typing import Any

import yaml

from frontpage.monitoring.grafana import as_grafana
from frontpage.monitoring.panels import DASHBOARDS
from frontpage.monitoring.routes import alertmanager
from frontpage.monitoring.rules import rule_files, rule_tests
from frontpage.monitoring.shipping import filebeat, index_template, retention, rsyslog
from frontpage.monitoring.targets import data_source, prometheus, provider

_HEAD = "# Written by `make docs` from frontpage/monitoring; a test compares it with the code.\n"
_NOT_RUN = "# Not run: this program cannot be had on the machines this was developed on.\n"


def files() -> dict[str, str]:
    """Path below deploy/monitoring -> text."""
    made = {
        "prometheus.yml": document_text(prometheus()),
        "alertmanager.yml": document_text(alertmanager()),
        **{f"rules/{name}.yml": document_text(document) for name, document in rule_files().items()},
        **{f"tests/{name}.yml": document_text(document) for name, document in rule_tests().items()},
        "rsyslog.conf": _HEAD + rsyslog(),
        "filebeat.yml": _HEAD + _NOT_RUN + _dump(filebeat()),
        "opensearch/template.json": _json(index_template()),
        "opensearch/retention.json": _json(retention()),
        "grafana/datasource.yml": _HEAD + _NOT_RUN + _dump(data_source()),
        "grafana/provider.yml": _HEAD + _NOT_RUN + _dump(provider()),
    }
    return made | {f"grafana/dashboards/{each.name}.json": _json(as_grafana(each)) for each in DASHBOARDS}


def document_text(document: Any) -> str:
    """A document as YAML, with a head that says where it is from."""
    return _HEAD + _dump(document)


def _dump(document: Any) -> str:
    return yaml.dump(document, Dumper=_Plain, sort_keys=False, width=110, allow_unicode=True)


def _json(document: Any) -> str:
    return json.dumps(document, indent=1) + "\n"


class _Plain(yaml.SafeDumper):
    """Without references: each mapping is written out where it stands."""

    def ignore_aliases(self, data: Any) -> bool:  # noqa: ARG002 - PyYAML's signature
        return True
