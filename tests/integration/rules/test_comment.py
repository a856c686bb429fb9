"""The comment on a pull request that changes rule files, by the command that CI runs."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
RULE = "rules:\n  - {id: calm, kind: demote, reason: a test, match: {category: sport}, amount: 3}\n"
BROKEN = "rules:\n  - {id: calm, kind: demote,\n     reason: a test, match: {category: sport}, amount: 3, much: 3}\n"


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    """With a rule file in its first commit."""
    git(tmp_path, "init", "--quiet", "--initial-branch=main")
    commit(tmp_path, "rules: []\n")
    return tmp_path


def git(folder: Path, *arguments: str) -> None:
    who = ("-c", "user.name=t", "-c", "user.email=t@t.example")
    subprocess.run(["git", *who, *arguments], cwd=folder, check=True, capture_output=True)


def commit(folder: Path, text: str) -> None:
    (folder / "rules").mkdir(exist_ok=True)
    (folder / "rules" / "desk.yaml").write_text(text)
    git(folder, "add", "--all")
    git(folder, "commit", "--quiet", "--allow-empty", "--message", "rules")


def comment(folder: Path, base: str, *options: str, database: str = "") -> tuple[int, str]:
    """Exit code and text."""
    environ = {**os.environ, "PYTHONPATH": str(ROOT), "FRONTPAGE_DATABASE_URL": database}
    command = [sys.executable, "-m", "gates.rules", "--base", base, *options]
    done = subprocess.run(command, cwd=folder, env=environ, capture_output=True, text=True)
    assert "Traceback" not in done.stderr, done.stderr
    return done.returncode, done.stdout


def test_what_is_wrong_is_said_by_file_and_line_and_nothing_where_nothing_changed(repository: Path, database: str):
    """With the exit code of the verb; and it ends well, without a word, where no rule file has changed."""
    commit(repository, BROKEN)
    assert comment(repository, "HEAD", database=database) == (0, "")
    code, text = comment(repository, "HEAD~1", database=database)
    assert code == 3
    assert "Changed: `rules/desk.yaml`" in text
    assert "> frontpage: rules/desk.yaml:3: there is no key 'much' in a demote" in text


@pytest.mark.slow
def test_a_change_is_shown_on_a_simulated_newsroom(repository: Path):
    """The rule that came, and what it does to places, against the rules of the base; no pseudonym of a reader."""
    commit(repository, RULE)
    code, text = comment(repository, "HEAD~1", "--simulate", "--readers", "80")
    assert code == 0, text
    assert "+ calm (demote): a test" in text
    assert "| places of category sport |" in text
    assert "places change, in the lists of" in text
    assert "Readers hit worst lose" in text
