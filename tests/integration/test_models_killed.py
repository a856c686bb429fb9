"""A training that is killed -9 and started again gives the version that an undisturbed one gives, byte for byte."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from models.training.artefact import MANIFEST

ROOT = Path(__file__).resolve().parents[2]
#: Builds the version `v` of a seeded newsroom below the folder it is given.
PROGRAM = """
import sys
from pathlib import Path
from models.training.build import build
from models.training.feature_lookup import direct_lookup
from models.training.train import Inputs
from tests.unit.models.newsroom_world import PARAMS, newsroom
params = PARAMS.model_copy(update={"ranker": PARAMS.ranker.model_copy(update={"n_trees": 24, "chunk_trees": 1})})
past = newsroom(60, 36)
print(build(Inputs(past, params, direct_lookup), "v", Path(sys.argv[1]) / "v").artefact_hash)
"""


def _start(folder: Path) -> "subprocess.Popen[str]":
    command = [sys.executable, "-W", "ignore", "-c", PROGRAM, str(folder)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def _wait_for(folder: Path, pattern: str, process: "subprocess.Popen[str]") -> None:
    deadline = time.monotonic() + 300
    while not any(folder.rglob(pattern)):
        assert process.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.01)


@pytest.mark.slow
def test_killed_twice_and_resumed(tmp_path: Path) -> None:
    """Killed once after the rows were made and once amid the trees: the same manifest, and nothing left lying about."""
    disturbed, whole = tmp_path / "disturbed", tmp_path / "whole"
    for moment in ("rows.npz", "ranker-*-006.txt"):
        process = _start(disturbed)
        _wait_for(disturbed, moment, process)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
        assert not (disturbed / "v").exists()
    finished, undisturbed = _start(disturbed), _start(whole)
    hashes = [process.communicate()[0].strip() for process in (finished, undisturbed)]
    assert hashes[0] == hashes[1] != ""
    manifests = [json.loads((folder / "v" / MANIFEST).read_text()) for folder in (disturbed, whole)]
    assert manifests[0] == manifests[1]
    assert [path.name for path in disturbed.iterdir()] == ["v"]
