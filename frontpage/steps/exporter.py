"""`frontpage exporter`: metrics of the installation for Prometheus."""

import os
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path

from frontpage.core.clock import parse_as_of
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.monitoring.export import exporter
from frontpage.stack import processes
from frontpage.stack.layout import Layout


def run(settings: Settings, params: Params, host: str = "127.0.0.1", port: int = 9400) -> Summary:
    """Answer until stopped."""
    settings.home.mkdir(parents=True, exist_ok=True)
    exporter.serve(settings, params, host, port, _parts(settings.home), _clock(settings))
    return Summary("exporter", artifact=f"http://{host}:{port}/metrics")


def _parts(home: Path) -> Callable[[], Mapping[str, int]]:
    """What `make run` and `make monitoring` started on this machine, and PostgreSQL."""
    layout = Layout(home.absolute())

    def running() -> dict[str, int]:
        parts = {name: child.pid for name, child in processes.recorded(layout).items()}
        return {**parts, **_postgres(layout.home)}

    return running


def _postgres(home: Path) -> dict[str, int]:
    """The embedded server, where there is one: the first line of its postmaster.pid."""
    found = next(iter(home.glob("*/postmaster.pid")), None)
    return {"postgres": int(found.read_text().split(os.linesep)[0])} if found else {}


def _clock(settings: Settings) -> Callable[[], datetime]:
    if settings.clock:
        fixed = parse_as_of(settings.clock)
        return lambda: fixed
    return lambda: datetime.now(UTC)
