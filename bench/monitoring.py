"""`make proof-monitoring`: beside `make run` and `make monitoring`, what these take and whether each panel has data.

Asks the running Prometheus each panel's query, and how much processor and memory its own parts took over a minute.
"""

from __future__ import annotations

import os
import time
from typing import Any

from bench import record
from frontpage.core.settings import Settings
from frontpage.monitoring import processes as ours
from frontpage.monitoring.export.parts import Taken, taken
from frontpage.monitoring.panels import DASHBOARDS
from frontpage.monitoring.prometheus import Prometheus
from frontpage.stack import processes
from frontpage.stack.layout import Layout

_SECONDS = 60.0


def panels(prometheus: Prometheus) -> dict[str, int]:
    """How many queries there are, and how many of them return data now; the others are named aloud."""
    asked = [panel for dashboard in DASHBOARDS for panel in dashboard.panels]
    silent = [panel for panel in asked if not prometheus.now(panel.query)]
    for panel in silent:
        print(f"no data: {panel.title}: {panel.query}")  # noqa: T201 - a proof
    return {"panels": len(asked), "with data": len(asked) - len(silent)}


def stack(layout: Layout, prometheus: Prometheus) -> dict[str, float]:
    """What the parts of monitoring take on this machine, and how many series Prometheus holds."""
    before = _parts(layout)
    time.sleep(_SECONDS)
    after = _parts(layout)
    cpu = sum(after[name].cpu_seconds - before[name].cpu_seconds for name in before)
    return {
        "parts": len(after),
        "memory MB": round(sum(part.memory_bytes for part in after.values()) / 2**20),
        "% of one processor": round(100 * cpu / _SECONDS, 1),
        "series": int(prometheus.now("prometheus_tsdb_head_series")[0].points[-1][1]),
        "series of ours": int(prometheus.now('count({__name__=~"frontpage.*"})')[0].points[-1][1]),
    }


def _parts(layout: Layout) -> dict[str, Taken]:
    known = processes.recorded(layout)
    return {name: taken(known[name].pid) for name in ours.NAMES if name in known}


def main() -> None:
    """Measure, and write docs/measurements/monitoring.json."""
    settings = Settings.from_environ(os.environ)
    prometheus = Prometheus(settings.prometheus_url)
    figures: dict[str, Any] = {
        "panels": panels(prometheus),
        "stack": stack(Layout(settings.home.absolute()), prometheus),
    }
    print(figures)  # noqa: T201 - a proof
    record.write("monitoring", figures, "none: a running installation", "make proof-monitoring")


if __name__ == "__main__":
    main()
