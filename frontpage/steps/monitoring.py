"""`frontpage monitoring up | down | page | logs`: monitoring on one machine, beside `make run`."""

import time
from datetime import UTC, datetime
from pathlib import Path

import uvicorn

from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.digest.send import parse_smtp_url
from frontpage.monitoring import processes as ours
from frontpage.monitoring.export.parts import taken
from frontpage.monitoring.logs import LogStore
from frontpage.monitoring.pages.router import app
from frontpage.monitoring.prometheus import Prometheus
from frontpage.stack import processes
from frontpage.stack.layout import Layout
from frontpage.store.server import database_url

#: Three scrapes: then every series is there.
_SETTLE_SECONDS = 95.0
_GRACE_SECONDS = 5.0


def up(settings: Settings, _params: Params, api_port: int, port: int) -> Summary:
    """Start all parts that are installed, wait for the first figures, print addresses and what monitoring itself takes.

    Raises BadInputError where Prometheus or Alertmanager are not installed, or a port is taken; UnavailableError with
    the last words of a part that ended.
    """
    layout = Layout(settings.home.absolute())
    smtp = parse_smtp_url(settings.smtp_url)
    places = ours.Places(layout.home / "monitoring", api_port, port, f"{smtp.host}:{smtp.port}", database_url(settings))
    ours.write_files(places)
    commands = ours.commands(places)
    for name, part in commands.items():
        processes.require_free(part.port, name, "another machine or `make monitoring-stop`, PORT")
    children = [
        processes.start(layout, name, part.command, ours.environment(places)) for name, part in commands.items()
    ]
    time.sleep(_SETTLE_SECONDS)
    processes.check(layout, children)
    for line in [*ours.addresses(places), *ours.not_started(commands)]:
        print(line)  # noqa: T201 - what was asked for
    parts = [taken(child.pid) for child in children]
    series = Prometheus(ours.PROMETHEUS).now("prometheus_tsdb_head_series")
    details = {
        "parts": len(children),
        "memory_mb": round(sum(part.memory_bytes for part in parts) / 2**20),
        "cpu_share": round(sum(part.cpu_seconds for part in parts) / _SETTLE_SECONDS, 3),
        "series": int(series[0].points[-1][1]) if series else 0,
    }
    return Summary("monitoring up", artifact=f"http://127.0.0.1:{port}/monitoring", details=details)


def down(settings: Settings, _params: Params) -> Summary:
    """Stop them."""
    layout = Layout(settings.home.absolute())
    running = [name for name in ours.NAMES if name in processes.recorded(layout)]
    processes.stop(layout, running, _GRACE_SECONDS)
    return Summary("monitoring down", details={"stopped": len(running)})


def page(settings: Settings, _params: Params, host: str, port: int) -> Summary:
    """Answer until stopped. It asks nobody who they are: keep it on loopback, or behind the desk."""
    uvicorn.run(app(settings, lambda: datetime.now(UTC)), host=host, port=port, log_level="warning")
    return Summary("monitoring page", artifact=f"http://{host}:{port}/monitoring")


def logs(settings: Settings, _params: Params, name: str) -> Summary:
    """Print the story of an id."""
    lines = LogStore(settings.log_store_url).story(name)
    for line in lines:
        print(f"{line.at} {Path(line.origin).name}: {line.message}")  # noqa: T201 - what was asked for
    return Summary("monitoring logs", rows_out=len(lines))
