"""Single values and rows: what is understood, what is refused and why."""

from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest

from etl.blocks import payload, storable
from etl.reading.feed_entries import plain_text
from etl.rows.context import RowContext
from etl.rows.normalise import NORMALISERS, DeferredError
from etl.rows.reasons import MEANING, RejectReason, RowError
from etl.rows.values import boolean, identity, moment, number, text
from frontpage.core.schema.canonical import Kind

AS_OF = datetime(2026, 3, 1, 12, tzinfo=UTC)
CONTEXT = RowContext(AS_OF, "a secret of this test")
READ = {
    "event_id": "e",
    "reader_id": "r",
    "article_id": "a",
    "occurred_at": "2026-03-01T10:00:00+02:00",
    "kind": "view",
}


def columns(kind: Kind, row: dict, context: RowContext = CONTEXT) -> dict:
    return NORMALISERS[kind](row, context)


def test_a_read_is_normalised():
    """Times in UTC, aliases of kinds, absent fields None, the pseudonym computed; recorded when it happened."""
    found = columns(Kind.READS, READ)
    assert found["occurred_at"] == found["claimed_at"] == datetime(2026, 3, 1, 8, tzinfo=UTC)
    assert (found["kind"], found["dwell_seconds"], found["region"]) == ("read", None, None)
    assert 0 <= found["reader_key"] < 2**63


@pytest.mark.parametrize(
    ("changes", "reason"),
    [
        ({"occurred_at": "1989-12-31T23:59:59Z"}, RejectReason.TIME_OUT_OF_RANGE),
        (
            {"occurred_at": "2026-03-04T00:00:00Z", "recorded_at": "2026-03-01T00:00:00Z"},
            RejectReason.TIME_OUT_OF_RANGE,
        ),
        ({"occurred_at": "2100-01-01T00:00:00Z"}, RejectReason.TIME_OUT_OF_RANGE),
        ({"occurred_at": "0000-01-01"}, RejectReason.BAD_TIME),
        ({"occurred_at": datetime(1, 1, 1, tzinfo=timezone(timedelta(hours=1)))}, RejectReason.BAD_TIME),
        ({"dwell_seconds": 21601}, RejectReason.DWELL_TOO_LONG),
        ({"dwell_seconds": "inf"}, RejectReason.BAD_NUMBER),
        ({"dwell_seconds": True}, RejectReason.BAD_NUMBER),
        ({"reader_id": "\u00fc" * 257}, RejectReason.TOO_LARGE),
        ({"region": "x" * 513}, RejectReason.TOO_LARGE),
        ({"reader_id": "\x00"}, RejectReason.MISSING_FIELD),
        ({"reader_id": 1.5}, RejectReason.BAD_TEXT),
    ],
)
def test_reads_that_are_refused(changes: dict, reason: RejectReason):
    """The reason says which rule was broken; six hours, ten years and 512 bytes are the last that pass."""
    with pytest.raises(RowError) as caught:
        columns(Kind.READS, {**READ, **changes})
    assert caught.value.reason is reason
    columns(Kind.READS, {**READ, "dwell_seconds": 21600, "reader_id": "\u00fc" * 256})


def test_rows_of_a_later_time_wait():
    """A row recorded after as_of is not refused but deferred, until the moment it names."""
    later = AS_OF + timedelta(days=3653)
    with pytest.raises(DeferredError) as caught:
        columns(Kind.READS, {**READ, "recorded_at": later.isoformat()})
    assert caught.value.recorded_at == later


def test_rows_of_timeless_sources_are_recorded_at_as_of():
    """Feeds and queries without recorded_at: we learned of the row when we asked."""
    found = columns(Kind.READS, READ, RowContext(AS_OF, "secret", rows_have_time=False))
    assert found["claimed_at"] == AS_OF


def test_values():
    """What each type understands."""
    assert text({"x": " a\x00b "}, "x") == "ab"
    assert identity({"x": 7}, "x") == "7"
    assert moment({"x": "2026-03-01"}, "x") == datetime(2026, 3, 1, tzinfo=UTC)
    assert number({"x": "1e3"}, "x") == 1000.0
    assert number({"x": float("nan")}, "x") is None
    assert [boolean({"x": value}, "x") for value in ("Yes", 0, "", None, True)] == [True, False, None, None, True]


def test_markup_becomes_text():
    """Tags, scripts, comments and entities go; words on both sides of a block stay apart."""
    markup = "<p>Fish &amp; chips</p><p>cost &lt;5<script>evil()</script><!-- no --></p><img src=x>"
    assert plain_text(markup) == "Fish & chips cost <5"
    assert plain_text("<br/>") is None
    assert plain_text("half\ud800 &#xD800;") == "half? \ufffd"


def test_payloads_can_always_be_stored():
    """Halves of characters, huge numbers and NUL do not stop a row from reaching quarantine."""
    assert payload({"a": "\ud800"}) == "{'a': '\\ud800'}"
    assert payload({"a": 2**70}) == "{'a': 1180591620717411303424}"
    assert storable("\ud800\u00fc") == "\\ud800\u00fc"


def test_every_reason_is_documented():
    """Each quarantine code has a sentence, and the sentence is on the reference page."""
    page = (Path(__file__).parents[3] / "docs/reference/sources.md").read_text()
    assert set(MEANING) == set(RejectReason)
    assert [reason for reason in RejectReason if f"| `{reason}` | {MEANING[reason]} |" not in page] == []
