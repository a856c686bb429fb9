"""The containers, for real: images built, stack started, first edition through Airflow, ten read, all taken down.

Needs a Docker engine. Where none runs, one is started by the script that DOCKER_BOOTSTRAP names (by default the one
beside the checkout, if there is one); without either the tests are skipped, saying so.
"""

import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import urllib.error
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

pytestmark = [pytest.mark.slow, pytest.mark.timeout(2400)]


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

    def get(self, path: str) -> dict:
        """JSON of the API, with the key."""
        url = f"http://127.0.0.1:{self.environment['API_PORT']}{path}"
        request = urllib.request.Request(url, headers={"X-API-Key": self.environment["FRONTPAGE_API_KEYS"]})
        with urllib.request.urlopen(request, timeout=10) as answer:
            return json.load(answer)


@pytest.fixture(scope="module")
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


@pytest.fixture(scope="module")
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


def test_ten_explained_recommendations_are_served(stack: Stack):
    """Lists by a rule come first and say so; the reader shown last has ten different explained articles."""
    log = stack.compose("logs", "--no-log-prefix", "first-edition").stdout
    shown = re.findall(r"Ten for reader (\S+) \(run \d+\)", log)
    assert len(shown) == 2, log
    assert log.index("First edition, by the rule 'read most lately'") < log.index("first training: retrain_nightly")
    answer = stack.get(f"/v1/readers/{shown[-1]}/recommendations?limit=10")
    assert answer["model_version"] != "popularity"
    assert [item["rank"] for item in answer["items"]] == list(range(1, 11))
    assert len({item["article_id"] for item in answer["items"]}) == 10
    assert all(item["title"] and item["reasons"] for item in answer["items"])


def test_the_api_refuses_without_a_key(stack: Stack):
    """In containers the API listens for others, so it wants a key."""
    url = f"http://127.0.0.1:{stack.environment['API_PORT']}/v1/runs/current"
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(url, timeout=10)


def test_every_part_of_airflow_is_healthy(stack: Stack):
    """As its first page shows it: the triggerer, too."""
    url = f"http://127.0.0.1:{stack.environment['AIRFLOW_PORT']}/api/v2/monitor/health"
    with urllib.request.urlopen(url, timeout=30) as answer:
        health = json.load(answer)
    parts = ("metadatabase", "scheduler", "triggerer", "dag_processor")
    assert {part: health[part]["status"] for part in parts} == dict.fromkeys(parts, "healthy")


def test_mlflow_shows_the_version_that_is_served(stack: Stack):
    """Its page answers on this machine, and its registry has the version of the run being served."""
    url = f"http://127.0.0.1:{stack.environment['MLFLOW_PORT']}"
    with urllib.request.urlopen(f"{url}/", timeout=30) as page:
        assert b"<title>MLflow" in page.read()
    with urllib.request.urlopen(f"{url}/api/2.0/mlflow/model-versions/search", timeout=30) as answer:
        versions = json.load(answer)["model_versions"]
    assert stack.get("/v1/runs/current")["model_version"] in {one["description"] for one in versions}


@pytest.mark.parametrize("service", ["api", "airflow-scheduler", "airflow-triggerer", "mail", "mlflow"])
def test_services_run_as_nobody_special(stack: Stack, service: str):
    """No service of ours runs as root."""
    assert stack.compose("exec", "-T", service, "id", "-u").stdout.strip() == "10001"


@pytest.mark.parametrize("package", ["pandas", "sklearn", "airflow", "psycopg2"])
def test_the_serving_image_is_slim(stack: Stack, package: str):
    """The API's image has no package that only computing needs."""
    done = stack.compose("exec", "-T", "api", "python", "-c", f"import {package}", check=False)
    assert "ModuleNotFoundError" in done.stderr


def test_the_digest_went_out(stack: Stack):
    """The sink holds at least one mail of the first edition."""
    found = stack.compose("exec", "-T", "mail", "sh", "-c", "ls /var/lib/frontpage/mail/*.eml | wc -l").stdout
    assert int(found) > 0


def test_nothing_starts_without_secrets(engine: dict[str, str], tmp_path: Path):
    """Without .env compose says which variable is missing and how to get it; there is no default password."""
    (tmp_path / "empty.env").touch()
    done = subprocess.run(
        ["docker", "compose", "--env-file", str(tmp_path / "empty.env"), "config", "-q"],
        cwd=ROOT, env=engine, text=True, capture_output=True, timeout=60,
    )  # fmt: skip
    assert done.returncode != 0
    assert "run make compose-env" in done.stderr
