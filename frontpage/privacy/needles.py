"""What a reader can be found by, in bytes: as text, as numbers of tables, inside compressed files."""

from __future__ import annotations

import gzip
import io
import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

_MOST_BYTES = 2_000_000_000


@dataclass(frozen=True, slots=True)
class Needles:
    """What stands for one reader: their id, address and pseudonym."""

    reader_id: str
    reader_key: int
    email: str | None = None

    @property
    def words(self) -> list[str]:
        """As text."""
        return [self.reader_id, str(self.reader_key), *([self.email] if self.email else [])]

    def in_bytes(self, data: bytes) -> bool:
        """Whether bytes hold the reader, as text (a whole word) or as an eight-byte number."""
        return self.pattern().search(data) is not None or self._number() in data

    def pattern(self) -> re.Pattern[bytes]:
        """Any of the words, as a whole."""
        words = b"|".join(re.escape(word.encode()) for word in self.words)
        return re.compile(rb"(?<![A-Za-z0-9_])(?:" + words + rb")(?![A-Za-z0-9_])")

    def _number(self) -> bytes:
        return self.reader_key.to_bytes(8, "little", signed=True)

    def in_file(self, file: Path) -> bool:
        """Whether a file holds the reader; compressed ones are opened."""
        return any(self.in_bytes(piece) for piece in _pieces(file))


def _pieces(file: Path) -> Iterator[bytes]:
    """The bytes of a file, and what is inside where it is compressed or a table."""
    if file.stat().st_size > _MOST_BYTES:
        raise ValueError(f"{file} is larger than {_MOST_BYTES} bytes")
    data = file.read_bytes()
    yield data
    if data[:4] == b"PAR1":
        yield from _columns(data)
    elif data[:2] == b"\x1f\x8b":
        yield gzip.decompress(data)
    elif data[:4] == b"\x28\xb5\x2f\xfd":
        yield zstandard.ZstdDecompressor().stream_reader(io.BytesIO(data)).read()
    elif zipfile.is_zipfile(io.BytesIO(data)):
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            for name in archive.namelist():
                yield archive.read(name)


def _columns(data: bytes) -> Iterator[bytes]:
    table = pq.read_table(io.BytesIO(data))
    for column in table.columns:
        if str(column.type) == "int64" and column.null_count == 0:
            yield np.ascontiguousarray(column.to_numpy()).tobytes()
        else:
            values = column if pa.types.is_nested(column.type) else column.unique()
            yield "\n".join(map(str, values.to_pylist())).encode()
