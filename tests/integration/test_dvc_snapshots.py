"""Snapshots reach the remote and come back byte for byte, without Git and without any server."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from frontpage.core.errors import BadInputError, UnavailableError
from frontpage.core.settings import Settings
from frontpage.lifecycle.snapshots import KEEP_LOCAL, pull_snapshot, push_snapshot, snapshot_folder

DAYS = [f"2026030{day}T0230" for day in range(1, 6)]


@pytest.fixture
def installation(tmp_path: Path) -> Settings:
    """Settings with an empty home and a remote beside it."""
    return Settings(home=tmp_path / "home", dvc_remote=str(tmp_path / "remote"))


def written(settings: Settings, name: str, content: str = "") -> Path:
    """A snapshot folder of two files."""
    folder = snapshot_folder(settings) / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "manifest.json").unlink(missing_ok=True)
    (folder / "manifest.json").write_text(content or name)
    (folder / "reads.parquet").unlink(missing_ok=True)
    (folder / "reads.parquet").write_text("reads of " + (content or name))
    return folder


def test_an_old_snapshot_comes_back(installation: Settings):
    """Only the newest folders stay on local disk; an older one is pulled by its name, with the same bytes."""
    for name in DAYS:
        push_snapshot(installation, written(installation, name))
    folder = snapshot_folder(installation)
    assert sorted(path.name for path in folder.glob("2*[0-9]")) == DAYS[-KEEP_LOCAL:]
    assert (pull_snapshot(installation, DAYS[0]) / "reads.parquet").read_text() == f"reads of {DAYS[0]}"


def test_pushing_again_changes_nothing(installation: Settings):
    """The same content has the same hash, and the remote grows by nothing."""
    first = push_snapshot(installation, written(installation, DAYS[0]))
    files = sorted(Path(installation.dvc_remote).rglob("*"))
    assert push_snapshot(installation, written(installation, DAYS[0])) == first
    assert sorted(Path(installation.dvc_remote).rglob("*")) == files
    assert push_snapshot(installation, written(installation, DAYS[0], "late rows")) != first


@pytest.mark.slow
def test_the_dvc_command_finds_the_same_remote(installation: Settings):
    """`dvc pull` in the folder of snapshots needs nothing but the pointer."""
    folder = written(installation, DAYS[0])
    push_snapshot(installation, folder)
    shutil.rmtree(folder)
    subprocess.run([sys.executable, "-m", "dvc", "pull", "-q", f"{DAYS[0]}.dvc"], cwd=folder.parent, check=True)
    assert (folder / "manifest.json").read_text() == DAYS[0]


def test_a_wrong_name_or_place_is_one_sentence(installation: Settings, tmp_path: Path):
    """An unknown snapshot names those there are; a folder elsewhere is refused."""
    push_snapshot(installation, written(installation, DAYS[0]))
    with pytest.raises(BadInputError, match=f"there is no snapshot yesterday; there are: {DAYS[0]}"):
        pull_snapshot(installation, "yesterday")
    with pytest.raises(BadInputError, match="is not a snapshot below"):
        push_snapshot(installation, tmp_path)


def test_a_remote_that_does_not_answer_is_one_sentence(installation: Settings, tmp_path: Path):
    """The local snapshot stays, and the sentence names the setting."""
    (tmp_path / "file").write_text("no folder")
    broken = installation.model_copy(update={"dvc_remote": str(tmp_path / "file" / "remote")})
    folder = written(broken, DAYS[0])
    with pytest.raises(UnavailableError, match="check FRONTPAGE_DVC_REMOTE"):
        push_snapshot(broken, folder)
    assert (folder / "manifest.json").exists()
