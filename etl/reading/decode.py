"""Files to blocks of raw rows: JSON lines, CSV and Parquet, plain or compressed. Only decoding is judged here."""

import bz2
import ftplib
import gzip
import io
import lzma
import zlib
from collections.abc import Callable, Iterator
from typing import Any, BinaryIO

import aiohttp
import pyarrow as pa
import pyarrow.parquet as pq
import zstandard

from etl.blocks import (
    BLOCK_BYTES,
    BLOCK_ROWS,
    MAX_ROW_BYTES,
    Bad,
    Header,
    Range,
    RowBlock,
    SourcePart,
)
from etl.reading.files import File, open_binary
from etl.reading.formats.csv_lines import csv_rows
from etl.reading.formats.json_lines import json_rows
from etl.reading.formats.parquet import batch_rows
from etl.reading.head import BOM, HEAD_BYTES, foreign, read_header
from etl.reading.sources import scrubbed
from etl.reading.universal import with_newlines
from etl.rows.reasons import RejectReason
from frontpage.core.errors import UnavailableError

#: What ends the reading of a file: its own damage, or a place that does not give it; `check_damage` tells which.
READ_ERRORS = (
    EOFError, OSError, aiohttp.ClientError, ftplib.Error,
    zlib.error, lzma.LZMAError, zstandard.ZstdError, pa.ArrowException,
)  # fmt: skip
_OPENERS: dict[str, Callable[[Any], Any]] = {
    "gzip": lambda raw: gzip.GzipFile(fileobj=raw), "bz2": bz2.BZ2File, "xz": lzma.LZMAFile,
}  # fmt: skip
_LARGE_RANGE = 4 * BLOCK_BYTES


class NotTextError(Exception):
    """The file does not hold the text that its name promises; the message says what it is, and the remedy."""


def read_file_blocks(part: SourcePart) -> Iterator[RowBlock]:
    """Blocks of a file part in file order; damage ends the part with one Bad row that says where.

    Row numbers are line numbers (the header of a CSV is line 1) and for Parquet the number of the row, from 1.
    Raises UnavailableError where the file cannot be read now.
    """
    last = part.after_row if part.reader == "parquet" else (part.wanted[0].first_row - 1 if part.wanted else 0)
    blocks = _parquet_blocks(part) if part.reader == "parquet" else _text_blocks(part)
    try:
        for block in blocks:
            last = block.range.first_row + block.range.n_rows - 1
            yield block
    except NotTextError as error:
        yield RowBlock([(1, Bad(RejectReason.BAD_FILE, f"the file {error}", ""))], Range(1, 1))
    except READ_ERRORS as error:
        check_damage(error, part.file)
        detail = f"after row {last}: {str(error).splitlines()[0] if str(error) else type(error).__name__}"
        yield RowBlock([(last + 1, Bad(RejectReason.BAD_FILE, detail, ""))], Range(last + 1, 1))


def csv_header(file: File) -> Header:
    """The header of a CSV file; without columns for an empty or damaged one.

    Raises UnavailableError where the file cannot be read now.
    """
    try:
        with open_binary(file.url) as raw, decompressed(raw, file.compression) as handle:
            return read_header(with_newlines(handle))
    except READ_ERRORS as error:
        check_damage(error, file.name)
        return Header()


def check_damage(error: Exception, file: str) -> None:
    """Nothing where the bytes of the file are at fault.

    Raises UnavailableError where they could not be had: the connection, the disk, a file that is gone.
    """
    # What pyarrow says of the content is a bare OSError without a number; a system gives one, a server a subclass.
    is_content = isinstance(error, gzip.BadGzipFile) or (type(error) is OSError and error.errno is None)
    if isinstance(error, (OSError, aiohttp.ClientError, ftplib.Error)) and not is_content:
        raise UnavailableError(f"{file} cannot be read ({scrubbed(error)}); try again") from error


def _text_blocks(part: SourcePart) -> Iterator[RowBlock]:
    decode = csv_rows if part.reader == "csv" else json_rows
    for extent, data in _chunks(part):
        text = data.removeprefix(BOM) if extent.first_row == 1 else data
        yield RowBlock(decode(text, extent.first_row, part.header), extent)


def _chunks(part: SourcePart) -> Iterator[tuple[Range, bytes]]:
    """Bytes of the wanted ranges: read directly where the file was cut by bytes, else by running through it."""
    quoted = part.reader == "csv"
    with open_binary(part.url) as raw:
        one = part.wanted[0] if part.wanted and len(part.wanted) == 1 else None
        if one is not None and one.end and not part.compression:
            cut = with_newlines(raw)
            cut.seek(one.start)
            if one.end - one.start <= _LARGE_RANGE:
                yield one, cut.read(one.end - one.start)
                return
            yield from _stream(cut, one.first_row, one.end - one.start, quoted=quoted)
            return
        with decompressed(raw, part.compression) as content:
            handle = with_newlines(content)
            if said := foreign(handle.peek(HEAD_BYTES)):
                raise NotTextError(said)
            for extent, data in _stream(handle, 1, None, quoted=quoted):
                if _is_wanted(part, extent):
                    yield extent, data


def _stream(handle: Any, first_row: int, n_bytes: int | None, *, quoted: bool) -> Iterator[tuple[Range, bytes]]:
    """Chunks of about BLOCK_ROWS lines; always the same for the same file, so that ranges mean the same next time.

    What came before damage is given before the damage is raised.
    """
    lines: list[bytes] = []
    size, is_open, row = 0, False, first_row
    damage: Exception | None = None
    source = _lines(handle, n_bytes)
    while damage is None:
        try:
            line = next(source, b"")
        except READ_ERRORS as error:
            line, damage = b"", error
        if not line:
            break
        lines.append(line)
        size += len(line)
        is_open ^= quoted and line.count(b'"') % 2 == 1
        full = len(lines) >= BLOCK_ROWS or size >= BLOCK_BYTES
        if full and (not is_open or size >= _LARGE_RANGE):
            yield Range(row, len(lines)), b"".join(lines)
            row, lines, size, is_open = row + len(lines), [], 0, False
    if lines:
        yield Range(row, len(lines)), b"".join(lines)
    if damage is not None:
        raise damage


def _lines(handle: BinaryIO, n_bytes: int | None) -> Iterator[bytes]:
    """Lines with their ends; one longer than MAX_ROW_BYTES is cut just above that, its rest is skipped."""
    left = n_bytes if n_bytes is not None else 1 << 62
    while left > 0 and (line := handle.readline(min(MAX_ROW_BYTES + 1, left))):
        left -= len(line)
        if len(line) > MAX_ROW_BYTES and not line.endswith(b"\n"):
            rest = line
            while rest and not rest.endswith(b"\n") and left > 0:
                rest = handle.readline(min(MAX_ROW_BYTES, left))
                left -= len(rest)
            line += b"\n"
        yield line


def _is_wanted(part: SourcePart, extent: Range) -> bool:
    return part.wanted is None or any(extent.first_row == one.first_row for one in part.wanted)


def decompressed(raw: Any, compression: str) -> io.BufferedReader:
    """The bytes of a handle, decompressed as they are read; with lines, which remote handles have not."""
    if compression == "zstd":
        raw = zstandard.ZstdDecompressor().stream_reader(raw, read_across_frames=True)
    elif compression:
        raw = _OPENERS[compression](raw)
    return io.BufferedReader(raw)


def _parquet_blocks(part: SourcePart) -> Iterator[RowBlock]:
    with open_binary(part.url) as handle:
        file = pq.ParquetFile(handle)
        row = part.after_row
        for batch in file.iter_batches(batch_size=BLOCK_ROWS, row_groups=[part.row_group]):
            extent = Range(row + 1, batch.num_rows)
            if _is_wanted(part, extent):
                yield RowBlock(list(enumerate(batch_rows(batch), row + 1)), extent)
            row += batch.num_rows
