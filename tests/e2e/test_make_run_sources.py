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
from frontpage.stack.layout import Layout

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
    not_trained = ("train", "evaluate", "explain")
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
