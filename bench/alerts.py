"""`make proof-alerts`: planted faults, one by one; each fires its alert and only that, its mail arrives, it ends.

    python -m bench.alerts --only "gate red" --only "api killed"

A real PostgreSQL, API, exporter, Prometheus (looking every ten seconds), Alertmanager and mail server; rows that a
healthy installation would have are planted, then spoilt, then mended. Needs the ports 9090, 9093, 9400 and 9401.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from email import message_from_bytes
from pathlib import Path
from typing import Any

import httpx

from bench import record
from bench.alert_faults import Installation, healthy, planted, taken_apart
from frontpage.digest.sink.server import start_sink
from frontpage.monitoring import processes as ours
from frontpage.stack.processes import free_port
from frontpage.store import migrate, server

_LIMIT_SECONDS = 600.0
_LOOK_SECONDS = 2.0
_ALERTMANAGER = "http://127.0.0.1:9093/api/v2/alerts?active=true&silenced=false&inhibited=false"


@dataclass(frozen=True, slots=True)
class Mails:
    """What the mail server took."""

    folder: Path

    def subjects(self) -> list[str]:
        """In the order they came."""
        return [str(message_from_bytes(path.read_bytes())["Subject"]) for path in sorted(self.folder.glob("*.eml"))]


def firing() -> set[str]:
    """Names of alerts that are not kept back, without the dead-man's switch."""
    return {alert["labels"]["alertname"] for alert in httpx.get(_ALERTMANAGER, timeout=30).json()} - {"Watchdog"}


def wait_until(is_so: Callable[[], bool], what: str) -> float:
    """Seconds until it was so. Ends the proof where it takes too long."""
    started = time.monotonic()
    while not is_so():
        if time.monotonic() - started > _LIMIT_SECONDS:
            raise SystemExit(f"{what} did not come about; firing: {sorted(firing())}")
        time.sleep(_LOOK_SECONDS)
    return time.monotonic() - started


def proven(installation: Installation, mails: Mails, name: str, alert: str) -> dict[str, Any]:
    """Plant one fault and mend it: minutes until the alert, until its mail, and until it ended; what else fired."""
    seen: set[str] = set()

    def mailed() -> bool:
        seen.update(firing())
        return any(alert in subject and "[firing]" in subject for subject in mails.subjects())

    with planted(installation, name):
        to_alert = wait_until(lambda: alert in firing(), f"{name}: {alert}")
        to_mail = to_alert + wait_until(mailed, f"{name}: the mail of {alert}")
    to_end = wait_until(lambda: alert not in firing(), f"{name}: the end of {alert}")
    print(f"{name}: {alert} after {to_alert:.0f} s, mail {to_mail:.0f} s, over {to_end:.0f} s", flush=True)  # noqa: T201
    minutes = {"alert min": to_alert, "mail min": to_mail, "over min": to_end}
    return {key: round(value / 60, 1) for key, value in minutes.items()} | {"others": len(seen - {alert})}


@contextmanager
def running(home: Path) -> Iterator[tuple[Installation, Mails]]:
    """Everything up, with the rows of a healthy installation."""
    database, port, smtp = server.up(home), free_port(0), free_port(0)
    url = database.url("frontpage")
    migrate.upgrade(url)
    (home / "mail").mkdir()
    sink = start_sink(home / "mail", "127.0.0.1", smtp)
    installation = Installation(home, url, port)
    healthy(installation)
    places = ours.Places(home / "monitoring", port, 9401, f"127.0.0.1:{smtp}", url, every="10s")
    ours.write_files(places)
    wanted = ("exporter", "monitoring-page", "alertmanager", "prometheus")
    started = [_started(home, ours.commands(places)[name].command, installation.environment) for name in wanted]
    try:
        installation.start_api()
        wait_until(lambda: _is_up() and not firing(), "a quiet beginning")
        yield installation, Mails(home / "mail")
    finally:
        installation.stop_api()
        for process in started:
            process.send_signal(signal.SIGTERM)
            process.wait()
        sink.stop()
        server.down(home)
        taken_apart(installation)


def _started(home: Path, command: tuple[str, ...], environment: dict[str, str]) -> subprocess.Popen[bytes]:
    log = (home / f"{Path(command[0]).name}.log").open("ab")
    return subprocess.Popen(command, env={**os.environ, **environment}, stdout=log, stderr=log)


def _is_up() -> bool:
    """Whether Prometheus has seen the API and the exporter, and Alertmanager has heard of it."""
    try:
        asked = httpx.get("http://127.0.0.1:9090/api/v1/query", params={"query": 'sum(up{job=~"api|frontpage"})'})
        found = asked.json()["data"]["result"]
        return bool(found) and found[0]["value"][1] == "2" and httpx.get(_ALERTMANAGER).is_success
    except (httpx.HTTPError, ValueError):  # while it starts, it answers in words
        return False


def main() -> None:
    """All faults, or the ones named, and docs/measurements/alerts.json."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--only", action="append", default=[])
    asked = parser.parse_args()
    figures: dict[str, dict[str, Any]] = {}
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        home.chmod(0o755)
        with running(home) as (installation, mails):
            for name, alert in installation.faults.items():
                if not asked.only or name in asked.only:
                    figures[name] = proven(installation, mails, name, alert)
    command = record.command("alerts", is_full=not asked.only)
    record.write("alerts", figures, "none: planted rows", command)


if __name__ == "__main__":
    main()
