"""Cells of CSV files that a spreadsheet takes for text, whoever wrote what is in them."""

from collections.abc import Mapping
from typing import Any, Final

#: What a spreadsheet takes for the beginning of a formula.
_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def as_text(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with an apostrophe before each text that would be a formula; numbers stay.

    >>> as_text({"region": "=HYPERLINK(1)", "n": -1})
    {'region': "'=HYPERLINK(1)", 'n': -1}
    """
    return {
        name: "'" + value.replace("\r", " ") if isinstance(value, str) and value.startswith(_FORMULA) else value
        for name, value in row.items()
    }
