"""From files and what was consumed of them to the parts of a pull, and back to what is consumed afterwards."""

import hashlib
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

import pyarrow.parquet as pq

from etl.blocks import Header, Range, SourcePart
from etl.reading.decode import READ_ERRORS, check_damage, csv_header
from etl.reading.files import File, open_binary
from etl.reading.head import HEAD_BYTES, foreign
from etl.reading.lines import Cut, cut_file
from etl.reading.universal import with_newlines
from frontpage.core.clock import iso, parse_as_of

_NO_HEADER = Header()
_TAIL_BYTES = 1024
#: A local file that nobody wrote into for so long is whole, though its last line may have no end.
_REST_SECONDS = 60.0


@dataclass(frozen=True, slots=True)
class Pending:
    """A range with rows of a later time: `n_deferred` of them, the earliest recorded at `next_at`."""

    range: Range
    next_at: datetime
    n_deferred: int

    def to_json(self) -> list[Any]:
        """As kept in source_watermark.state."""
        kept = self.range
        return [kept.first_row, kept.n_rows, kept.start, kept.end, iso(self.next_at), self.n_deferred]

    @classmethod
    def from_json(cls, stored: Sequence[Any]) -> "Pending":
        """Back from source_watermark.state."""
        return cls(Range(*stored[:4]), parse_as_of(stored[4]), stored[5])


@dataclass(frozen=True, slots=True)
class FilePlan:
    """What a pull does with one file: its parts, the ranges it leaves alone, and the state it leaves if it succeeds.

    left_bytes: length of a last line without an end that is left for the next pull.
    """

    file: File
    parts: list[SourcePart] = field(default_factory=list)
    kept: list[Pending] = field(default_factory=list)
    complete_rows: int = 0
    complete_bytes: int = 0
    tail: str = ""
    left_bytes: int = 0

    def next_state(self, pending: Iterable[Pending]) -> dict[str, Any]:
        """State of the file after a pull that left `pending` ranges."""
        left = sorted([*self.kept, *pending], key=lambda one: one.range.first_row)
        return {
            "size": self.file.size - self.left_bytes, "stamp": self.file.stamp, "rows": self.complete_rows,
            "bytes": self.complete_bytes, "tail": self.tail, "pending": [one.to_json() for one in left],
        }  # fmt: skip


def plan_file(file: File, state: Mapping[str, Any] | None, as_of: datetime) -> FilePlan:
    """Nothing for a file that was consumed and did not change; what was appended for one that grew; else all of it.

    Ranges with rows of a later time are read again once as_of reaches the earliest of them.
    Raises UnavailableError where the file cannot be read now.
    """
    pending = [Pending.from_json(stored) for stored in (state or {}).get("pending", [])]
    due = [one.range for one in pending if one.next_at <= as_of]
    kept = [one for one in pending if one.next_at > as_of]
    if state and (state["size"], state["stamp"]) == (file.size, file.stamp):
        parts = _parts(file, due) if due else []
        return FilePlan(file, parts, kept, state["rows"], state["bytes"], state["tail"])
    if state and file.can_be_cut and _has_grown(file, state):
        due = [one for one in (_complete_part(one, state) for one in due) if one.n_rows > 0]
        kept = [replace(one, range=_complete_part(one.range, state)) for one in kept]
        kept = [replace(one, n_deferred=min(one.n_deferred, one.range.n_rows)) for one in kept if one.range.n_rows > 0]
        return _plan_cut(file, due, kept, state)
    return _plan_cut(file, [], [], None) if file.can_be_cut else FilePlan(file, _parts(file, None))


def _plan_cut(file: File, due: list[Range], kept: list[Pending], state: Mapping[str, Any] | None) -> FilePlan:
    """The parts after what `state` says is complete.

    Of a CSV that was written to just now a last line without an end is left once: torn in a number it would be a row,
    with a wrong one. It is taken by a pull that finds the file as the one before left it, or at rest.
    """
    start, first_row = (state["bytes"], state["rows"] + 1) if state else (0, 1)
    is_settled = (state is not None and state["stamp"] == file.stamp) or _rests(file)
    with _opened(file) as handle:
        if start == 0 and foreign(handle.read(HEAD_BYTES)):
            return FilePlan(file, [_whole(file)])
        is_torn = file.format == "csv" and not is_settled and not _ends_a_line(handle, file.size)
        cut: Cut = cut_file(
            with_newlines(handle), file.size, start, first_row, quoted=file.format == "csv", with_rest=not is_torn
        )
        tail = _tail(handle, cut.complete_bytes)
    parts = _parts(file, [*due, *cut.ranges])
    left_bytes = file.size - cut.complete_bytes if is_torn else 0
    return FilePlan(file, parts, kept, cut.complete_rows, cut.complete_bytes, tail, left_bytes)


def _rests(file: File) -> bool:
    """Whether nobody wrote into a local file of late; its stamp is when somebody last did."""
    return time.time() - float(file.stamp) > _REST_SECONDS


def _ends_a_line(handle: Any, size: int) -> bool:
    """Whether the file is empty, or its last byte a line end."""
    handle.seek(max(0, size - 1))
    return bool(handle.read(min(size, 1)) in (b"", b"\n", b"\r"))


def _complete_part(one: Range, state: Mapping[str, Any]) -> Range:
    """The range without an unterminated last line: what comes after the complete bytes is cut and read anew."""
    n_rows = min(one.n_rows, state["rows"] + 1 - one.first_row)
    return Range(one.first_row, max(n_rows, 0), one.start, min(one.end, state["bytes"]))


def _has_grown(file: File, state: Mapping[str, Any]) -> bool:
    """Whether the file still begins as it was: it is longer, and the bytes before the end of then are the same."""
    if file.size <= state["bytes"] or not state["tail"]:
        return False
    with _opened(file) as handle:
        return bool(_tail(handle, state["bytes"]) == state["tail"])


@contextmanager
def _opened(file: File) -> Iterator[Any]:
    try:
        with open_binary(file.url) as handle:
            yield handle
    except OSError as error:
        check_damage(error, file.name)
        raise


def _tail(handle: Any, end: int) -> str:
    handle.seek(max(0, end - _TAIL_BYTES))
    return hashlib.blake2b(handle.read(min(end, _TAIL_BYTES)), digest_size=8).hexdigest()


def _parts(file: File, ranges: list[Range] | None) -> list[SourcePart]:
    if file.format == "parquet":
        return _row_groups(file, ranges)
    header = csv_header(file) if file.format == "csv" else _NO_HEADER
    if file.can_be_cut:
        return [
            SourcePart(_cut_id(file, one), file.kind, file.name, file.url, file.format, header=header, wanted=(one,))
            for one in ranges or ()
        ]
    return [_whole(file, header, None if ranges is None else tuple(ranges))]


def _whole(file: File, header: Header = _NO_HEADER, wanted: tuple[Range, ...] | None = None) -> SourcePart:
    return SourcePart(file.name, file.kind, file.name, file.url, file.format, file.compression, header, wanted)


def _cut_id(file: File, one: Range) -> str:
    return f"{file.name}:{one.start}-{one.end}"


def _row_groups(file: File, ranges: list[Range] | None) -> list[SourcePart]:
    """One part per row group; a damaged file is one part, whose reading says what is wrong."""
    wanted = None if ranges is None else tuple(ranges)
    try:
        with open_binary(file.url) as handle:
            metadata = pq.ParquetFile(handle).metadata
            sizes = [metadata.row_group(index).num_rows for index in range(metadata.num_row_groups)]
    except READ_ERRORS as error:
        check_damage(error, file.name)
        return [SourcePart(file.name, file.kind, file.name, file.url, "parquet", wanted=wanted, row_group=-1)]
    parts, row = [], 0
    for index, n_rows in enumerate(sizes):
        if wanted is None or any(row < one.first_row <= row + n_rows for one in wanted):
            part_id = f"{file.name}:group{index}"
            parts.append(
                SourcePart(
                    part_id, file.kind, file.name, file.url, "parquet", wanted=wanted, after_row=row, row_group=index
                )
            )
        row += n_rows
    return parts
