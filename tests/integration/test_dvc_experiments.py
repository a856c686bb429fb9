"""An idea tried with `dvc exp run` on the committed sample, as in a fresh clone: its figures are in Git, too."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from gates.limits import ROOT, SAMPLE

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]
METRICS = "gates/sample/data/evaluation/metrics.json"


@pytest.fixture(scope="module")
def clone(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a clone has of the sample, in a repository of its own: no cache of DVC, no model."""
    folder = tmp_path_factory.mktemp("clone")
    tracked = git(ROOT, "ls-files", "-z", ".dvc", ".dvcignore", ".gitignore", str(SAMPLE.relative_to(ROOT)))
    for name in filter(None, tracked.split("\0")):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(ROOT / name, folder / name)
    git(folder, "init", "-q")
    git(folder, "add", ".")
    git(folder, "-c", "user.name=t", "-c", "user.email=t@localhost", "commit", "-q", "-m", "the sample")
    return folder


def git(folder: Path, *arguments: str) -> str:
    """What the command says."""
    return subprocess.run(["git", *arguments], cwd=folder, check=True, capture_output=True, text=True).stdout


def dvc(clone: Path, *arguments: str) -> str:
    """What the command says, called beside the sample's dvc.yaml."""
    environment = {**os.environ, "DVC_NO_ANALYTICS": "true", "FRONTPAGE_HOME": str(clone / "home")}
    for role in ("AUTHOR", "COMMITTER"):
        environment |= {f"GIT_{role}_NAME": "t", f"GIT_{role}_EMAIL": "t@localhost"}
    environment["PATH"] = f"{Path(sys.executable).parent}{os.pathsep}{environment['PATH']}"
    done = subprocess.run(
        [sys.executable, "-m", "dvc", *arguments],
        cwd=clone / "gates" / "sample",
        env=environment,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_an_idea_is_a_parameter_and_its_figures_are_in_git(clone: Path):
    """One command from the clone to figures; compared with what is committed, kept as a ref, and no commit of yours."""
    before = git(clone, "rev-parse", "HEAD")
    dvc(clone, "exp", "run", "-n", "few-trees", "-S", "ranker.n_trees=12", "-S", "evaluation.n_cutoffs=2", "evaluate")
    (reference,) = git(clone, "for-each-ref", "refs/exps/*/*/few-trees", "--format=%(refname)").split()
    assert git(clone, "rev-parse", "HEAD") == before
    committed, tried = (json.loads(git(clone, "show", f"{where}:{METRICS}")) for where in ("HEAD", reference))
    assert committed["candidate_ndcg_at_10"] != tried["candidate_ndcg_at_10"] > 0
    told = json.loads(dvc(clone, "exp", "diff", "HEAD", "few-trees", "--json"))
    (params,) = told["params"].values()
    assert params["ranker.n_trees"] == {"old": 30, "new": 12, "diff": -18}
    (ours,) = (one["candidate_ndcg_at_10"] for one in told["metrics"].values() if "candidate_ndcg_at_10" in one)
    assert (ours["old"], ours["new"]) == (committed["candidate_ndcg_at_10"], tried["candidate_ndcg_at_10"])
    assert "few-trees" in dvc(clone, "exp", "show", "--csv")
