"""What the beginning of a text file says: whether it is text that we read, and the columns of a CSV."""

import csv
import re
from collections.abc import Sequence
from typing import Any

from etl.blocks import MAX_ROW_BYTES, Header

#: Enough of a file to tell what it is.
HEAD_BYTES = 8
BOM = b"\xef\xbb\xbf"
#: Beginnings of what is no UTF-8 text, whatever the name of the file says.
_FOREIGN = {
    b"\xff\xfe\x00\x00": "is UTF-32; save it as UTF-8",
    b"\xff\xfe": "is UTF-16; save it as UTF-8",
    b"\xfe\xff": "is UTF-16; save it as UTF-8",
    b"\x00\x00\xfe\xff": "is UTF-32; save it as UTF-8",
    b"\x1f\x8b": "is compressed with gzip; let its name end in .gz",
    b"\x28\xb5\x2f\xfd": "is compressed with zstd; let its name end in .zst",
    b"BZh": "is compressed with bzip2; let its name end in .bz2",
    b"\xfd7zXZ\x00": "is compressed with xz; let its name end in .xz",
    b"PK\x03\x04": "is a ZIP archive or a workbook; unpack it, or save the sheet as CSV",
    b"\xd0\xcf\x11\xe0": "is a workbook; save the sheet as CSV",
    b"PAR1": "is Parquet; let its name end in .parquet",
}
#: Spreadsheets write what the computer's language wants; what gives the most columns is meant, of equals the first.
_DELIMITERS = (",", ";", "\t", "|")
_DECLARED = re.compile(r'^"?sep=(.)"?$', re.IGNORECASE)
_MAX_LINES = 100


def foreign(head: bytes) -> str:
    """What a file is that does not hold the text its name promises, and the remedy; empty where it may."""
    return next((said for mark, said in _FOREIGN.items() if head.startswith(mark)), "")


def read_header(handle: Any) -> Header:
    """The header of a CSV: the first line that is not empty, or the one after a spreadsheet's `sep=;`."""
    declared = ""
    for row_no in range(1, _MAX_LINES + 1):
        raw = handle.readline(MAX_ROW_BYTES)
        if not raw:
            break
        line = raw.removeprefix(BOM).decode("utf-8", "replace").strip("\r\n")
        if said := _DECLARED.match(line.strip(" ,;")) or _DECLARED.match(line):
            declared = said.group(1)
        elif line.strip():
            return _header(line, declared, row_no)
    return Header()


def _header(line: str, declared: str, row_no: int) -> Header:
    choices = [(_split(line, mark), mark) for mark in (declared or _DELIMITERS)]
    fields, delimiter = max(choices, key=lambda choice: len(choice[0]))
    return Header(tuple(fields), delimiter, row_no)


def _split(line: str, delimiter: str) -> Sequence[str]:
    return [field.strip() for field in next(csv.reader([line], delimiter=delimiter), [])]
