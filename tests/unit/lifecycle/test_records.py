"""Parameters, lineage and artefacts as the trackers and the promotion see them."""

import hashlib
import json
from pathlib import Path

import pytest
from dulwich.repo import Repo

from frontpage.core.errors import CheckFailedError
from frontpage.lifecycle.artefacts import local_path, verify
from frontpage.lifecycle.executions.environment import this_environment
from frontpage.lifecycle.records import flatten
from frontpage.lifecycle.tracking import git_commit

COMMIT = "0123456789abcdef0123456789abcdef01234567"


def test_nested_parameters_get_dotted_names():
    """Sections become prefixes; leaves become text; order is kept."""
    assert flatten({"seed": 1, "als": {"factors": 32, "deep": {"x": True}}}) == {
        "seed": "1",
        "als.factors": "32",
        "als.deep.x": "True",
    }


def test_an_image_says_which_commit_it_is():
    """There is no work tree in it to be asked."""
    assert this_environment("registry.example/x@sha256:1", COMMIT).commit == COMMIT


@pytest.mark.parametrize("kind", ["loose", "packed", "detached"])
def test_commit_is_read_from_the_git_folder(tmp_path: Path, kind: str):
    """A branch head may be a file, a line of packed-refs, or HEAD itself."""
    Repo.init(str(tmp_path)).close()
    git = tmp_path / ".git"
    (git / "HEAD").write_text(COMMIT + "\n" if kind == "detached" else "ref: refs/heads/main\n")
    if kind == "loose":
        (git / "refs/heads/main").write_text(COMMIT + "\n")
    if kind == "packed":
        (git / "packed-refs").write_text(f"# pack-refs with: peeled\n{COMMIT} refs/heads/main\n")
    assert git_commit(tmp_path) == COMMIT


def test_no_commit_outside_a_work_tree(tmp_path: Path):
    """Images hold no .git folder: the commit is unknown, not an error."""
    assert git_commit(tmp_path) is None


def test_artefacts_must_match_their_manifest(tmp_path: Path):
    """Each file's SHA-256 is compared; a changed byte or a missing file is named."""
    (tmp_path / "als.npz").write_bytes(b"factors")
    (tmp_path / "manifest.json").write_text(json.dumps({"als.npz": hashlib.sha256(b"factors").hexdigest()}))
    assert verify(tmp_path) == 1
    (tmp_path / "als.npz").write_bytes(b"factorz")
    with pytest.raises(CheckFailedError, match=r"als\.npz is not what the manifest says"):
        verify(tmp_path)
    (tmp_path / "manifest.json").unlink()
    with pytest.raises(CheckFailedError, match=r"manifest\.json is not there"):
        verify(tmp_path)


def test_artefact_addresses_may_be_urls_or_paths(tmp_path: Path):
    """`file:` addresses with escaped characters and plain paths lead to the same folder."""
    folder = tmp_path / "a b"
    assert local_path(folder.as_uri()) == folder
    assert local_path(str(folder)) == folder
