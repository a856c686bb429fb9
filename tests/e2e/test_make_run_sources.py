"""`make run SOURCES=` on a fresh folder: somebody's own files, from day zero; training is skipped, not red."""

import json
import os
import re
import shutil
import subprocess
import tempfile
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from frontpage.stack import processes
from frontpage.stack.airflow_api import AirflowApi
from frontpage.stack.environment import USER, airflow_secrets
from frontpage.stack.layout import Layout
from frontpage.stack.plan import REFRESH

ROOT = Path(__file__).resolve().parents[2]
pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


@pytest.fixture
def home():
    """A folder of its own; nothing runs below it afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="frontpage-own-"))
    folder.chmod(0o755)
    yield folder
    subprocess.run(["make", "stop"], cwd=ROOT, env={**os.environ, "FRONTPAGE_HOME": str(folder)}, capture_output=True)
    assert processes.strays(Layout(folder)) == []
    shutil.rmtree(folder)


def _feed(folder: Path) -> Path:
    """Twelve articles of the last hours in a JSON Feed whose name has a comma and a space."""
    seen = datetime.now(UTC) - timedelta(hours=2)
    items = [
        {"id": f"https://paper.example/{n}", "url": f"https://paper.example/{n}", "title": f"Story {n} of the morning",
         "content_text": f"What happened in place {n}.", "tags": ["world"], "date_published": seen.isoformat()}
        for n in range(12)
    ]  # fmt: skip
    path = folder / "morning, early.json"
    path.write_text(json.dumps({"version": "https://jsonfeed.org/version/1.1", "title": "Paper", "items": items}))
    return path


def _after_publish(home: Path, port: str, text: str) -> dict[str, str]:
    """Tasks of the first refresh, once it is over: nobody waited for those after the page, so no line tells of them."""
    api = AirflowApi(f"http://127.0.0.1:{port}", USER, airflow_secrets(Layout(home)).password)
    as_of = re.search(r"first edition: refresh_hourly as of (\S+)", text)
    assert as_of is not None, text
    run_id = api.ensure_run(REFRESH, datetime.fromisoformat(as_of[1]), "first edition")
    deadline = time.monotonic() + 60
    while not (state := api.run_state(REFRESH, run_id)).is_over:
        assert time.monotonic() < deadline, state
        time.sleep(0.5)
    return state.tasks


def test_day_zero(home):
    """A page for new readers is published, the training is skipped with its reason, and it is said what is missing."""
    output = home / "output.txt"
    ports = {"API_PORT": str(processes.free_port(0)), "AIRFLOW_PORT": str(processes.free_port(0))}
    words = [f"{name}={value}" for name, value in {**ports, "SOURCES": f"feed+{_feed(home)}"}.items()]
    with output.open("w") as stream:
        process = subprocess.Popen(
            ["make", "run", *words], cwd=ROOT, env={**os.environ, "FRONTPAGE_HOME": str(home)},
            stdout=stream, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip
    deadline = time.monotonic() + 800
    while not re.search(r"\] up$", output.read_text(), re.MULTILINE):
        assert process.poll() is None, output.read_text()
        assert time.monotonic() < deadline, output.read_text()
        time.sleep(0.5)
    text = output.read_text()
    tasks = dict(re.findall(r"^\[ *\d+ s\] {5}(\w+) .*  (\w+)$", text, re.MULTILINE))
    tasks |= _after_publish(home, ports["AIRFLOW_PORT"], text)
    not_trained = ("train", "evaluate", "explain", "learnable", "first_training")
    assert {name: tasks[name] for name in not_trained} == dict.fromkeys(not_trained, "skipped")
    assert set(tasks.values()) == {"success", "skipped"}
    assert "12 articles, 0 readers, 0 reads so far; 0 rows in quarantine" in text
    assert "Personal lists need reads" in text
    assert len(re.findall(r"^ {1,2}\d+\. Story \d+ of the morning", text, re.MULTILINE)) == 10
    answer = httpx.get(f"http://127.0.0.1:{ports['API_PORT']}/v1/readers/anybody/recommendations").json()
    assert len(answer["items"]) == 10


def test_sources_that_cannot_be_right_start_nothing(home):
    """One sentence, before PostgreSQL is started."""
    env = {**os.environ, "FRONTPAGE_HOME": str(home)}
    words = ["make", "run", "SOURCES=fed+https://paper.example/rss"]
    done = subprocess.run(words, cwd=ROOT, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode != 0
    assert "frontpage: source 'fed+https://paper.example/rss': 'fed' is not a kind of source" in done.stderr
    assert "Traceback" not in done.stderr
    assert not (home / "postgres").exists()
