"""Artefacts of a model version are what its manifest says: checked before a version is promoted."""

import hashlib
import json
from pathlib import Path
from urllib.parse import unquote, urlsplit

from frontpage.core.errors import CheckFailedError

MANIFEST = "manifest.json"


def folder_of(artefact_uri: str) -> Path:
    """The local folder of a `file://` address or a plain path."""
    parts = urlsplit(artefact_uri)
    return Path(unquote(parts.path)) if parts.scheme == "file" else Path(artefact_uri)


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
