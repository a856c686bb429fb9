"""A version in one signed file: trained in one installation, served by another (docs/adr/0021-bundles.md).

A tar archive: `bundle.json` (what the version is, what it passed, and the SHA-256 of each file), its signature, and the
files. The signature is of `bundle.json`, which answers for all the rest.
"""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import shutil
import tarfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from frontpage.core.clock import iso, parse_as_of
from frontpage.core.errors import BadInputError, CheckFailedError
from frontpage.lifecycle.artefact_store import inside
from frontpage.lifecycle.release.signing import require_signature, signed
from frontpage.store.versions import ModelVersion, VersionEvent
from models.training.artefact import artefact_hash

FORMAT = 1
CONTENT, SIGNATURE, FILES = "bundle.json", "bundle.sig", "files/"
#: Readers' lists are no part of a version.
_READERS_OWN = ".parquet"
#: What another installation needs of a version; its stage and its training are matters of the one that made it.
_FACTS = ("version", "artefact_hash", "snapshot_hash", "parent", "metrics", "gate", "acceptance", "fitness", "lineage")


@dataclass(frozen=True, slots=True)
class Bundle:
    """A bundle whose signature and files were checked. folder: where its files are. signed_by: the key's id."""

    version: ModelVersion
    folder: Path
    signed_by: str
    exported_by: str


def write_bundle(version: ModelVersion, trail: list[VersionEvent], folder: Path, out: Path, key: Path, by: str) -> int:
    """Write the file `out`, whole or not at all; how many files of the version are in it.

    Raises BadInputError where there is no key to sign with, or the folder is not what was registered.
    """
    if artefact_hash(folder) != version.artefact_hash:
        raise BadInputError(f"{folder} is not what was registered as {version.version}; restore it")
    names = [path.relative_to(folder).as_posix() for path in sorted(folder.rglob("*")) if path.is_file()]
    files = {name: (folder / name).read_bytes() for name in names if not name.endswith(_READERS_OWN)}
    content = _content(version, trail, files, by)
    signer, signature = signed(content, key)
    note = json.dumps({"key": signer, "ed25519": base64.b64encode(signature).decode()}).encode()
    partial = out.with_name(f".{out.name}.{os.getpid()}")
    out.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(partial, "w") as archive:
        _add(archive, CONTENT, content)
        _add(archive, SIGNATURE, note)
        for name, file in files.items():
            _add(archive, FILES + name, file)
    partial.replace(out)
    return len(files)


def read_bundle(file: Path, trusted: Path, into: Path) -> Bundle:
    """The bundle, its files written below the empty folder `into`.

    Raises BadInputError for a file that is no bundle, CheckFailedError where anything in it was changed or it was not
    signed by a trusted key; `into` holds nothing that can be trusted then.
    """
    members = _members(file)
    try:
        content, note = members.pop(CONTENT), json.loads(members.pop(SIGNATURE))
        signature = base64.b64decode(note["ed25519"])
    except (KeyError, ValueError, TypeError) as error:
        raise BadInputError(f"{file} is no bundle: it has no {CONTENT} with a signature") from error
    try:
        signer = require_signature(content, signature, trusted)
    except CheckFailedError as error:
        raise CheckFailedError(f"{file}: {error}") from error
    about = json.loads(content)
    if about.get("format") != FORMAT:
        raise BadInputError(f"{file} has format {about.get('format')}, and this release reads {FORMAT}")
    _unpack(file, members, about["files"], into)
    version = ModelVersion(as_of=parse_as_of(about["as_of"]), artefact_uri=str(into), **about["version"])
    if artefact_hash(into) != version.artefact_hash:
        raise CheckFailedError(f"{file}: its model is not the one it tells of; nothing was taken over")
    return Bundle(version, into, signer, about["exported_by"])


def _content(version: ModelVersion, trail: list[VersionEvent], files: dict[str, bytes], by: str) -> bytes:
    about: dict[str, Any] = {
        "format": FORMAT,
        "as_of": iso(version.as_of),
        "version": {name: getattr(version, name) for name in _FACTS},
        "trail": [[iso(event.at), event.from_stage, event.to_stage, event.actor, event.reason] for event in trail],
        "exported_by": by,
        "files": {name: hashlib.sha256(file).hexdigest() for name, file in files.items()},
    }
    return (json.dumps(about, indent=1, sort_keys=True) + "\n").encode()


def _members(file: Path) -> dict[str, bytes]:
    try:
        with tarfile.open(file, "r:") as archive:
            found = ((member.name, archive.extractfile(member)) for member in archive if member.isfile())
            return {name: opened.read() for name, opened in found if opened is not None}
    except FileNotFoundError as error:
        raise BadInputError(f"{file} is not there; write it with `frontpage models export`") from error
    except (tarfile.TarError, OSError, EOFError) as error:
        raise BadInputError(f"{file} is no bundle, or only a part of one ({error}); copy it again") from error


def _unpack(file: Path, members: dict[str, bytes], listed: dict[str, str], into: Path) -> None:
    found = {name.removeprefix(FILES): content for name, content in members.items()}
    if found.keys() != listed.keys():
        odd = sorted(found.keys() ^ listed.keys())[0]
        raise CheckFailedError(f"{file}: {odd} is missing or was added; nothing was taken over")
    for name, digest in listed.items():
        if hashlib.sha256(found[name]).hexdigest() != digest:
            raise CheckFailedError(f"{file}: {name} was changed; nothing was taken over")
    for name, content in found.items():
        target = into / inside(name)
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)


def _add(archive: tarfile.TarFile, name: str, content: bytes) -> None:
    """With no clock and no user in it: the same version gives the same bytes, but for who exported it."""
    member = tarfile.TarInfo(name)
    member.size = len(content)
    archive.addfile(member, io.BytesIO(content))


def settle(folder: Path, place: Path) -> Path:
    """Move an unpacked folder to its place, where nothing or the very same version is."""
    if place.is_dir():
        if artefact_hash(place) == artefact_hash(folder):
            return place
        shutil.rmtree(place)
    place.parent.mkdir(parents=True, exist_ok=True)
    return folder.replace(place)
