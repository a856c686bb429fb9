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

from frontpage.core.errors import BadInputError
from frontpage.scoring.recommenders import Recommender

_CHUNK_BYTES = 8 * 1024 * 1024


class Received:
    """What makes the lists, as Beam's `Shared` keeps it: one for all threads of a process."""

    def __init__(self, recommender: Recommender) -> None:
        self.recommender = recommender


@dataclass(frozen=True, slots=True)
class Broadcast:
    """Where a worker gets its recommender: from its process if somebody there has it already, else from the file."""

    shared: Shared
    url: str = ""
    sha256: str = ""

    def take(self) -> Received:
        """The recommender, loaded at most once in this process.

        Raises BadInputError where the file is not what was written for this pipeline.
        """
        received: Received = self.shared.acquire(self._load)
        return received

    def _load(self) -> Received:
        if not self.url:
            raise BadInputError("no file was handed over; a runner with processes of its own needs a shared folder")
        if (found := _sha256(self.url)) != self.sha256:
            raise BadInputError(f"{self.url} was changed after it was written ({found[:12]}); score again")
        with FileSystems.open(self.url) as file:
            return Received(pickle.load(file))  # noqa: S301 - checked to be what this very pipeline wrote


@contextmanager
def broadcasting(recommender: Recommender, url: str | None) -> Iterator[Broadcast]:
    """The broadcast of a pipeline; its file, at `url` where that is given, is gone at the end of the block."""
    shared = Shared()  # type: ignore[no-untyped-call]
    kept = Received(recommender)
    shared.acquire(lambda: kept)
    if url is None:
        yield Broadcast(shared)
        return
    try:
        yield Broadcast(shared, url, _write(recommender, url))
    finally:
        if FileSystems.exists(url):  # type: ignore[no-untyped-call]
            FileSystems.delete([url])  # type: ignore[no-untyped-call]


def _write(recommender: Recommender, url: str) -> str:
    """The SHA-256 of what was written."""
    with FileSystems.create(url) as file:
        sink = _Hashed(file)
        pickle.dump(recommender, sink, protocol=5)
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
