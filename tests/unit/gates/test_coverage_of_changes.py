"""What fast tests do not run of a change is found, by git's diff and by coverage's own report."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from gates.covered import Touched, changed_lines, diff_since, ranges, touched, verdict

BEFORE = "def old(x):\n    return x\n\n\nold(1)\n"
AFTER = 'def old(x):\n    return x + 1\n\n\ndef new(x):\n    """Not called."""\n    y = x\n    return y\n\n\nold(1)\n'


def _told(folder: Path, *command: str) -> str:
    return subprocess.run(command, cwd=folder, check=True, capture_output=True, text=True).stdout


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """`room/work.py` is committed, then changed: one line that is run, a function that nobody calls."""
    path = tmp_path / "room" / "work.py"
    path.parent.mkdir()
    path.write_text(BEFORE)
    _told(tmp_path, "git", "init", "--quiet")
    _told(tmp_path, "git", "add", ".")
    who = ("-c", "user.name=nobody", "-c", "user.email=nobody@example.com")
    _told(tmp_path, "git", *who, "commit", "--quiet", "--message", "before")
    path.write_text(AFTER)
    return tmp_path


def test_changed_lines_are_those_of_git(repository: Path):
    """Of blank lines between equal ones git may take either."""
    changed = changed_lines(diff_since("HEAD", repository))
    assert changed.keys() == {"room/work.py"}
    assert {2, 5, 6, 7, 8} <= changed["room/work.py"]
    assert not {1, 11} & changed["room/work.py"]


def test_what_no_test_runs_is_found(repository: Path):
    """By the report of the real coverage: a definition is run, its body is not, its docstring is neither."""
    pytest.importorskip("coverage")
    _told(repository, sys.executable, "-m", "coverage", "run", "--source=room", "room/work.py")
    _told(repository, sys.executable, "-m", "coverage", "json", "--quiet", "-o", "report.json")
    files = json.loads((repository / "report.json").read_text())["files"]
    changed = changed_lines(diff_since("HEAD", repository))
    assert list(touched(changed, files, ["room/"])) == [Touched("room/work.py", frozenset({2, 5}), frozenset({7, 8}))]
    assert list(touched(changed, files, ["elsewhere/"])) == []


def test_too_little_is_red():
    """Two of four lines are enough for a half, and not for more."""
    found = [Touched("room/work.py", frozenset({2, 5}), frozenset({7, 8}))]
    assert verdict(found, 0.5)[0] is True
    is_enough, said = verdict(found, 0.6)
    assert is_enough is False
    assert said[1:] == [
        "not run: room/work.py: 7-8", "too little: 50% of the changed lines are run, and 60% is the least"
    ]  # fmt: skip


def test_a_change_of_no_code_is_well():
    assert verdict([], 0.8) == (True, ["of 0 changed lines fast tests run 0"])


def test_lines_are_said_as_ranges():
    assert ranges({3, 4, 5, 9}) == "3-5, 9"
