"""What moves through the pipeline: parts (the Beam elements) and the blocks of rows they are read in."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from etl.rows.reasons import RejectReason
from frontpage.core.schema.canonical import Kind

#: Rows of one block: large enough that Beam, COPY and commits cost little per row, small enough to sit in memory.
BLOCK_ROWS = 5_000
#: Bytes of one block of text; a block ends at the first line end after either bound.
BLOCK_BYTES = 8 * 1024 * 1024
#: A longer line, cell or entry is no row of ours.
MAX_ROW_BYTES = 2 * 1024 * 1024
#: What is kept of a rejected row.
MAX_PAYLOAD_CHARACTERS = 4_000


@dataclass(frozen=True, slots=True)
class Range:
    """Rows of a file from `first_row` on (numbered from 1), and their bytes where the file can be cut by bytes."""

    first_row: int
    n_rows: int
    start: int = 0
    end: int = 0


@dataclass(frozen=True, slots=True)
class Header:
    """Columns of a CSV file, what separates them, and the number of the header's line."""

    columns: tuple[str, ...] = ()
    delimiter: str = ","
    row_no: int = 1


@dataclass(frozen=True, slots=True)
class SourcePart:
    """One element of the pipeline: a byte range or the wanted rows of one file, one row group, one feed, one query.

    `wanted`: None reads everything; else the ranges left over from earlier pulls.
    """

    part_id: str
    kind: Kind
    file: str
    url: str
    reader: str
    compression: str = ""
    header: Header = Header()
    wanted: tuple[Range, ...] | None = None
    after_row: int = 0
    row_group: int = -1
    options: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Bad:
    """A row that did not even decode."""

    reason: RejectReason
    detail: str
    payload: str


@dataclass(frozen=True, slots=True)
class RowBlock:
    """Consecutive rows of one part, decoded: (row number, fields or Bad).

    `keys` are the locators of rows without a stable number (feed entries, query rows).
    """

    rows: list[tuple[int, dict[str, Any] | Bad]]
    range: Range
    keys: list[str] | None = None


@dataclass(frozen=True, slots=True)
class Rejected:
    """A row for quarantine: the columns of `stage_quarantine` without its block."""

    row_no: int
    kind: str
    locator: str
    payload: str
    reason: str
    detail: str


@dataclass(slots=True)
class PreparedBlock:
    """A block ready to be staged: rows of the staging table, rejected rows, and what was left for later or left out.

    rows: by column name, without those of the block.
    """

    kind: Kind
    range: Range
    rows: list[dict[str, Any]] = field(default_factory=list)
    rejected: list[Rejected] = field(default_factory=list)
    n_deferred: int = 0
    n_left_out: int = 0
    next_at: datetime | None = None
    seconds: dict[str, float] = field(default_factory=dict)


def payload(row: Mapping[str, Any]) -> str:
    """A row as JSON text for quarantine, cut to MAX_PAYLOAD_CHARACTERS, without NUL."""
    try:
        text = orjson.dumps(dict(row), default=str, option=orjson.OPT_NON_STR_KEYS).decode()
    except (TypeError, orjson.JSONEncodeError):  # lone surrogates, numbers beyond 64 bits
        text = ascii(dict(row))
    return text[:MAX_PAYLOAD_CHARACTERS].replace("\x00", "")


def storable(text: str) -> str:
    """The text with what is no Unicode escaped, so that it can be written as UTF-8."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()
