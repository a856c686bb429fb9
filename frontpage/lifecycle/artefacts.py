"""Artefacts of a model version: where they are, and that they are what the manifest says."""

import hashlib
import json
from pathlib import Path
from urllib.parse import unquote, urlsplit

from frontpage.core.errors import CheckFailedError
from frontpage.core.settings import Settings
from frontpage.lifecycle.artefact_store import store_of
from frontpage.store.versions import ModelVersion

MANIFEST = "manifest.json"


def local_path(artefact_uri: str) -> Path:
    """The local folder of a `file://` address or a plain path."""
    parts = urlsplit(artefact_uri)
    return Path(unquote(parts.path)) if parts.scheme == "file" else Path(artefact_uri)


def folder_of(version: ModelVersion, settings: Settings) -> Path:
    """The folder of a version's artefacts: where it was made, or in this home, fetched from the store if need be.

    Raises UnavailableError where the store does not hold it, CheckFailedError where it was changed there.
    """
    made, ours = local_path(version.artefact_uri), settings.path("models", version.version)
    for folder in (made, ours):
        if (folder / MANIFEST).is_file():
            return folder
    store = store_of(settings)
    return made if store is None else store.fetch(version.version, ours)


def push(version: ModelVersion, settings: Settings) -> int:
    """Bring a version's folder, with all that was found out of it, to the artefact store; how many files."""
    store = store_of(settings)
    return 0 if store is None else store.push(version.version, folder_of(version, settings))


def verify(folder: Path) -> int:
    """The number of files that match the manifest (name -> SHA-256).

    Raises CheckFailedError naming the first file that is missing or differs.
    """
    manifest = folder / MANIFEST
    if not manifest.is_file():
        raise CheckFailedError(f"{manifest} is not there; train again, or restore the folder")
    expected: dict[str, str] = json.loads(manifest.read_text())
    for name, sha256 in expected.items():
        if not (folder / name).is_file() or hashlib.sha256((folder / name).read_bytes()).hexdigest() != sha256:
            raise CheckFailedError(f"{folder / name} is not what the manifest says; train again, or restore the file")
    return len(expected)
