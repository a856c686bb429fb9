"""Dates of feeds: the right moment or none."""

from datetime import UTC, datetime

import pytest

from etl.reading.feed_dates import parse_date


def at(hour: int, minute: int = 0, *, day: int = 29) -> datetime:
    return datetime(2026, 11, day, hour, minute, tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "hour"),
    [
        ("", 9), ("GMT", 9), ("UT", 9), ("UTC", 9), ("Z", 9), ("z", 9), ("+0000", 9), ("-0000", 9), ("+09:00", 0),
        ("CEST", 7), ("CET", 8), ("MESZ", 7), ("EET", 7), ("MSK", 6), ("JST", 0), ("EST", 14), ("EDT", 13), ("PST", 17),
        ("ET", 14), ("PT", 17), ("EST5EDT", 14), ("PST8PDT", 17), ("UTC+02:00", 7), ("UTC+2", 7), ("GMT+2", 7),
        ("GMT +0200", 7), ("GMT-05:00", 14), ("UTC-5", 14), ("\u22120500", 14), ("+02", 7), ("Europe/Berlin", 8),
        ("America/New_York", 14), ("Etc/GMT-2", 7), ("+0200 CEST", 7), ("-0500 (EST)", 14), ("(EST)", 14),
        ("GMT+0100 (Central European Standard Time)", 8), ("+0100 IST", 8), ("+0000 UTC m=+0.01", 9),
    ],
)  # fmt: skip
def test_named_and_written_zones(zone: str, hour: int):
    """Nine o'clock in each zone, in RFC 822 and ISO 8601, is this hour of UTC."""
    assert parse_date(f"Sun, 29 Nov 2026 09:00:00 {zone}") == at(hour)
    assert parse_date(f"2026-11-29 09:00:00 {zone}") == at(hour)
    assert parse_date(f"2026-11-29T09:00:00{zone}") == at(hour)


def test_a_place_has_summer_time_and_a_named_zone_has_not():
    """`ET` and `EST5EDT` are four hours behind in July, `EST` five."""
    assert parse_date("Thu, 02 Jul 2026 09:00:00 ET") == datetime(2026, 7, 2, 13, tzinfo=UTC)
    assert parse_date("Thu, 02 Jul 2026 09:00:00 EST5EDT") == datetime(2026, 7, 2, 13, tzinfo=UTC)
    assert parse_date("Thu, 02 Jul 2026 09:00:00 EST") == datetime(2026, 7, 2, 14, tzinfo=UTC)


@pytest.mark.parametrize(
    "zone",
    [
        "BST",
        "IST",
        "AST",
        "GST",
        "A",
        "N",
        "XYZ",
        "MET DST",
        "GMT Daylight Time",
        "+9900",
        "+0200 EST",
        "Mars/Base",
        "/",
    ],
)
def test_a_zone_that_is_unknown_or_has_several_meanings_is_no_date(zone: str):
    """Better no date than a wrong one."""
    assert parse_date(f"Sun, 29 Nov 2026 09:00:00 {zone}") is None
    assert parse_date(f"2026-11-29 09:00:00 {zone}") is None


def test_an_hour_that_comes_twice_is_no_date():
    """On 25 October 2026 half past two comes twice in Berlin."""
    assert parse_date("Sun, 25 Oct 2026 02:30:00 Europe/Berlin") is None
    assert parse_date("Sun, 25 Oct 2026 02:30:00 CEST") == datetime(2026, 10, 25, 0, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "moment"),
    [
        ("2026-11-29T09:00:00.123Z", at(9)), ("2026-11-29T09:00Z", at(9)), ("20261129T090000Z", at(9)),
        ("2026-11-29", at(0)), ("2026/11/29 09:00", at(9)), ("2026-11-29T24:00:00Z", at(0, day=30)),
        ("29 Nov 26 09:00 GMT", at(9)), ("Sunday, 29-Nov-26 09:00:00 UTC", at(9)),
        ("Sun,29 Nov 2026 09:00:00+0100", at(8)),
        ("Sun Nov 29 09:00:00 2026", at(9)), ("Sun Nov 29 09:00:00 CET 2026", at(8)), ("Sun, 29 Nov 2026", at(0)),
        ("Sun Nov 29 2026 09:00:00 GMT+0100 (Central European Standard Time)", at(8)),
        ("2026-11-29 09:00:00.123456789 +0200 CEST", at(7)), ("November 29th, 2026 9:30 pm EST", at(2, 30, day=30)),
        ("Nov 29, 2026 12:15 AM", at(0, 15)), ("29.11.2026 09:00", at(9)), ("11/29/2026 9:00", at(9)),
        ("Sun, 29 Nov 2026 09:00:60 GMT", at(9).replace(second=59)), ("1795942800", at(9)), ("1795942800000", at(9)),
        ("So, 29 Nov 2026 09:00:00 +0100", at(8)), ("dim., 29 nov. 2026 09:00:00 +0100", at(8)),
        ("29 de noviembre de 2026 09:00 -0300", at(12)), ("Вс, 29 ноя 2026 09:00:00 +0300", at(6)),
        ("mar, 03 nov 2026 09:00:00 +0100", at(8, day=3)), ("Κυρ, 29 Νοε 2026 09:00:00 EET", at(7)),
    ],
)  # fmt: skip
def test_forms_of_dates(written: str, moment: datetime):
    """RFC 822, ISO 8601, C, JavaScript, Go, American and German ones, seconds since 1970, months in other languages."""
    assert parse_date(written) == moment


def test_one_name_for_two_months_needs_the_language():
    """`listopad` is October in Croatian and November in Polish."""
    written = "29 listopad 2026 09:00 +0000"
    assert parse_date(written) is None
    assert (parse_date(written, "pl"), parse_date(written, "hr")) == (at(9), datetime(2026, 10, 29, 9, tzinfo=UTC))


@pytest.mark.parametrize(
    "written",
    [
        "",
        "soon",
        "5/6/2026 09:00",
        "mar 3 xyz 2026",
        "Sun, 32 Nov 2026 09:00:00 GMT",
        "2026",
        "2026-11",
        "13:00 PM",
        "1" * 9000,
    ],
)
def test_what_is_no_date_or_could_be_two(written: str):
    """Nothing is guessed."""
    assert parse_date(written) is None
