"""A whole installation driven through its command line, as Airflow and people drive it."""

import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx
import pytest

from tests.support.zygote import Done, Zygote

FRONTPAGE = str(Path(sys.executable).parent / "frontpage")
#: End of the tiny world's history.
UNTIL = datetime(2026, 3, 4, 12, tzinfo=UTC)


class Installation:
    """One database and home, driven through the `frontpage` command like Airflow drives it."""

    def __init__(self, database: str, home: Path, world: Path, params: Path, zygote: Zygote | None = None) -> None:
        self.database, self.world, self._zygote = database, world, zygote
        self.environment = {
            **os.environ,
            "FRONTPAGE_DATABASE_URL": database,
            "FRONTPAGE_HOME": str(home),
            "FRONTPAGE_SOURCES": str(world),
            "FRONTPAGE_PARAMS_FILE": str(params),
        }

    def attempt(self, *arguments: str, kill_after: float = 300.0) -> Done:
        """How the command ended, `kill -9`ed with its whole process group after `kill_after` seconds."""
        if self._zygote is not None:
            return self._zygote.run(arguments, self.environment, kill_after)
        process = subprocess.Popen(
            [FRONTPAGE, *arguments],
            env=self.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        try:
            output, _ = process.communicate(timeout=kill_after)
            return Done(process.returncode, output, killed=False)
        except subprocess.TimeoutExpired:
            os.killpg(process.pid, signal.SIGKILL)
            output, _ = process.communicate()
            return Done(process.returncode, output, killed=True)

    def run(self, *arguments: str) -> str:
        """The command's output; it must succeed."""
        done = self.attempt(*arguments)
        assert done.returncode == 0, f"frontpage {' '.join(arguments)} ended with {done.returncode}:\n{done.output}"
        return done.output


class Watcher(threading.Thread):
    """Reads lists over HTTP without a pause and keeps every answer that is not one whole list of one run."""

    def __init__(self, base_url: str, reader_ids: list[str]) -> None:
        super().__init__(daemon=True)
        self.base_url, self.reader_ids = base_url, reader_ids
        self.answers: list[dict] = []
        self.failures: list[str] = []
        self._stop_asked = threading.Event()

    def run(self) -> None:
        with httpx.Client(base_url=self.base_url, timeout=10) as client:
            while not self._stop_asked.is_set():
                reader_id = self.reader_ids[len(self.answers) % len(self.reader_ids)]
                response = client.get(f"/v1/readers/{reader_id}/recommendations")
                if response.status_code == 200:
                    self.answers.append(response.json())
                elif self.answers:
                    self.failures.append(f"{response.status_code} {response.text[:200]}")
                time.sleep(0.02)

    def stop(self) -> None:
        """End the loop and wait for it."""
        self._stop_asked.set()
        self.join(timeout=15)


@contextmanager
def serving(installation: Installation, tmp_path: Path) -> Iterator[str]:
    """A real API process on loopback; its base URL."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    with (tmp_path / "api.log").open("w") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "serving", "--port", str(port)],
            env=installation.environment,
            stdout=log,
            stderr=subprocess.STDOUT,
        )
    base_url = f"http://127.0.0.1:{port}"
    try:
        _wait_until_live(base_url, process)
        yield base_url
    finally:
        process.terminate()
        process.wait(timeout=20)


def _wait_until_live(base_url: str, process: subprocess.Popen) -> None:
    for _ in range(200):
        try:
            if httpx.get(f"{base_url}/health/live", timeout=2).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        assert process.poll() is None, "the API ended while it was starting"
        time.sleep(0.1)
    pytest.fail("the API did not come up within 20 s")
