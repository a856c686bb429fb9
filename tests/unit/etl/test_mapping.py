"""What a source calls our fields, and how its rows become ours."""

from datetime import UTC, datetime

import pytest

from etl.reading.mapping import LeftOutError, Mapping
from etl.rows.reasons import RowError
from frontpage.core.schema.canonical import Kind

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


def read(mapping: dict, **row) -> dict:
    """The row of a read as the mapping makes it."""
    return Mapping(**mapping).apply(Kind.READS, row)


def test_columns_are_renamed_and_may_mean_two_fields():
    """What was renamed away is gone; a field that is not named stays."""
    made = read({"columns": {"uid": "reader_id", "kind": "surface"}}, uid="u1", kind="app", region="north")
    assert made == {"reader_id": "u1", "surface": "app", "region": "north"}
    both = Mapping(columns={"link": ["article_id", "url"]}).apply(Kind.ARTICLES, {"link": "https://p.example/1"})
    assert both == {"article_id": "https://p.example/1", "url": "https://p.example/1"}


def test_templates_and_constants():
    """A template with an absent value is an absent field."""
    mapping = {"templates": {"event_id": "{uid}/{n}"}, "constants": {"kind": "read"}}
    assert read(mapping, uid="u", n=7) == {"uid": "u", "n": 7, "event_id": "u/7", "kind": "read"}
    assert read(mapping, uid="u", n=None)["event_id"] is None


@pytest.mark.parametrize(("path", "expected"), [("/news/12?utm_source=x", "12"), ("/news/12-a/b", "12-a")])
def test_a_pattern_takes_its_group(path, expected):
    """As an article's number stands in the path of a page."""
    assert read({"patterns": {"article_id": r"^/news/([^/?#]+)"}}, article_id=path)["article_id"] == expected


def test_a_row_that_a_pattern_does_not_meet_is_left_out():
    """The front page is no article."""
    with pytest.raises(LeftOutError):
        read({"patterns": {"article_id": "^/news/(.+)"}}, article_id="/")


@pytest.mark.parametrize(
    ("unit", "value", "seconds"), [("milliseconds", 12_500, 12.5), ("seconds", "12.5", 12.5), ("minutes", 2, 120.0)]
)
def test_units_of_dwell(unit, value, seconds):
    """To seconds; absent stays absent."""
    assert read({"units": {"dwell_seconds": unit}}, dwell_seconds=value)["dwell_seconds"] == seconds
    assert read({"units": {"dwell_seconds": unit}}, dwell_seconds="")["dwell_seconds"] is None


@pytest.mark.parametrize(
    ("unit", "zone", "value"),
    [
        ("epoch_seconds", "UTC", 1772366400),
        ("epoch_milliseconds", "Europe/Berlin", "1772366400000"),
        ("epoch_microseconds", "UTC", 1772366400000000),
        ("%d.%m.%Y %H:%M", "Europe/Berlin", "01.03.2026 13:00"),
        ("%d.%m.%Y %H:%M", "UTC", " 01.03.2026 12:00 "),
        ("%Y-%m-%d %H:%M %z", "Europe/Berlin", "2026-03-01 07:00 -0500"),
    ],
)
def test_units_of_times(unit, zone, value):
    """Since 1970, or as it is written there."""
    assert read({"units": {"occurred_at": unit}, "timezone": zone}, occurred_at=value)["occurred_at"] == NOON


@pytest.mark.parametrize(
    "value", ["2026-03-01T13:00", NOON.replace(hour=13, tzinfo=None), "2026-03-01T12:00Z", "2026-03-01T13:00+01:00"]
)
def test_a_time_zone_is_of_times_that_do_not_say_theirs(value):
    """Text and database values alike; an offset of its own counts more."""
    made = read({"timezone": "Europe/Berlin"}, occurred_at=value)["occurred_at"]
    assert (made if isinstance(made, datetime) else datetime.fromisoformat(made)) == NOON


@pytest.mark.parametrize("value", ["soon", "nan", "1e300", True])
@pytest.mark.parametrize("unit", ["epoch_seconds", "%H:%M"])
def test_a_value_that_its_unit_cannot_be_of_costs_its_row_only(unit, value):
    """It is a bad_time, told with what stood there."""
    with pytest.raises(RowError, match="occurred_at") as caught:
        read({"units": {"occurred_at": unit}}, occurred_at=value)
    assert caught.value.reason == "bad_time"


def test_kinds_of_events():
    """By name whatever its case; `*` is any other; what is dropped is left out; others go on to be judged."""
    kinds = {"Page_View": "read", "upvote": "like", "*": "drop"}
    assert read({"kinds": kinds}, kind="page_view")["kind"] == "read"
    assert read({"kinds": kinds}, kind=" Upvote")["kind"] == "like"
    with pytest.raises(LeftOutError):
        read({"kinds": kinds}, kind="scroll")
    assert read({"kinds": {"upvote": "like"}}, kind="scroll")["kind"] == "scroll"


@pytest.mark.parametrize(
    ("kind", "mapping", "sentence"),
    [
        (Kind.READS, {"columns": {"a": "titel"}}, "columns: 'titel' is no field of reads"),
        (Kind.READS, {"units": {"dwell_seconds": "ms"}}, "units: dwell_seconds: 'ms' is none of milliseconds"),
        (Kind.READS, {"units": {"occurred_at": "epoch"}}, "units: occurred_at: 'epoch' is none of epoch_seconds"),
        (Kind.READS, {"units": {"region": "seconds"}}, "units: region is neither a time nor dwell_seconds"),
        (Kind.ARTICLES, {"kinds": {"a": "read"}}, "kinds: only reads have kinds, these are articles"),
        (Kind.READS, {"columns": {"a": "region"}, "constants": {"region": "x"}}, "region: set more than once"),
    ],
)
def test_what_cannot_be_meant(kind, mapping, sentence):
    """A key that no row of the kind can use is a mistake."""
    assert Mapping(**mapping).misfits(kind)[0].startswith(sentence)


def test_an_absent_time_stays_absent():
    """An empty cell is not 1970."""
    assert read({"units": {"occurred_at": "epoch_seconds"}}, occurred_at="")["occurred_at"] is None
