"""Snapshots under DVC: each one is a folder with a pointer file beside it, and its content is in a remote.

`home/snapshots` is a DVC repository without Git, so this works in images and on servers too. A pointer
(`<name>.dvc`, some 200 bytes) is all that is needed to bring a snapshot back on any machine that reaches the remote.
"""

import logging
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from dvc.config import Config
from dvc.exceptions import DvcException
from dvc.lock import LockError
from dvc.repo import Repo

from frontpage.core.errors import BadInputError, UnavailableError
from frontpage.core.settings import Settings
from frontpage.lifecycle.artefact_store import store_of

#: Snapshot folders kept on local disk; older ones stay in the remote.
KEEP_LOCAL = 3
_REMOTE = "snapshots"


def snapshot_folder(settings: Settings) -> Path:
    """The folder below which the nightly snapshots lie, one folder each, named by their `as_of`."""
    return settings.path("snapshots")


def push_snapshot(settings: Settings, path: Path) -> str:
    """DVC's hash of a snapshot, once the remote holds it. Repeating it changes nothing.

    path: a folder directly below `snapshot_folder`. Of the local folders only the newest KEEP_LOCAL stay.
    Raises BadInputError for another place, UnavailableError where the remote does not take it.
    """
    folder = snapshot_folder(settings)
    if path.absolute().parent != folder or not path.is_dir():
        raise BadInputError(f"{path} is not a snapshot below {folder}; write it there to have it pushed")
    with _repository(settings) as repository:
        (stage,) = repository.add(str(path.absolute()))
        repository.push([stage.addressing])
        if (store := store_of(settings)) is not None:
            store.push(_name_there(path.name), path)
        _forget_local(folder, keep=path.name)
        return str(stage.outs[0].hash_info.value)


def pull_snapshot(settings: Settings, name: str) -> Path:
    """The folder of an older snapshot, brought back from the remote, or the artefact store, where it is not here.

    Raises BadInputError for a name that neither a pointer nor the store knows, UnavailableError where the remote does
    not have it.
    """
    folder, store = snapshot_folder(settings), store_of(settings)
    if not (folder / f"{name}.dvc").is_file():
        if store is not None and store.has_version(_name_there(name)):
            return store.fetch(_name_there(name), folder / name)
        known = ", ".join(_names(folder)) or "none yet"
        raise BadInputError(f"there is no snapshot {name}; there are: {known}")
    with _repository(settings) as repository:
        repository.pull([f"{folder / name}.dvc"], force=True)
    return folder / name


def _name_there(name: str) -> str:
    """Of a snapshot in the artefact store, beside versions of models."""
    return f"snapshot-{name}"


@contextmanager
def _repository(settings: Settings) -> Iterator[Repo]:
    """The repository, made on first use. Raises UnavailableError for what DVC says."""
    folder = snapshot_folder(settings)
    folder.mkdir(parents=True, exist_ok=True)
    logging.getLogger("dvc").setLevel(logging.WARNING)
    try:
        if not (folder / ".dvc" / "config").is_file():
            Repo.init(str(folder), no_scm=True, force=True).close()
        _configure(folder, settings)
        with Repo(str(folder)) as repository:
            yield repository
    except (DvcException, LockError, OSError) as error:
        cause = error.__cause__ or error
        sentence = (str(cause).strip().splitlines() or [type(cause).__name__])[0]
        remedy = "check FRONTPAGE_DVC_REMOTE and run it again"
        raise UnavailableError(f"DVC did not finish ({sentence}); {remedy}") from error


def _configure(folder: Path, settings: Settings) -> None:
    """Written to the repository's own file, so that the `dvc` command finds the same there."""
    url = settings.dvc_remote or str(settings.path("dvc-remote"))
    with Config(str(folder / ".dvc")).edit("repo") as config:
        config["core"] = {
            "analytics": False, "autostage": False, "check_update": False, "no_scm": True, "remote": _REMOTE,
            "site_cache_dir": str(folder / ".dvc" / "site"),
        }  # fmt: skip
        config["cache"] = {"type": ["reflink", "hardlink", "copy"]}
        config["remote"] = {_REMOTE: {"url": url}}


def _names(folder: Path) -> list[str]:
    """Names of the snapshots that have a pointer, oldest first."""
    return sorted(pointer.stem for pointer in folder.glob("[!.]*.dvc"))


def _forget_local(folder: Path, keep: str) -> None:
    """Drop all but the newest local folders, and the cache: the remote has what both held."""
    for name in _names(folder)[:-KEEP_LOCAL]:
        if name != keep:
            shutil.rmtree(folder / name, ignore_errors=True)
    shutil.rmtree(folder / ".dvc" / "cache", ignore_errors=True)
