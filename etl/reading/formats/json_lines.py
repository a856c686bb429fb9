"""JSON lines to raw rows."""

from typing import Any

import orjson

from etl.blocks import MAX_ROW_BYTES, Bad, Header
from etl.reading.formats.rows import Row, shown
from etl.reading.head import BOM
from etl.rows.reasons import RejectReason

#: Levels that orjson writes; it reads four times as many.
_MAX_DEPTH = 254


def parse_json(data: bytes) -> Any:
    """The value that JSON text is.

    Raises ValueError where it is none, or nested so deep that it could be read but not be shown again.
    """
    value = orjson.loads(data)
    if data.count(b"[") + data.count(b"{") > _MAX_DEPTH:
        try:
            orjson.dumps(value)
        except orjson.JSONEncodeError as error:
            raise ValueError(f"nested deeper than {_MAX_DEPTH} levels") from error
    return value


def json_rows(data: bytes, first_row: int, _header: Header) -> list[Row]:
    """Rows of the lines that are not empty."""
    rows: list[Row] = []
    for row_no, line in enumerate(data.split(b"\n"), first_row):
        if line and not line.isspace():
            rows.append((row_no, _json_row(line.removeprefix(BOM))))
    return rows


def _json_row(line: bytes) -> dict[str, Any] | Bad:
    if len(line) > MAX_ROW_BYTES:
        return Bad(RejectReason.TOO_LARGE, f"the row is longer than {MAX_ROW_BYTES} bytes", shown(line))
    try:
        value = parse_json(line)
    except ValueError as error:
        return _bad_line(line, RejectReason.BAD_JSON, str(error).splitlines()[0])
    if not isinstance(value, dict):
        return Bad(RejectReason.BAD_JSON, f"the line is a {type(value).__name__}, not an object", shown(line))
    return value


def _bad_line(line: bytes, reason: RejectReason, detail: str) -> Bad:
    try:
        line.decode("utf-8")
    except UnicodeDecodeError as error:
        return Bad(RejectReason.BAD_ENCODING, f"not UTF-8 at byte {error.start}", shown(line))
    return Bad(reason, detail, shown(line))
