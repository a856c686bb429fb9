"""What no pull request may bring, planted in a scratch copy, turns its gate red: exit code 4 and a line saying so."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gates import comment
from gates.limits import ROOT, SAMPLE
from gates.migrations import steps
from gates.quality import METRICS

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]
ROOMS = ("frontpage", "serving", "models", "etl", "gates")
#: What `dvc repro` leaves, but for the metrics, is not in a clone.
MADE = ("model", "inputs", "features", ".frontpage", "*.parquet")


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    """The rooms that gates look at, in a folder where they may be spoilt."""
    for room in ROOMS:
        shutil.copytree(ROOT / room, tmp_path / room, ignore=shutil.ignore_patterns(*MADE) if room == "gates" else None)
    (tmp_path / "docs").mkdir()
    shutil.copy(ROOT / "docs" / "openapi.json", tmp_path / "docs")
    return tmp_path


def gate(folder: Path, *arguments: str) -> tuple[int, str]:
    """Exit code and words of `python -m gates.<...>` on the code of a folder."""
    environment = {**os.environ, "PYTHONPATH": str(folder), "PYTHONSAFEPATH": "1"}
    done = subprocess.run(
        [sys.executable, "-m", *arguments], cwd=folder, env=environment, capture_output=True, text=True
    )
    return done.returncode, done.stdout + (done.stderr if done.returncode not in (0, 4) else "")


def plant(path: Path, old: str, new: str) -> None:
    """Replace what stands in a file once."""
    text = path.read_text()
    assert text.count(old) == 1, path
    path.write_text(text.replace(old, new))


def test_a_leaked_key(scratch: Path):
    """In a file that is committed."""
    (scratch / "gates" / "settings.py").write_text("KEY = 'AKIA" + "ABCDEFGH12345678'\n")
    subprocess.run(["git", "init", "-q"], cwd=scratch, check=True)
    subprocess.run(["git", "add", "gates"], cwd=scratch, check=True)
    code, said = gate(scratch, "gates.secrets")
    assert (code, said.startswith("gates/settings.py:1: a key of AWS")) == (4, True), said


def test_a_breaking_change_of_the_api(scratch: Path):
    """A route that callers know has another name."""
    plant(scratch / "serving" / "articles" / "routes.py", 'add_api_route("/popular"', 'add_api_route("/most-read"')
    code, said = gate(scratch, "gates.api")
    assert (code, "GET /v1/popular is gone" in said) == (4, True), said


def test_slower_code(scratch: Path):
    """Reasons are worked out ten times over."""
    once = "values, rows = self.forest.contributions(matrix), _sample(matrix)"
    again = "for _ in range(9):\n            self.forest.contributions(matrix)\n        "
    plant(scratch / "models" / "explaining" / "explain.py", once, again + once)
    code, said = gate(scratch, "gates.cost", "reasons")
    assert (code, "costs more: reasons: seconds" in said) == (4, True), said


def test_a_broken_migration(scratch: Path):
    """It forgets on its way down what it made on its way up."""
    (newest, _), *_ = steps()
    (scratch / "frontpage" / "store" / "migrations" / "versions" / "9999_planted.py").write_text(
        f'from alembic import op\nrevision, down_revision = "9999", "{newest}"\nbranch_labels = depends_on = None\n\n\n'
        'def upgrade():\n    op.execute("create table planted (a int)")\n\n\ndef downgrade():\n    pass\n'
    )
    code, said = gate(scratch, "gates.migrations")
    assert (code, "9999 does not go up again" in said) == (4, True), said


def test_a_model_no_better_than_the_newest_first(scratch: Path):
    """Its figures are those that the committed evaluation took of that order on the same cutoffs."""
    path = scratch / "gates" / "sample" / "data" / METRICS
    metrics = json.loads(path.read_text())
    newest = {name.replace("latest_", "candidate_"): of for name, of in metrics.items() if name.startswith("latest_")}
    path.write_text(json.dumps({**metrics, **newest}))
    code, said = gate(scratch, "gates.quality")
    assert (code, "x decayed_1h" in said) == (4, True), said


def test_a_model_whose_trees_learn_nothing(tmp_path: Path):
    """Trained anew with leaves too large for any split, and evaluated, on what `make sample` left."""
    if not (SAMPLE / "data" / "model").is_dir():
        pytest.skip("the sample was not trained here; `make sample` does it")
    folder = tmp_path / "sample"
    shutil.copytree(SAMPLE, folder, ignore=shutil.ignore_patterns(".frontpage"))
    plant(folder / "params.yaml", "min_child_samples: 20", "min_child_samples: 100000")
    frontpage = Path(sys.executable).with_name("frontpage")
    for verb in (["train", "--part", "ranker"], ["evaluate"]):
        asked = [str(frontpage), *verb, "--as-of", "2026-03-04T12:00:00Z", "--data", "data"]
        done = subprocess.run(asked, cwd=folder, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True)
        assert done.returncode == 0, done.stderr
    code, said = gate(ROOT, "gates.quality", str(folder / "data"))
    assert (code, "x the committed" in said) == (4, True), said


def test_what_is_committed_is_green():
    """Nothing planted: the committed figures keep within the limits, and the sample's pipeline is the pipeline."""
    assert gate(ROOT, "gates.quality")[0] == 0
    assert (SAMPLE / "dvc.yaml").read_text() == (ROOT / "dvc.yaml").read_text()


def test_the_comment_names_what_is_red():
    """By gate, with what it said, and the figures that changed against the base."""
    results = [comment.Result("secrets", 0, "", 1.0), comment.Result("quality", 4, "worse model: ...\n", 2.0)]
    changes = {"candidate_ndcg_at_10": {"old": 0.2, "new": 0.1, "diff": -0.1}}
    text = comment.comment(results, changes, "main")
    assert text.startswith(comment.MARK)
    assert "### Gates: red: quality" in text
    assert "| quality | **red** | 2 |" in text
    assert "| ndcg_at_10 | 0.2000 | 0.1000 | -50.0% |" in text
