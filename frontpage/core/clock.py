"""Time: UTC and timezone-aware everywhere; `as_of` is an argument, never a clock that a function reads."""

import re
from datetime import UTC, datetime, timedelta

from frontpage.core.errors import BadInputError

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
#: The smallest step a recorded_at can take (PostgreSQL's timestamptz keeps microseconds).
TICK = timedelta(microseconds=1)
_UNITS = {"m": timedelta(minutes=1), "h": HOUR, "d": DAY}
_DURATION = re.compile(r"(\d+(?:\.\d+)?)([mhd])")


def parse_as_of(text: str) -> datetime:
    """ISO 8601 text as UTC; a text without an offset is taken as UTC.

    Raises BadInputError for anything else.

    >>> parse_as_of("2026-03-01T12:00:00+02:00").isoformat()
    '2026-03-01T10:00:00+00:00'
    """
    try:
        parsed = datetime.fromisoformat(text.strip())
    except ValueError as error:
        raise BadInputError(f"as-of {text!r} is not an ISO 8601 time; write it like 2026-03-01T10:00:00Z") from error
    return to_utc(parsed)


def parse_duration(text: str) -> timedelta:
    """A span like `15m`, `1h`, `24h`, `3d`.

    Raises BadInputError for anything else, and for a span of nothing.

    >>> parse_duration("1.5h")
    datetime.timedelta(seconds=5400)
    """
    found = _DURATION.fullmatch(text.strip().lower())
    span = timedelta() if found is None else float(found[1]) * _UNITS[found[2]]
    if span <= timedelta():
        raise BadInputError(f"{text!r} is not a span of time; write it like 15m, 1h, 24h or 7d")
    return span


def to_utc(moment: datetime) -> datetime:
    """The same moment in UTC; a naive time is taken as UTC."""
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def floor_to(moment: datetime, cadence: timedelta) -> datetime:
    """The last whole multiple of `cadence` since the epoch at or before `moment`.

    >>> iso(floor_to(parse_as_of("2026-03-01T10:59:30Z"), HOUR))
    '2026-03-01T10:00:00Z'
    """
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    return epoch + (to_utc(moment) - epoch) // cadence * cadence


def iso(moment: datetime) -> str:
    """UTC as `2026-03-01T10:00:00Z`, with microseconds only where there are any."""
    return to_utc(moment).isoformat().replace("+00:00", "Z")
