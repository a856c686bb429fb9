"""`make run` and `make stop` on a fresh folder: a tiny world through Airflow's scheduler, by a rule and by a model."""

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from pathlib import Path

import httpx
import psutil
import pytest

from frontpage.stack import processes
from frontpage.stack.layout import Layout

ROOT = Path(__file__).resolve().parents[2]
SIZE = {"READERS": "200", "DAYS": "8", "ARTICLES": "150"}
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


class Running:
    """A `make run` in the background, and what it has printed."""

    def __init__(self, home: Path, **variables: str) -> None:
        self.home = home
        self.output = home / "output.txt"
        self.ports = {name: str(processes.free_port(0)) for name in ("API_PORT", "AIRFLOW_PORT", "MLFLOW_PORT")}
        words = [f"{name}={value}" for name, value in {**SIZE, **self.ports, **variables}.items()]
        env = {**os.environ, "FRONTPAGE_HOME": str(home), "FRONTPAGE_PARAMS_FILE": str(_quick_params(home))}
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                # As from a terminal, though whoever started the tests may ignore Ctrl-C.
                ["env", "--default-signal=INT", "make", "run", *words],
                cwd=ROOT,
                env=env,
                stdout=output,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        self.started = time.monotonic()

    def text(self) -> str:
        """Everything printed so far."""
        return self.output.read_text()

    def until_up(self, seconds: float) -> float:
        """Seconds until it said that it is up."""
        while not re.search(r"\] up$", self.text(), re.MULTILINE):
            assert self.process.poll() is None, f"it ended:\n{self.text()}\n{_logs(self.home)}"
            assert time.monotonic() - self.started < seconds, f"not up yet:\n{self.text()}"
            time.sleep(0.5)
        return time.monotonic() - self.started


@pytest.fixture(scope="module")
def home():
    """A folder of its own; nothing runs below it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="frontpage-run-"))
    folder.chmod(0o755)
    yield folder
    stop(folder)
    assert processes.strays(Layout(folder)) == []
    shutil.rmtree(folder)


@pytest.fixture(scope="module")
def running(home):
    """The first `make run`, up."""
    run = Running(home)
    run.until_up(600)
    return run


def stop(home: Path) -> str:
    """`make stop`."""
    env = {**os.environ, "FRONTPAGE_HOME": str(home)}
    return subprocess.run(["make", "stop"], cwd=ROOT, env=env, capture_output=True, text=True, timeout=120).stdout


def test_it_shows_an_edition_by_the_rule_and_then_a_personal_one(running):
    """Ten titles with a reason each, twice, each said to be what it is; at the end, where everything is."""
    lines = running.text().splitlines()
    ranked = [number for number, line in enumerate(lines) if re.match(r"^ {1,2}\d+\. \S", line)]
    assert [int(lines[number].split(".")[0]) for number in ranked] == [*range(1, 11), *range(1, 11)]
    assert all(lines[number + 1].strip() not in {"", "no reason recorded"} for number in ranked)
    by_rule = lines.index(
        "First edition, by the rule 'read most lately'; personal lists follow after the first training."
    )
    personal = next(number for number, line in enumerate(lines) if line.startswith("Personal edition, by the model "))
    trained = next(number for number, line in enumerate(lines) if re.match(r"^\[.*\] {5}train +\d", line))
    assert by_rule < ranked[0] < trained < personal < ranked[10]
    pages = ["API", "Airflow", "Desk", "Paper", "MLflow", "Mail"]
    assert [line.split(" ")[0] for line in lines if line.startswith(tuple(f"{page} " for page in pages))] == pages


def test_every_task_ran_through_the_scheduler(running):
    """Each verb is a task that ended well, in the order of the workflows, up to the one that somebody waits for."""
    tasks = re.findall(r"^\[ *\d+ s\] {5}(\w+) .* success$", running.text(), re.MULTILINE)
    refresh = ["review", "extract", "validate", "features", "score", "gate", "publish"]
    retrain = ["extract", "validate", "features", "snapshot", "train", "evaluate", "accept", "release"]
    waited_for = [*refresh, *retrain, *refresh, "digest"]
    assert [task for task in tasks if task not in ("explain", "off_policy")] == waited_for


def test_the_api_answers_and_the_pages_are_there(running):
    """Both on the ports that were asked for."""
    api = f"http://127.0.0.1:{running.ports['API_PORT']}"
    assert httpx.get(f"{api}/health/ready").json()["status"] == "ready"
    run = httpx.get(f"{api}/v1/runs/current").json()
    assert run["n_readers"] > 100
    for port in ("AIRFLOW_PORT", "MLFLOW_PORT"):
        assert httpx.get(f"http://127.0.0.1:{running.ports[port]}/", follow_redirects=True).status_code == 200


def test_every_part_of_airflow_is_healthy(running):
    """As its first page shows it: the triggerer, too."""
    health = httpx.get(f"http://127.0.0.1:{running.ports['AIRFLOW_PORT']}/api/v2/monitor/health").json()
    parts = ("metadatabase", "scheduler", "triggerer", "dag_processor")
    assert {part: health[part]["status"] for part in parts} == dict.fromkeys(parts, "healthy")


def test_mlflow_shows_the_run_and_the_version_that_is_served(running):
    """The registry has the version of the published lists, and its run has numbers and pictures."""
    mlflow, api = (f"http://127.0.0.1:{running.ports[name]}" for name in ("MLFLOW_PORT", "API_PORT"))
    (version,) = httpx.get(f"{mlflow}/api/2.0/mlflow/model-versions/search").json()["model_versions"]
    assert version["description"] == httpx.get(f"{api}/v1/runs/current").json()["model_version"]
    run = httpx.get(f"{mlflow}/api/2.0/mlflow/runs/get", params={"run_id": version["run_id"]}).json()["run"]
    assert "train_rows" in {metric["key"] for metric in run["data"]["metrics"]}
    asked = {"path": "plots/als_loss.png", "run_uuid": version["run_id"]}
    assert httpx.get(f"{mlflow}/get-artifact", params=asked).content.startswith(b"\x89PNG")


def test_the_newsroom_goes_on(running):
    """The simulator is still there; a second `make run` in the same folder is refused with one sentence."""
    assert processes.is_alive(processes.recorded(Layout(running.home))["newsroom"])
    env = {**os.environ, "FRONTPAGE_HOME": str(running.home)}
    words = [f"{name}={value}" for name, value in {**SIZE, **running.ports}.items()]
    second = subprocess.run(["make", "run", *words], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    assert second.returncode != 0
    assert "frontpage: it is up already" in second.stderr
    assert "Traceback" not in second.stderr


def test_stop_leaves_nothing_behind_and_the_next_run_is_up_within_a_minute(running):
    """No process of ours, no record, no open port; then the same list again, without running anything twice."""
    before = httpx.get(f"http://127.0.0.1:{running.ports['API_PORT']}/v1/runs/current").json()["checksum"]
    stop(running.home)
    running.process.wait(30)
    assert processes.strays(Layout(running.home)) == []
    assert list((running.home / "run").iterdir()) == []
    assert [port for port in running.ports.values() if _listens(int(port))] == []
    assert not _postgres_runs(running.home)
    again = Running(running.home)
    seconds = again.until_up(120)
    assert not re.search(r"(first|personal) (edition|training): ", again.text())
    assert again.text().count("Ten for reader") == 1
    after = httpx.get(f"http://127.0.0.1:{again.ports['API_PORT']}/v1/runs/current").json()["checksum"]
    assert after == before
    assert seconds < 60
    # Ctrl-C reaches the whole foreground group of a terminal.
    os.killpg(again.process.pid, signal.SIGINT)
    again.process.wait(60)
    assert processes.strays(Layout(running.home)) == []
    assert not _postgres_runs(running.home)


def test_a_port_that_is_taken_is_one_sentence(home):
    """It names the port and the variable; nothing was started."""
    holder = listener()
    port = str(holder.getsockname()[1])
    env = {**os.environ, "FRONTPAGE_HOME": str(home)}
    words = [f"{name}={value}" for name, value in {**SIZE, "AIRFLOW_PORT": port}.items()]
    done = subprocess.run(["make", "run", *words], cwd=ROOT, env=env, capture_output=True, text=True, timeout=60)
    holder.close()
    assert f"frontpage: port {port} for Airflow is taken; choose another with AIRFLOW_PORT=" in done.stderr
    assert processes.strays(Layout(home)) == []


def listener() -> socket.socket:
    """A socket that listens on some port."""
    holder = socket.socket()
    holder.bind(("127.0.0.1", 0))
    holder.listen()
    return holder


def _quick_params(home: Path) -> Path:
    """Parameters that train in seconds."""
    path = home / "params.yaml"
    path.write_text(
        "ranker: {n_trees: 10, n_cutoffs: 4, cutoff_hours: 12}\nals: {factors: 8, iterations: 4}\n"
        # So few readers say little of ranker and rules; what is tested here is the way to personal lists.
        "gate: {min_ratio_to_popularity: 0.1}\n"
        "acceptance: {min_ndcg: 0.0, max_loss: 1.0, max_slice_loss: 1.0}\n"
    )
    return path


def _listens(port: int) -> bool:
    try:
        httpx.get(f"http://127.0.0.1:{port}/", timeout=2)
    except httpx.ConnectError:
        return False
    return True


def _postgres_runs(home: Path) -> bool:
    data = json.loads((home / "server.json").read_text())["data"]
    return any(data in (process.info["cmdline"] or []) for process in psutil.process_iter(["cmdline"]))


def _logs(home: Path) -> str:
    return "\n".join(f"{path.name}: {path.read_text()[-500:]}" for path in (home / "logs").glob("*.log"))
