"""Dates as feeds write them, in RFC 822, ISO 8601 and what is common beside them, to moments. Never a wrong one."""

import functools
import re
import zoneinfo
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta, timezone

from babel import Locale
from babel.dates import get_month_names
from babel.localedata import exists

from etl.rows.languages import ISO_639_1

_DAY = r"(\d{4})[-/.](\d{1,2})[-/.](\d{1,2})|(\d{4})(\d{2})(\d{2})"
_CLOCK = r"(\d{1,2}):(\d{1,2})(?::(\d{1,2})(?:[.,]\d+)?)?(?:\s*([ap])\.?m\b\.?)?"
_ISO = re.compile(rf"(?i)(?:{_DAY})(?:[T\s]\s*(?:{_CLOCK}|(\d{{2}})(\d{{2}})(\d{{2}})?))?(?![\d:])(.*)")
_TIME = re.compile(rf"(?i)(?<![\d:.]){_CLOCK}(?![\d:])")
_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})")
_SLASHED = re.compile(r"(\d{1,2})/(\d{1,2})/(\d{4})")
_WORD = re.compile(r"[^\W\d_]+")
_YEAR_AT_END = re.compile(r"(?:^|\s)(\d{4})$")
_EPOCH = re.compile(r"\d{10}(\d{3})?")
_LONGEST = 100
#: Words between the parts of a date.
_FILLERS = frozenset("de del of the den der le el th st nd rd at um à kl klo om o г".split())  # noqa: SIM905

_OFFSET = re.compile(r"(?i)(?:UTC|GMT|UT|Z)?([+-])(\d{1,2})(?::?(\d{2}))?(?::?00)?")
_GO_CLOCK = re.compile(r"\bm=[+-][\d.]+")
_LARGEST_OFFSET = timedelta(hours=14)
#: Hours east of Greenwich of names that mean one zone. RFC 822 defines the North American ones; its single letters are
#: unusable but for Z (RFC 5322, 4.3). BST, IST, AST, GST and others have several meanings and are left out.
_HOURS = {
    "UTC": 0, "UT": 0, "GMT": 0, "UCT": 0, "Z": 0, "ZULU": 0,
    "EST": -5, "EDT": -4, "CST": -6, "CDT": -5, "MST": -7, "MDT": -6, "PST": -8, "PDT": -7,
    "AKST": -9, "AKDT": -8, "HST": -10, "NDT": -2.5, "BRT": -3, "BRST": -2, "ART": -3, "CLT": -4, "CLST": -3,
    "WET": 0, "WEST": 1, "CET": 1, "CEST": 2, "MET": 1, "MEST": 2, "MEZ": 1, "MESZ": 2, "EET": 2, "EEST": 3,
    "MSK": 3, "TRT": 3, "WAT": 1, "CAT": 2, "SAST": 2, "EAT": 3, "IDT": 3, "IRST": 3.5, "PKT": 5, "NPT": 5.75,
    "WIB": 7, "ICT": 7, "WITA": 8, "WIT": 9, "HKT": 8, "SGT": 8, "PHT": 8, "JST": 9, "KST": 9,
    "AWST": 8, "ACST": 9.5, "ACDT": 10.5, "AEST": 10, "AEDT": 11, "NZST": 12, "NZDT": 13,
}  # fmt: skip
#: Names that leave open whether it is summer.
_PLACES = {
    "ET": "America/New_York", "CT": "America/Chicago", "MT": "America/Denver", "PT": "America/Los_Angeles",
    "EST5EDT": "America/New_York", "CST6CDT": "America/Chicago", "MST7MDT": "America/Denver",
    "PST8PDT": "America/Los_Angeles",
}  # fmt: skip


def parse_date(text: str, language: str | None = None) -> datetime | None:
    """The moment in UTC that a date of a feed names; a date without a zone is taken as UTC, one without a time as its
    first moment.

    None for what is no date, and for what could be several: an unknown or ambiguous zone, day and month in numbers of
    which either could be the other. Names of months may be in any language; `language`, an ISO 639-1 code, decides
    where two languages use one name for two months.
    """
    if len(text) > _LONGEST:
        return None
    written = " ".join(text.replace("\u2212", "-").split()).strip(" ,")
    if _EPOCH.fullmatch(written):
        return datetime.fromtimestamp(int(written[:10]), UTC)
    try:
        local, zone = _iso(written) or _words(written, language) or (None, "")
        offset = None if local is None else _offset(zone, local)
        return None if local is None or offset is None else local.replace(tzinfo=timezone(offset)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None


def _iso(text: str) -> tuple[datetime, str] | None:
    """Year, month, day in this order, in numbers; and the zone as written."""
    found = _ISO.fullmatch(text)
    if found is None:
        return None
    groups = found.groups()
    year, month, day = (int(one) for one in groups[:6] if one)
    hour, minute, second = (int(one or 0) for one in (groups[6:9] if groups[6] else groups[10:13]))
    return _local((year, month, day), (hour, minute, second), groups[9]), groups[13]


def _words(text: str, language: str | None) -> tuple[datetime, str] | None:
    """A date with the name of its month, or in numbers in another order; and the zone as written."""
    clock = _TIME.search(text)
    before, after = (text[: clock.start()], text[clock.end() :].strip(" ,")) if clock else (text, "")
    year = _YEAR_AT_END.search(after)
    if year:
        before, after = f"{before} {year[1]}", after[: year.start()]
    day = _calendar_day(before.strip(" ,"), language)
    if day is None:
        return None
    hour, minute, second = (int(one or 0) for one in clock.groups()[:3]) if clock else (0, 0, 0)
    return _local(day, (hour, minute, second), clock[4] if clock else None), after


def _calendar_day(text: str, language: str | None) -> tuple[int, int, int] | None:
    """(year, month, day)."""
    if found := _DAY_FIRST.fullmatch(text):
        return int(found[3]), int(found[2]), int(found[1])
    if found := _SLASHED.fullmatch(text):
        one, two, year = map(int, found.groups())
        return (year, two, one) if one > 12 else (year, one, two) if two > 12 or one == two else None
    numbers = re.findall(r"\d+", text)
    month = _month([word for word in _WORD.findall(text.lower()) if word not in _FILLERS], language)
    if month is None or len(numbers) != 2:
        return None
    day, year = reversed(numbers) if len(numbers[0]) == 4 else numbers
    return (_full_year(year), month, int(day)) if len(year) in (2, 4) else None


def _month(words: list[str], language: str | None) -> int | None:
    """The month that the last word names; one before it can only be the day of the week."""
    named = [number for word in words if (number := _month_number(word, language))]
    if len(words) not in (1, 2) or not named:
        return None
    # `Nov 29, Sunday` is read as well; `mar 3 xyz` (Tuesday in Spanish) is not taken for March.
    is_clear = _month_number(words[-1], language) is not None or words[-1] in _weekdays()
    return named[-1] if is_clear else None


def _full_year(year: str) -> int:
    """RFC 822 has two digits: from 90 on they are of the last century."""
    return int(year) if len(year) == 4 else int(year) + (1900 if int(year) >= 90 else 2000)


def _local(day: tuple[int, int, int], time: tuple[int, int, int], half: str | None) -> datetime:
    hour, minute, second = time
    if half:
        if not 1 <= hour <= 12:
            raise ValueError("no hour of a clock of twelve")
        hour = hour % 12 + (12 if half.lower() == "p" else 0)
    if (hour, minute, second) == (24, 0, 0):
        return datetime(*day) + timedelta(days=1)  # noqa: DTZ001 - its zone is put on by the caller
    return datetime(*day, hour, minute, min(second, 59))  # noqa: DTZ001 - 60 is a leap second


def _offset(zone: str, local: datetime) -> timedelta | None:
    """East of Greenwich; None where no zone of that name, or several, are known, or two are named that differ."""
    bare = _GO_CLOCK.sub("", zone)
    outside = re.sub(r"\([^)]*\)", " ", bare).strip()
    # What stands in brackets comments on an offset; alone it is the zone.
    named = re.sub(r"(?<=[A-Za-z])\s+(?=[+-]\d)", "", outside or bare.strip(" ()")).split()
    numeric = [offset for name in named if (offset := _numeric(name)) is not None]
    others = [_named(name, local) for name in named if _numeric(name) is None]
    if not numeric and None in others:
        return None
    found = {*numeric, *(offset for offset in others if offset is not None)}
    return found.pop() if len(found) == 1 else None if found else timedelta(0)


def _numeric(name: str) -> timedelta | None:
    found = _OFFSET.fullmatch(name)
    if found is None:
        return None
    sign, hours, minutes = found.groups()
    offset = timedelta(hours=int(hours), minutes=int(minutes or 0))
    if offset > _LARGEST_OFFSET:
        raise ValueError(f"{name} is no offset")
    return -offset if sign == "-" else offset


def _named(name: str, local: datetime) -> timedelta | None:
    hours = _HOURS.get(name.upper())
    if hours is not None:
        return timedelta(hours=hours)
    place = _PLACES.get(name.upper(), name)
    if place not in _time_zones():
        return None
    there = local.replace(tzinfo=zoneinfo.ZoneInfo(place))
    is_once = there.utcoffset() == there.replace(fold=1).utcoffset()
    return there.utcoffset() if is_once else None


@functools.cache
def _time_zones() -> frozenset[str]:
    """IANA names of places; short ones such as `Cuba` or `EST` say less than they seem to."""
    return frozenset(name for name in zoneinfo.available_timezones() if "/" in name)


def _month_number(word: str, language: str | None) -> int | None:
    """1 to 12; English first, then `language`, then what all other languages agree on."""
    tables = (_months("en"), _months(language) if language else {}, _months_anywhere())
    return next((table[word] for table in tables if word in table), None)


@functools.cache
def _months(language: str) -> dict[str, int]:
    """Names and abbreviations of months, without the points."""
    if not exists(language):
        return {}
    return {name: number for number, name in _month_names(language)} | ({"sept": 9} if language == "en" else {})


@functools.cache
def _months_anywhere() -> dict[str, int]:
    """Names that mean the same month in every language that has them."""
    numbers: dict[str, set[int]] = {}
    for language in ISO_639_1:
        for name, number in _months(language).items():
            numbers.setdefault(name, set()).add(number)
    return {name: found.pop() for name, found in numbers.items() if len(found) == 1}


def _month_names(language: str) -> Iterator[tuple[int, str]]:
    for context in ("format", "stand-alone"):
        for width in ("wide", "abbreviated"):
            for number, name in get_month_names(width, context, language).items():
                if _WORD.fullmatch(word := name.lower().rstrip(".")):
                    yield number, word


@functools.cache
def _weekdays() -> frozenset[str]:
    """In English."""
    days = Locale("en").days["format"]
    return frozenset(name.lower() for width in ("wide", "abbreviated") for name in days[width].values())
