"""Values as databases and Parquet give them to what the text of a canonical file would hold.

So the same row comes out the same whichever way it came.
"""

import math
from collections.abc import Mapping
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

#: Types that are as they should be, which is nearly all; looked up first.
_AS_THEY_ARE = frozenset({str, int, bool, datetime, type(None)})


def plain_row(row: Mapping[str, Any]) -> dict[str, Any]:
    """The row with plain values."""
    return {name: value if type(value) in _AS_THEY_ARE else plain(value) for name, value in row.items()}


def plain(value: Any) -> Any:
    """Whole decimals as int, others as float (infinite beyond a float's numbers); dates, times and UUIDs as their text;
    durations as seconds; bytes as the text that they are in UTF-8. Lists item by item; anything else as it is.
    """
    if isinstance(value, Decimal):
        number = float(value)
        return int(value) if math.isfinite(number) and value == value.to_integral_value() else number
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, (date, time)) and not isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, (bytes, memoryview)):
        return bytes(value).decode("utf-8", "surrogateescape")
    if isinstance(value, (list, tuple)):
        return [plain(item) for item in value]
    return value
