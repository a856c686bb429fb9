"""What makes the lists, handed to the workers of a pipeline: at hand in this process, as a file for any other.

The file is a pickle, because it lives for one run only and goes from our own process to our own code; its hash travels
in the pipeline, so nothing else that lies in its place is ever loaded.
"""

from __future__ import annotations

import hashlib
import pickle
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from apache_beam.io.filesystems import FileSystems
from apache_beam.utils.shared import Shared

from core.errors import BadInputError
from models.listers import Lister

_CHUNK_BYTES = 8 * 1024 * 1024


class AtHand:
    """What makes the lists, as Beam's `Shared` keeps it: one for all threads of a process."""

    def __init__(self, lister: Lister) -> None:
        self.lister = lister


@dataclass(frozen=True, slots=True)
class Handover:
    """Where a worker gets its lister: from its process if somebody there has it already, else from the file."""

    shared: Shared
    url: str = ""
    sha256: str = ""

    def take(self) -> AtHand:
        """The lister, loaded at most once in this process.

        Raises BadInputError where the file is not what was written for this pipeline.
        """
        at_hand: AtHand = self.shared.acquire(self._load)
        return at_hand

    def _load(self) -> AtHand:
        if not self.url:
            raise BadInputError("no file was handed over; a runner with processes of its own needs a shared folder")
        if (found := _sha256(self.url)) != self.sha256:
            raise BadInputError(f"{self.url} was changed after it was written ({found[:12]}); score again")
        with FileSystems.open(self.url) as file:
            return AtHand(pickle.load(file))  # noqa: S301 - checked to be what this very pipeline wrote


@contextmanager
def handed_over(lister: Lister, url: str | None) -> Iterator[Handover]:
    """The handover of a pipeline; its file, at `url` where that is given, is gone at the end of the block."""
    shared = Shared()  # type: ignore[no-untyped-call]
    kept = AtHand(lister)
    shared.acquire(lambda: kept)
    if url is None:
        yield Handover(shared)
        return
    try:
        yield Handover(shared, url, _write(lister, url))
    finally:
        if FileSystems.exists(url):  # type: ignore[no-untyped-call]
            FileSystems.delete([url])  # type: ignore[no-untyped-call]


def _write(lister: Lister, url: str) -> str:
    """The SHA-256 of what was written."""
    with FileSystems.create(url) as file:
        sink = _Hashed(file)
        pickle.dump(lister, sink, protocol=5)
    return sink.sha256.hexdigest()


def _sha256(url: str) -> str:
    digest = hashlib.sha256()
    with FileSystems.open(url) as file:
        while chunk := file.read(_CHUNK_BYTES):
            digest.update(chunk)
    return digest.hexdigest()


class _Hashed:
    """A file to write to that knows the hash of what went through it."""

    def __init__(self, file: Any) -> None:
        self._file = file
        self.sha256 = hashlib.sha256()

    def write(self, data: Any) -> int:
        """Pass on bytes, or whatever pickle has instead (views of arrays)."""
        self.sha256.update(data)
        self._file.write(data)
        return memoryview(data).nbytes
