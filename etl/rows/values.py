"""Single values out of raw rows: text, times, numbers. Each returns the clean value or raises RowError."""

import math
import re
from datetime import datetime, timedelta
from typing import Any

import orjson

from etl.rows.reasons import RejectReason, RowError
from frontpage.core.clock import to_utc
from frontpage.core.schema.canonical import CLOCK_SLACK, EARLIEST, MAX_ID_BYTES

#: Rows recorded after as_of wait for their time; beyond this the clock that wrote them is wrong.
MAX_AHEAD = timedelta(days=3653)
#: PostgreSQL cannot index longer texts (a third of a page); addresses are looked up by index.
MAX_URL_BYTES = 2000

_TRUE = {"true", "1", "t", "yes", "y"}
_FALSE = {"false", "0", "f", "no", "n"}
#: Above it a float does not tell neighbouring whole numbers apart.
MAX_EXACT_FLOAT = float(2**53)
_ARRAY_ITEM = re.compile(r'\s*(?:"((?:[^"\\]|\\.)*)"|([^,]+))\s*(?:,|$)')
_CLOCK = re.compile(r"(\d{1,3}):([0-5]\d):([0-5]\d(?:\.\d+)?)")
#: Of a date without dashes.
_DATE_DIGITS = 8
_SURROGATES = re.compile("[\ud800-\udfff]")


def text(row: dict[str, Any], name: str) -> str | None:
    """The field as stripped text without NUL; None where absent, empty or NaN (which is how frames write absence).

    A whole number becomes its digits, a float too: frames write ids so where some are missing.

    >>> text({"id": 42.0}, "id"), text({"id": "  "}, "id")
    ('42', None)
    """
    value = row.get(name)
    if value is None:
        return None
    if not isinstance(value, str):
        return _digits(value, name)
    if "\x00" in value:
        value = value.replace("\x00", "")
    if not value.isascii() and _SURROGATES.search(value):
        raise RowError(RejectReason.BAD_ENCODING, f"{name} is not valid UTF-8")
    return value.strip() or None


def _digits(value: Any, name: str) -> str | None:
    if isinstance(value, float):
        if math.isnan(value):
            return None
        if value.is_integer() and abs(value) > MAX_EXACT_FLOAT:
            raise RowError(RejectReason.BAD_TEXT, f"{name} is a float too large to hold every digit; export it as text")
        value = int(value) if value.is_integer() else value
    if isinstance(value, bool) or not isinstance(value, int):
        raise RowError(RejectReason.BAD_TEXT, f"{name} is {type(value).__name__}, not text")
    return str(value)


def texts(row: dict[str, Any], name: str) -> list[str] | None:
    """The field as a list of stripped texts, without the empty ones; None where absent or empty.

    A list, the JSON text of one, or PostgreSQL's (`{a,"b c"}`); any other value is one item.

    >>> texts({"tags": '{sport,"world news"}'}, "tags"), texts({"tags": "sport"}, "tags")
    (['sport', 'world news'], ['sport'])
    """
    value = row.get(name)
    if isinstance(value, str):
        start = value.lstrip()[:1]
        value = _json_list(value) if start == "[" else _array(value) if start == "{" else value
    if not isinstance(value, (list, tuple)):
        one = text({name: value}, name)
        return None if one is None else [one]
    return [item for item in (text({name: item}, name) for item in value) if item]


def _json_list(value: str) -> Any:
    try:
        return orjson.loads(value)
    except orjson.JSONDecodeError:
        return value


def _array(value: str) -> Any:
    """The items of a one-dimensional array as PostgreSQL writes it; the text itself where it is none."""
    body = value.strip()
    if not body.endswith("}") or '":' in body:
        return value
    items = _ARRAY_ITEM.findall(body[1:-1])
    return [re.sub(r"\\(.)", r"\1", quoted) if quoted else bare for quoted, bare in items if bare != "NULL"]


def required(row: dict[str, Any], name: str) -> str:
    """Like `text`, but absence is a `missing_field`."""
    value = text(row, name)
    if value is None:
        raise RowError(RejectReason.MISSING_FIELD, f"{name} is missing")
    return value


def identity(row: dict[str, Any], name: str) -> str:
    """A required id, at most MAX_ID_BYTES long in UTF-8."""
    value = label(row, name)
    if value is None:
        raise RowError(RejectReason.MISSING_FIELD, f"{name} is missing")
    return value


def label(row: dict[str, Any], name: str) -> str | None:
    """A short text that things are grouped and looked up by, at most MAX_ID_BYTES long in UTF-8."""
    value = text(row, name)
    if value is not None and len(value) * 4 > MAX_ID_BYTES and len(value.encode()) > MAX_ID_BYTES:
        raise RowError(RejectReason.TOO_LARGE, f"{name} is longer than {MAX_ID_BYTES} bytes")
    return value


def moment(row: dict[str, Any], name: str) -> datetime | None:
    """The field as a UTC time; a time without an offset is taken as UTC. None where absent."""
    value = row.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, float) and math.isnan(value):
        return None
    if isinstance(value, (int, float)) or (isinstance(value, str) and len(value.strip()) > _DATE_DIGITS
                                           and value.strip().isdecimal()):  # fmt: skip
        raise RowError(RejectReason.BAD_TIME, f"{name} is a bare number, whose unit nobody says; write ISO 8601")
    if not isinstance(value, (datetime, str)):
        raise RowError(RejectReason.BAD_TIME, f"{name} is {type(value).__name__}, not ISO 8601 text")
    try:
        return to_utc(value if isinstance(value, datetime) else datetime.fromisoformat(value.strip()))
    except (ValueError, OverflowError) as error:
        raise RowError(RejectReason.BAD_TIME, f"{name} {str(value)[:60]!r} is not ISO 8601") from error


def required_moment(row: dict[str, Any], name: str) -> datetime:
    """Like `moment`, but absence is a `missing_field`."""
    value = moment(row, name)
    if value is None:
        raise RowError(RejectReason.MISSING_FIELD, f"{name} is missing")
    return value


def can_have_been(value: datetime, recorded_at: datetime) -> bool:
    """Whether it is a time from 1990 to CLOCK_SLACK after it was recorded."""
    return EARLIEST <= value <= recorded_at + CLOCK_SLACK


def check_time(name: str, value: datetime | None, recorded_at: datetime) -> None:
    """Refuse what happened before 1990 or more than CLOCK_SLACK after it was recorded."""
    if value is not None and not can_have_been(value, recorded_at):
        raise RowError(
            RejectReason.TIME_OUT_OF_RANGE, f"{name} {value:%Y-%m-%d} is not a time it can have been recorded"
        )


def number(row: dict[str, Any], name: str) -> float | None:
    """The field as a finite number; None where absent, empty or NaN (which is how frames write absence)."""
    value = row.get(name)
    if value is None or value == "":
        return None
    if isinstance(value, bool):
        raise RowError(RejectReason.BAD_NUMBER, f"{name} is true or false, not a number")
    try:
        parsed = float(value)
    except (TypeError, ValueError, OverflowError) as error:
        raise RowError(RejectReason.BAD_NUMBER, f"{name} {str(value)[:60]!r} is not a number") from error
    if math.isnan(parsed) and isinstance(value, float):
        return None
    if not math.isfinite(parsed):
        raise RowError(RejectReason.BAD_NUMBER, f"{name} is not finite")
    return parsed


def seconds(row: dict[str, Any], name: str) -> float | None:
    """Like `number`; hours, minutes and seconds (`0:01:30`), as spreadsheets and analytics write them, are seconds."""
    value = row.get(name)
    clock = _CLOCK.fullmatch(value.strip()) if isinstance(value, str) else None
    if clock is None:
        return number(row, name)
    hours, minutes, rest = clock.groups()
    return int(hours) * 3600 + int(minutes) * 60 + float(rest)


def boolean(row: dict[str, Any], name: str) -> bool | None:
    """The field as true or false; None where absent, empty or NaN. 1 and 0 as numbers of any kind will do."""
    value = row.get(name)
    if value is None or value == "" or isinstance(value, bool):
        return None if value == "" else value
    if isinstance(value, float):
        value = None if math.isnan(value) else int(value) if value.is_integer() else value
        if value is None:
            return None
    lowered = str(value).strip().lower()
    if lowered in _TRUE or lowered in _FALSE:
        return lowered in _TRUE
    raise RowError(RejectReason.BAD_BOOLEAN, f"{name} {str(value)[:60]!r} is neither true nor false")
