"""Artefacts by one URL: a folder or an object store, so that workers and a second site find what they lack.

Content lies under its own SHA-256 (`blobs/ab/abcd...`) and is checked whenever it is read; what has a name
(`versions/...`, `snapshots/...`) is small and says which content it is.
"""

from __future__ import annotations

import hashlib
import json
import re
import shutil
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import fsspec
from fsspec.implementations.arrow import ArrowFSWrapper

from frontpage.core.errors import BadInputError, CheckFailedError, UnavailableError
from frontpage.core.settings import Settings


class ArtefactStore:
    """Files below `url`, in any file system that fsspec knows. Nothing is ever written over by other content.

    Raises BadInputError for an address that no file system answers to, UnavailableError where it does not answer.
    """

    def __init__(self, url: str) -> None:
        self.url = re.sub(r"//[^/@]+@", "//***@", url.rstrip("/"))  # for sentences, without a password
        try:
            self._files, self._root = _opened(url.rstrip("/"))
        except (ValueError, ImportError) as error:
            sentence = str(error).strip().splitlines()[0]
            raise BadInputError(
                f"FRONTPAGE_ARTEFACTS={self.url}: {sentence}; give a folder, `file://...` or `s3://...`"
            ) from error

    def put(self, content: bytes) -> str:
        """The SHA-256 under which the content is kept from now on; content that is there already stays as it is."""
        digest = hashlib.sha256(content).hexdigest()
        with self._answering():
            if not self._files.exists(self._blob(digest)):
                self._write(self._blob(digest), content)
        return digest

    def get(self, digest: str) -> bytes:
        """The content of that SHA-256. Raises CheckFailedError where what is kept there is something else."""
        content = self._read(self._blob(digest), digest)
        if hashlib.sha256(content).hexdigest() != digest:
            raise CheckFailedError(
                f"{self.url}: {digest} holds other content than its name says; delete it there, and push it again from "
                "the installation that made it"
            )
        return content

    def put_named(self, name: str, content: bytes) -> None:
        """Keep content under a name, which may be given again."""
        with self._answering():
            self._write(f"{self._root}/{name}", content)

    def get_named(self, name: str) -> bytes:
        """What was kept last under a name. Raises UnavailableError where there is nothing."""
        return self._read(f"{self._root}/{name}", name)

    def has_version(self, version: str) -> bool:
        """Whether a folder was pushed under that name."""
        with self._answering():
            return bool(self._files.exists(f"{self._root}/{_index_of(version)}"))

    def push(self, version: str, folder: Path) -> int:
        """Keep every file of a version's folder; how many there are."""
        names = sorted(path.relative_to(folder).as_posix() for path in _files_below(folder))
        listed = {name: self.put((folder / name).read_bytes()) for name in names}
        self.put_named(_index_of(version), json.dumps(listed, indent=1, sort_keys=True).encode())
        return len(listed)

    def fetch(self, version: str, folder: Path) -> Path:
        """The folder with every file that was pushed of a version; it is there whole or not at all.

        Raises UnavailableError where the version was never pushed, CheckFailedError where content was changed.
        """
        listed: dict[str, str] = json.loads(self.get_named(_index_of(version)))
        partial = folder.with_name(f".{folder.name}.fetched")
        shutil.rmtree(partial, ignore_errors=True)
        for name, digest in listed.items():
            target = partial / inside(name)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(self.get(digest))
        shutil.rmtree(folder, ignore_errors=True)
        partial.replace(folder)
        return folder

    def _blob(self, digest: str) -> str:
        return f"{self._root}/blobs/{digest[:2]}/{digest}"

    def _read(self, path: str, name: str) -> bytes:
        try:
            with self._answering():
                return bytes(self._files.cat_file(path))
        except FileNotFoundError as error:
            raise UnavailableError(
                f"{self.url} does not hold {name}; push it from the installation that made it"
            ) from error

    def _write(self, path: str, content: bytes) -> None:
        """Beside its place, then renamed into it: a reader never meets half of it."""
        partial = f"{path}.{hashlib.sha256(content).hexdigest()[:8]}.partial"
        self._files.makedirs(path.rsplit("/", 1)[0], exist_ok=True)
        self._files.pipe_file(partial, content)
        self._files.mv(partial, path)

    @contextmanager
    def _answering(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError:
            raise
        except OSError as error:
            raise UnavailableError(
                f"{self.url} did not take or give it ({error}); check FRONTPAGE_ARTEFACTS"
            ) from error


def store_of(settings: Settings) -> ArtefactStore | None:
    """The store of an installation; None where artefacts stay in the home that made them."""
    return ArtefactStore(settings.artefacts) if settings.artefacts else None


def _index_of(version: str) -> str:
    """Where the list of a folder's files is, with the content of each."""
    return f"versions/{version}.json"


def _opened(url: str) -> tuple[Any, str]:
    """The file system of an address, and the place in it. S3 is spoken by Arrow, which every installation has."""
    if not url.startswith("s3://"):
        files, place = fsspec.core.url_to_fs(url)
        return files, str(place)
    from pyarrow.fs import FileSystem

    bucket, place = FileSystem.from_uri(url)
    return ArrowFSWrapper(bucket), str(place)


def _files_below(folder: Path) -> Iterable[Path]:
    return (path for path in folder.rglob("*") if path.is_file())


def inside(name: str) -> Path:
    """A relative path that leads nowhere else. Raises CheckFailedError for one that does."""
    path = Path(name)
    if path.is_absolute() or ".." in path.parts:
        raise CheckFailedError(f"{name} leads out of the folder; the list of files was changed")
    return path
