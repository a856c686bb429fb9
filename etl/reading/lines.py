"""Cutting a text file into ranges of whole rows without decoding it: newlines, and for CSV the quotes around them."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from etl.blocks import BLOCK_BYTES, BLOCK_ROWS, Range

_CHUNK = 8 * 1024 * 1024
_NEWLINE = 10
_QUOTE = 34


@dataclass(frozen=True, slots=True)
class Cut:
    """The ranges of a file, and where its last complete line ends."""

    ranges: list[Range]
    complete_rows: int
    complete_bytes: int


def cut_file(handle: BinaryIO, size: int, start: int, first_row: int, *, quoted: bool, with_rest: bool = True) -> Cut:
    """Ranges of about BLOCK_ROWS lines from byte `start` (line `first_row`) to byte `size`.

    quoted: never cut between the two quotes of a CSV field. with_rest: whether a last line without an end is in the
    ranges too. One pass at memory speed, a chunk at a time.
    """
    handle.seek(start)
    ranges: list[Range] = []
    base, base_row, row, end = start, first_row, first_row, start
    for cuts, rows in _line_ends(handle, start, size, first_row, quoted=quoted):
        if len(cuts):
            row, end = int(rows[-1]), int(cuts[-1])
        while (at := _next_cut(cuts, rows, base, base_row)) < len(cuts):
            ranges.append(Range(base_row, int(rows[at]) - base_row, base, int(cuts[at])))
            base, base_row = int(cuts[at]), int(rows[at])
    last = size if with_rest else end
    if base < last:
        ranges.append(Range(base_row, row - base_row + (1 if end < last else 0), base, last))
    return Cut(ranges, row - 1, end)


def _next_cut(cuts: NDArray[np.int64], rows: NDArray[np.int64], base: int, base_row: int) -> int:
    return int(min(np.searchsorted(rows, base_row + BLOCK_ROWS), np.searchsorted(cuts, base + BLOCK_BYTES)))


def _line_ends(
    handle: BinaryIO, start: int, size: int, first_row: int, *, quoted: bool
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Per chunk: offsets just after each line end where a cut is allowed, and the number of the line that follows."""
    position, row, inside = start, first_row, 0
    while position < size:
        chunk = np.frombuffer(handle.read(min(_CHUNK, size - position)), dtype=np.uint8)
        if not len(chunk):
            return
        ends = np.flatnonzero(chunk == _NEWLINE)
        rows = row + 1 + np.arange(len(ends), dtype=np.int64)
        row += len(ends)
        if quoted:
            n_quotes = inside + np.cumsum(chunk == _QUOTE)
            inside = int(n_quotes[-1]) & 1
            allowed = (n_quotes[ends] & 1) == 0
            ends, rows = ends[allowed], rows[allowed]
        yield ends.astype(np.int64) + position + 1, rows
        position += len(chunk)
