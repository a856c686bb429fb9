"""`make run` and `make stop` on a fresh folder: a tiny world through Airflow's scheduler to ten recommendations."""

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

from stack import processes
from stack.layout import Layout

ROOT = Path(__file__).resolve().parents[2]
SIZE = {"READERS": "200", "DAYS": "8", "ARTICLES": "150"}
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


class Running:
    """A `make run` in the background, and what it has printed."""

    def __init__(self, home: Path, **variables: str) -> None:
        self.home = home
        self.output = home / "output.txt"
        self.ports = {"API_PORT": str(processes.free_port(0)), "AIRFLOW_PORT": str(processes.free_port(0))}
        words = [f"{name}={value}" for name, value in {**SIZE, **self.ports, **variables}.items()]
        env = {**os.environ, "FRONTPAGE_HOME": str(home), "FRONTPAGE_PARAMS_FILE": str(_quick_params(home))}
        with self.output.open("w") as output:
            self.process = subprocess.Popen(
                ["make", "run", *words],
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


def test_it_ends_with_ten_explained_recommendations(running):
    """Ten titles with a reason each, and where everything is."""
    lines = running.text().splitlines()
    ranked = [number for number, line in enumerate(lines) if re.match(r"^ {1,2}\d+\. \S", line)]
    assert [int(lines[number].split(".")[0]) for number in ranked] == list(range(1, 11))
    assert all(lines[number + 1].strip() not in {"", "no reason recorded"} for number in ranked)
    assert any(line.startswith("Airflow") and "password" in line for line in lines)


def test_every_task_ran_through_the_scheduler(running):
    """Each verb is a task that ended well, in the order of the workflows."""
    tasks = re.findall(r"^\[ *\d+ s\] {5}(\w+) .* success$", running.text(), re.MULTILINE)
    retrain = ["extract", "validate", "features", "snapshot", "train", "evaluate", "explain"]
    refresh = ["extract", "validate", "features", "score", "gate", "publish", "materialise"]
    assert tasks == [*retrain, *refresh, "digest"]


def test_the_api_answers_and_the_pages_are_there(running):
    """Both on the ports that were asked for."""
    api = f"http://127.0.0.1:{running.ports['API_PORT']}"
    assert httpx.get(f"{api}/health/ready").json()["status"] == "ready"
    run = httpx.get(f"{api}/v1/runs/current").json()
    assert run["n_readers"] > 100
    page = httpx.get(f"http://127.0.0.1:{running.ports['AIRFLOW_PORT']}/", follow_redirects=True)
    assert page.status_code == 200


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
    assert "run 1 of" not in again.text()
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
    path.write_text("ranker: {n_trees: 10, n_ticks: 4, tick_hours: 12}\nals: {factors: 8, iterations: 4}\n")
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
