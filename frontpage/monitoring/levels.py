"""Service levels: what is promised, what we aim at, and the rules that watch the budget of errors.

Burn rates over two windows each, after the SRE Workbook (Beyer et al. 2018, chapter 5): the long window says that it
matters, the short one that it still goes on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml

_FILE = Path(__file__).with_name("levels.yaml")
WINDOWS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d", "30d")
_RATIO = "frontpage:level_bad:ratio_rate"


@dataclass(frozen=True, slots=True)
class BurnRate:
    """How many times faster than the budget allows errors come, in both windows."""

    factor: float
    long: str
    short: str
    severity: str


BURN_RATES = (
    BurnRate(14.4, "1h", "5m", "page"),
    BurnRate(6, "6h", "30m", "page"),
    BurnRate(3, "1d", "2h", "ticket"),
    BurnRate(1, "3d", "6h", "ticket"),
)


@dataclass(frozen=True, slots=True)
class Level:
    """One service level; `objective` and `promised` are shares of what is good."""

    name: str
    objective: float
    promised: float
    kind: str
    meaning: str
    total: str = ""
    good: str = ""
    bad: str = ""
    kept: str = ""

    def bad_ratio(self, window: str) -> str:
        """PromQL: share of what was bad in that window."""
        if self.kind == "state":
            return f'1 - avg_over_time(frontpage:level_kept:bool{{level="{self.name}"}}[{window}])'
        total = f"sum(rate({self.total}[{window}]))"
        failed = f"(sum(rate({self.bad}[{window}])) or vector(0))"
        bad = failed if self.bad else f"{total} - sum(rate({self.good}[{window}]))"
        return f"({bad}) / ({total} > 0)"


@cache
def levels() -> tuple[Level, ...]:
    """All of them."""
    return tuple(Level(**entry) for entry in yaml.safe_load(_FILE.read_text()))


def recording_rules() -> Iterator[dict[str, Any]]:
    """Shares of what was bad, by level and window; for states first whether they are kept."""
    for level in levels():
        labels = {"level": level.name}
        if level.kind == "state":
            kept = f"max without (instance, job, variant) ({level.kept})"
            yield {"record": "frontpage:level_kept:bool", "expr": kept, "labels": labels}
        for window in WINDOWS:
            expr = level.bad_ratio(window)
            expr = f"max without (level) ({expr})" if level.kind == "state" else expr
            yield {"record": f"{_RATIO}{window}", "expr": expr, "labels": labels}
        budget = f'1 - {_RATIO}30d{{level="{level.name}"}} / {1 - level.objective:.6g}'
        yield {"record": "frontpage:level_budget_left:ratio", "expr": budget, "labels": labels}


def burn_rule(severity: str) -> str:
    """PromQL of the alert of one severity: the pairs of windows of it, for every level.

    A state that is not kept has an alert of its own that wakes somebody.
    """
    pairs = [
        f'({_RATIO}{rate.long}{{level="{level.name}"}} > {rate.factor * (1 - level.objective):.6g}'
        f' and {_RATIO}{rate.short}{{level="{level.name}"}} > {rate.factor * (1 - level.objective):.6g})'
        for level in levels()
        for rate in BURN_RATES
        if rate.severity == severity and (level.kind == "events" or severity != "page")
    ]
    return "\nor ".join(pairs)
