"""Good runs in staging, minutes of a workflow run, and images by digest: each read as GitHub or Frontpage writes it."""

import io
import json
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from gates import minutes, staging

ROOT = Path(__file__).resolve().parents[3]
COMMIT, OTHER = "a" * 40, "b" * 40
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
#: A job as GitHub's documentation shows one ("List jobs for a workflow run"), without its steps and addresses.
DOCUMENTED = {
    "id": 399444496, "run_id": 29679449, "run_attempt": 1, "status": "completed", "conclusion": "success",
    "created_at": "2020-01-20T17:42:40Z", "started_at": "2020-01-20T17:42:40Z", "completed_at": "2020-01-20T17:44:39Z",
    "name": "build", "labels": ["ubuntu-24.04"], "runner_id": 1, "runner_name": "my runner",
    "runner_group_name": "my runner group", "workflow_name": "CI", "head_branch": "main",
}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "billed"),
    [
        ({}, 2),  # 1 minute 59
        ({"completed_at": "2020-01-20T17:42:41Z"}, 1),
        ({"conclusion": "failure"}, 2),
        ({"conclusion": "skipped"}, 0),
        ({"labels": ["self-hosted", "linux"]}, 0),
        ({"status": "in_progress", "conclusion": None, "started_at": "2026-03-01T11:55:30Z", "completed_at": None}, 5),
    ],
)
def test_each_job_is_billed_by_whole_minutes(change: dict, billed: int):
    assert minutes.minutes({**DOCUMENTED, **change}, NOW) == billed


@pytest.mark.parametrize("script", ["deploy.sh", "staging_runs.sh"])
@pytest.mark.parametrize("version", ["main", "v1; true", ""])
def test_only_a_release_is_deployed(script: str, version: str):
    """Before anything is asked of a cluster."""
    environment = {**os.environ, "VERSION": version, "ENVIRONMENT": "test", "GITHUB_REPOSITORY": "o/n"}
    done = subprocess.run([f"deploy/release/{script}"], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode in (1, 3)
    assert "such as v1.2.0" in done.stderr


def test_minutes_are_printed_with_their_share():
    """The longest first; 31 + 2 of 3,000."""
    long = {**DOCUMENTED, "name": "gates", "completed_at": "2020-01-20T18:12:50Z"}
    lines = "".join(f"{json.dumps(job)}\n" for job in (DOCUMENTED, long))
    command = [sys.executable, "-m", "gates.minutes", "--of", "3000"]
    said = subprocess.run(command, cwd=ROOT, input=lines, capture_output=True, text=True, check=True).stdout
    assert said.splitlines()[2:5] == ["| gates | 31 |", "| build | 2 |", "| **all** | **33** |"]
    assert said.endswith("33 minutes are 1.1% of the 3000 of a month, where the repository is private.\n")


def step(verb: str, hour: int, exit_code: int | None = 0, commit: str = COMMIT) -> dict:
    """One line of `frontpage runs list --json`."""
    began = f"2026-03-01 {hour:02}:00:00+00:00"
    return {"execution_id": f"{verb}-{hour}", "verb": verb, "code_commit": commit, "started_at": began,
            "exit_code": exit_code}  # fmt: skip


def _judged(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture, *rows: dict) -> tuple[int, str]:
    """Exit code and sentence where two editions and one training are wanted; the newest row comes first."""
    summary = json.dumps({"@timestamp": "2026-03-01T12:00:00Z", "frontpage.verb": "runs list"})
    told = "\n".join([*map(json.dumps, reversed(rows)), summary])
    monkeypatch.setattr(sys, "stdin", io.StringIO(told))
    code = staging.main([COMMIT, "--lists", "2", "--trainings", "1"])
    return code, capsys.readouterr().out


def test_enough_good_runs_let_a_release_pass(monkeypatch, capsys):
    """Lists by Airflow's steps or by a refresh; a step that found nothing to do is none that failed."""
    rows = (step("publish", 1), step("train", 2, 7), step("release", 3), step("refresh", 4))
    code, said = _judged(monkeypatch, capsys, *rows)
    assert (code, said) == (
        0,
        "aaaaaaaaaaaa has 2 good editions and 1 good trainings in staging: enough for production\n",
    )


@pytest.mark.parametrize(
    "last",
    [step("gate", 5, 4), step("publish", 5, 1)],
    ids=["lists that the gate refused", "a bug"],
)
def test_a_failure_starts_the_count_anew(monkeypatch, capsys, last: dict):
    rows = (step("publish", 1), step("release", 3), step("publish", 4), last, step("publish", 6))
    code, said = _judged(monkeypatch, capsys, *rows)
    assert code == 4
    assert f"has 1 good editions and 0 good trainings in staging since `{last['verb']}` failed at 2026-03-01 05" in said
    assert said.endswith("production wants 2 and 1: leave it in staging for longer\n")


def test_other_code_and_other_verbs_do_not_count(monkeypatch, capsys):
    """Nor what has not ended; a person who asked for a reader that is not there has broken nothing."""
    rows = (step("publish", 1), step("release", 2), step("publish", 3, commit=OTHER), step("publish", 4, None))
    code, said = _judged(monkeypatch, capsys, *rows, step("why", 5, 6), step("score", 6, 1, OTHER))
    assert code == 4
    assert said.startswith("aaaaaaaaaaaa has 1 good editions and 1 good trainings in staging; production wants")


def _overlay(folder: Path, environment: str, listed: str) -> subprocess.CompletedProcess:
    path = folder / "images.txt"
    path.write_text(listed)
    command = [sys.executable, "deploy/release/overlay.py", environment, str(path)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


DIGEST = "sha256:" + "0123456789abcdef" * 4


@pytest.mark.parametrize(
    ("environment", "listed", "said"),
    [
        ("test", f"ghcr.io/o/n/frontpage-serving:v1.0@{DIGEST}", "is no image of a release"),
        ("test", "ghcr.io/o/n/frontpage-serving:v1.0", "is no image of a release"),
        (
            "test",
            f"ghcr.io/o/n/frontpage-serving@{DIGEST}",
            "has to list each of frontpage-gateway, frontpage-pipeline",
        ),
        ("moon", "", "'moon' is no environment; there are test, staging, production"),
    ],
)
def test_only_all_images_by_digest_are_deployed(tmp_path: Path, environment: str, listed: str, said: str):
    done = _overlay(tmp_path, environment, listed)
    assert done.returncode == 3
    assert said in done.stderr
