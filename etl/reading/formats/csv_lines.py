"""Lines of CSV to raw rows."""

import csv
import re
from collections.abc import Iterator
from typing import Any

from etl.blocks import MAX_ROW_BYTES, Bad, Header
from etl.reading.formats.rows import Row, shown
from etl.rows.reasons import RejectReason

_ESCAPED_BYTES = re.compile("[\udc80-\udcff]")


def csv_rows(data: bytes, first_row: int, header: Header) -> list[Row]:
    """Rows of CSV lines. A record that does not fit its header and swallowed further lines (a stray quote) gives these
    back: only its first line is bad.
    """
    csv.field_size_limit(MAX_ROW_BYTES)
    # At `\n` only, as the cutting counted them: str.splitlines knows ten more line ends.
    lines = [line + "\n" for line in data.decode("utf-8", "surrogateescape").split("\n")]
    rows: list[Row] = []
    at = max(header.row_no + 1 - first_row, 0)
    while at < len(lines):
        consumed, row = _csv_record(lines, at, header)
        if isinstance(row, Bad) and consumed > 1:
            consumed = 1
        if row is not None:
            rows.append((first_row + at, row))
        at += consumed
    return rows


def _csv_record(lines: list[str], at: int, header: Header) -> tuple[int, dict[str, Any] | Bad | None]:
    if not lines[at].strip():
        return 1, None
    reader = csv.reader(_iter_from(lines, at), delimiter=header.delimiter, strict=True)
    try:
        record = next(reader)
    except (csv.Error, StopIteration) as error:
        return max(reader.line_num, 1), Bad(RejectReason.BAD_COLUMNS, str(error), shown(lines[at]))
    text = "".join(lines[at : at + reader.line_num])
    if not text.isascii() and _ESCAPED_BYTES.search(text):
        return reader.line_num, Bad(RejectReason.BAD_ENCODING, "the row is not valid UTF-8", shown(text))
    if len(text) > MAX_ROW_BYTES:
        return reader.line_num, Bad(
            RejectReason.TOO_LARGE, f"the row is longer than {MAX_ROW_BYTES} bytes", shown(text)
        )
    if not any(record):
        return reader.line_num, None  # what a spreadsheet writes for an empty row
    if len(record) != len(header.columns):
        detail = f"{len(record)} fields for {len(header.columns)} columns"
        return reader.line_num, Bad(RejectReason.BAD_COLUMNS, detail, shown(text))
    return reader.line_num, dict(zip(header.columns, record, strict=True))


def _iter_from(lines: list[str], at: int) -> Iterator[str]:
    """Lines from index `at` on, without copying the list."""
    for index in range(at, len(lines)):
        yield lines[index]
