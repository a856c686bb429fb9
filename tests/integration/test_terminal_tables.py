"""What people see at a terminal is a table; who reads a pipe, or asks for `--json`, gets lines."""

import json
import os
import pty
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from frontpage.core.actor import Actor
from frontpage.store import versions
from frontpage.store.connect import connect

FRONTPAGE = str(Path(sys.executable).with_name("frontpage"))


@pytest.fixture
def environment(settings) -> dict[str, str]:
    """Of verbs on this test's database."""
    settings.home.mkdir()
    return {**os.environ, "FRONTPAGE_HOME": str(settings.home), "FRONTPAGE_DATABASE_URL": settings.database_url}


def at_a_terminal(environment: dict[str, str], *arguments: str) -> list[str]:
    """The lines that a verb writes to a terminal of 120 columns."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(
        [FRONTPAGE, *arguments], env=environment | {"COLUMNS": "120", "TERM": "dumb"}, stdout=theirs
    )
    os.close(theirs)
    said = b""
    try:
        while some := os.read(ours, 65536):
            said += some
    except OSError:  # how a terminal tells its end
        pass
    os.close(ours)
    assert process.wait() == 0
    return said.decode().splitlines()


def test_runs_are_a_table_at_a_terminal_and_lines_elsewhere(environment, tmp_path):
    """The same execution, each time; a list without rows is a heading."""
    assert "version" in " ".join(at_a_terminal(environment, "models", "list"))
    heading, row = at_a_terminal(environment, "runs", "list", "--verb", "models list")[:2]
    assert [name in heading for name in ("execution", "began", "verb", "seconds", "exit")] == [True] * 5
    assert "models list" in row
    command = [FRONTPAGE, "runs", "list", "--verb", "models list", "--json"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    told = json.loads(done.stdout.splitlines()[0])
    assert (told["verb"], told["exit_code"], told["execution_id"][:8] in row) == ("models list", 0, True)


def test_what_differs_between_two_versions(environment, database, tmp_path):
    """A row for each difference; the heading names both versions."""
    with connect(database) as connection:
        for name, ndcg in (("v1", 0.25), ("v2", 0.5)):
            row = versions.ModelVersion(name, datetime(2026, 3, 1, tzinfo=UTC), str(tmp_path / name), name)
            versions.insert(connection, row, actor=Actor("ana", "person"), reason="trained")
            versions.set_metrics(connection, name, {"candidate_ndcg_at_10": ndcg}, {"passed": True})
    table = [line.split() for line in at_a_terminal(environment, "models", "diff", "v1", "v2")]
    assert table[:2] == [["what", "v1", "v2"], ["metrics.candidate_ndcg_at_10", "0.25", "0.5"]]
    command = [FRONTPAGE, "models", "diff", "v1", "v2", "--json"]
    done = subprocess.run(command, cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    expected = {"name": "metrics.candidate_ndcg_at_10", "before": "0.25", "after": "0.5"}
    assert json.loads(done.stdout.splitlines()[0]) == expected
