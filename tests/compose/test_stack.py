"""The containers, for real: first edition through Airflow, ten read, each service as it should be."""

import json
import re
import subprocess
import urllib.error
import urllib.request
from pathlib import Path

import pytest

from tests.compose.conftest import ROOT, Stack

pytestmark = [pytest.mark.slow, pytest.mark.timeout(2400)]


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
    with pytest.raises(urllib.error.HTTPError, match="401"):
        urllib.request.urlopen(f"{stack.url}/v1/runs/current", timeout=10)


def test_two_replicas_answer_behind_the_gateway(stack: Stack):
    """Both are asked; what is not in the gateway's table is not."""
    assert len(stack.containers("api")) == 2
    assert stack.compose("exec", "-T", "gateway", "python", "-m", "frontpage.gateway.replicas").stdout.strip() == "2"
    with pytest.raises(urllib.error.HTTPError, match="404"):
        stack.get("/metrics")


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


@pytest.mark.parametrize("service", ["api", "gateway", "airflow-scheduler", "airflow-triggerer", "mail", "mlflow"])
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
