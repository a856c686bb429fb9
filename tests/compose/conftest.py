"""One stack of containers for all tests here: images built, started, through its first edition, and taken down.

Needs a Docker engine. Where none runs, one is started by the script that DOCKER_BOOTSTRAP names (by default the one
beside the checkout, if there is one); without either the tests are skipped, saying so.
"""

import json
import os
import secrets
import shutil
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
BOOTSTRAP = Path(os.environ.get("DOCKER_BOOTSTRAP", ROOT.parent / "shared" / "docker" / "bootstrap.sh"))
STATE = Path(os.environ.get("STATE", "/var/tmp/project-docker"))
SMALL_WORLD = {"READERS": "500", "DAYS": "4", "ARTICLES": "300"}
BUILD_SECONDS, EDITION_SECONDS = 900, 900


@dataclass(frozen=True)
class Stack:
    """A compose project of its own, with secrets and ports of its own."""

    environment: dict[str, str]

    def compose(self, *arguments: str, timeout: float = 120, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run `docker compose`; its output goes to the test's on failure."""
        done = subprocess.run(
            ["docker", "compose", "--project-name", "frontpage-test", *arguments],
            cwd=ROOT, env=self.environment, text=True, capture_output=True, timeout=timeout,
        )  # fmt: skip
        assert not check or done.returncode == 0, f"docker compose {' '.join(arguments)}\n{done.stdout}\n{done.stderr}"
        return done

    @property
    def url(self) -> str:
        """Of the gateway."""
        return f"http://127.0.0.1:{self.environment['API_PORT']}"

    def containers(self, *services: str) -> set[str]:
        """Ids of the services' running containers."""
        return set(self.compose("ps", "--quiet", *services).stdout.split())

    def get(self, path: str) -> dict:
        """JSON of the API, with the key."""
        url = f"{self.url}{path}"
        request = urllib.request.Request(url, headers={"X-API-Key": self.environment["FRONTPAGE_API_KEYS"]})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)


@pytest.fixture(scope="session")
def engine() -> Iterator[dict[str, str]]:
    """Environment in which `docker` and `docker compose` answer; an engine started here is stopped again."""
    environment = {**os.environ}
    if (STATE / "docker-config").is_dir():
        environment["DOCKER_CONFIG"] = str(STATE / "docker-config")
    if _answers(environment):
        yield environment
        return
    if not BOOTSTRAP.is_file():
        pytest.skip(f"no Docker engine answers and there is no {BOOTSTRAP} to start one")
    subprocess.run([str(BOOTSTRAP)], check=True, timeout=600)
    environment["DOCKER_CONFIG"] = str(STATE / "docker-config")
    yield environment
    stop = BOOTSTRAP.with_name("stop_engine.sh")
    if stop.is_file():
        subprocess.run([str(stop)], check=True, timeout=120)


@pytest.fixture(scope="session")
def stack(engine: dict[str, str], tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    """Built, started, and through its first edition; everything is removed at the end."""
    folder = tmp_path_factory.mktemp("compose")
    subprocess.run([sys.executable, str(ROOT / "deploy" / "docker" / "make_env.py")], cwd=folder, check=True)
    made = dict(line.split("=", 1) for line in (folder / ".env").read_text().splitlines() if not line.startswith("#"))
    first = {"API_PORT": 20000, "AIRFLOW_PORT": 25000, "MLFLOW_PORT": 15000}
    ports = {name: str(port + secrets.randbelow(5000)) for name, port in first.items()}
    running = Stack({**engine, **made, **ports, **SMALL_WORLD})
    try:
        running.compose("down", "--volumes", "--timeout", "5", check=False)  # of a test that was killed
        running.compose("build", timeout=BUILD_SECONDS)
        running.compose("up", "--detach", timeout=EDITION_SECONDS)
        ended = running.compose("wait", "first-edition", timeout=EDITION_SECONDS, check=False)
        if ended.returncode != 0:
            sys.stderr.write(running.compose("ps", "--all", check=False).stdout)
            sys.stderr.write(running.compose("logs", "--tail", "40", check=False).stdout)
            pytest.fail(f"the first edition ended with {ended.returncode}: {ended.stdout}{ended.stderr}")
        yield running
    finally:
        running.compose("down", "--volumes", "--timeout", "5", check=False)


def _answers(environment: dict[str, str]) -> bool:
    if shutil.which("docker") is None:
        return False
    asked = subprocess.run(["docker", "compose", "version"], env=environment, capture_output=True, timeout=30)
    version = subprocess.run(["docker", "version"], env=environment, capture_output=True, timeout=30)
    return asked.returncode == 0 and version.returncode == 0
