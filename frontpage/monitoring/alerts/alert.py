"""An alert, read from the YAML files beside this module."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import yaml

from frontpage.monitoring.levels import burn_rule

RUNBOOK = "docs/reference/alerts.md"
_FOLDER = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Alert:
    """One rule.

    because_of: alerts that explain it, so that one cause pages once; is_of_levels: it needs the rules of levels.
    """

    name: str
    severity: str
    expr: str
    wait: str
    summary: str
    because_of: tuple[str, ...]
    cause: str
    check: str
    remedy: str
    rerun: str
    at: str
    fires: Mapping[str, str]
    quiet: Mapping[str, str]
    interval: str = field(default="1m")
    is_of_levels: bool = False

    def rule(self) -> dict[str, Any]:
        """As Prometheus reads it."""
        return {
            "alert": self.name,
            "expr": self.expr,
            "for": self.wait,
            "labels": {"severity": self.severity},
            "annotations": {"summary": self.summary, "runbook": f"{RUNBOOK}#{self.name.lower()}"},
        }


@cache
def alerts() -> tuple[Alert, ...]:
    """All of them, by file and in its order."""
    files = sorted(_FOLDER.glob("*.yaml"))
    return tuple(_alert(**entry) for file in files for entry in yaml.safe_load(file.read_text()))


def _alert(alert: str, because_of: list[str], expr: str = "", burn: str = "", **rest: Any) -> Alert:
    rest["wait"] = rest.pop("for")
    said = expr or burn_rule(burn)
    return Alert(name=alert, expr=said, because_of=tuple(because_of), is_of_levels=bool(burn), **rest)
