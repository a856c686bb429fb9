"""Extract of what nobody should send: every row is loaded or in quarantine with its reason, place and payload."""

import gzip
from datetime import timedelta
from pathlib import Path

import pytest

from etl.blocks import MAX_ROW_BYTES
from frontpage.core.settings import Settings
from tests.integration.extract_world import DAY, START, article, check_account, iso, pull, read, rows, write

LONG = "x" * 600
BAD_ARTICLES = {
    "bad_json": b'{"article_id": "broken", "url": ',
    "bad_encoding": b'{"article_id": "latin", "title": "caf\xe9"}',
    "too_large": b'{"title": "' + b"x" * (MAX_ROW_BYTES + 10) + b'"}',
    "missing_field": article(11, title=" "),
    "bad_text": article(12, title={"en": "no"}),
    "bad_time": article(13, published_at="yesterday"),
    "time_out_of_range": article(14, published_at="1900-01-01T00:00:00Z"),
    "bad_url": article(15, url="javascript:alert(1)"),
}
BAD_READS = {
    "missing_field": read(1, reader_id=None),
    "too_large": read(2, reader_id=LONG),
    "time_out_of_range": read(3, recorded_at="2100-01-01T00:00:00Z"),
    "bad_time": read(4, occurred_at=1772323200),
    "negative_dwell": read(5, dwell_seconds=-0.5),
    "dwell_too_long": read(6, dwell_seconds=86400),
    "bad_number": read(7, dwell_seconds="a while"),
    "unknown_kind": read(8, kind="stare"),
    "unknown_article": read(9, article_id="nobody's"),
    "bad_json": b"[1, 2]",
}
DEEP = b"[" * 1000 + b"]" * 1000
BAD_READERS = {
    "bad_email": {"reader_id": "r1", "signed_up_at": iso(START), "email": "not an address"},
    "bad_timezone": {"reader_id": "r2", "signed_up_at": iso(START), "timezone": "Mars/Olympus"},
    "bad_boolean": {"reader_id": "r3", "signed_up_at": iso(START), "digest_opt_in": "perhaps"},
}


def test_each_fault_has_its_reason_and_its_place(settings: Settings, tmp_path: Path):
    """21 bad rows among good ones: the good are loaded, each bad one is found under file and line with its payload."""
    strange = [read(20, reader_id='O\'Brien "😀" \\N'), read(21, kind="VIEW"), read(22, dwell_seconds=None)]
    write(tmp_path, "articles/a.jsonl", [article(0), *BAD_ARTICLES.values(), article(1)])
    write(tmp_path, "reads/e.jsonl", [*strange, *BAD_READS.values()])
    write(tmp_path, "readers/r.jsonl", [*BAD_READERS.values(), {"reader_id": "r4", "signed_up_at": iso(START)}])
    summary = pull(settings, START + DAY, tmp_path)
    assert (summary.rows_in, summary.rows_out, summary.rejected) == (27, 6, 21)
    found = rows(settings, "select locator, reason from quarantine")
    expected = [(f"articles/a.jsonl:{n}", reason) for n, reason in enumerate(BAD_ARTICLES, 2)]
    expected += [(f"reads/e.jsonl:{n}", reason) for n, reason in enumerate(BAD_READS, 4)]
    expected += [(f"readers/r.jsonl:{n}", reason) for n, reason in enumerate(BAD_READERS, 1)]
    assert sorted(found) == sorted(expected)
    assert rows(settings, "select max(length(payload)) <= 4000, min(length(detail)) > 5 from quarantine") == [
        (True, True)
    ]
    assert rows(settings, "select payload from quarantine where reason = 'bad_encoding'") == [
        ('{"article_id": "latin", "title": "caf\\xe9"}',)
    ]
    assert ('O\'Brien "😀" \\N',) in rows(settings, "select reader_id from reader")
    assert rows(settings, "select count(*) from read_event where kind = 'read'") == [(3,)]
    check_account(settings)


def test_numbers_too_small_and_rows_too_deep_stop_nothing(settings: Settings, tmp_path: Path):
    """A dwell below the smallest number of the database is none; a thousand levels of JSON are one bad_json row."""
    write(tmp_path, "articles/a.jsonl", [article(0)])
    deep = [b'{"event_id": %s}' % DEEP, b'{"event_id": "deep", "dwell_seconds": %s}' % DEEP]
    write(tmp_path, "reads/e.jsonl", [read(1, dwell_seconds=1e-50), *deep, read(2)])
    write(tmp_path, "reads/e.csv", [read(3, dwell_seconds="1e-300"), read(4)])
    summary = pull(settings, START + DAY, tmp_path)
    assert (summary.rows_out, summary.details["quarantined_bad_json"]) == (5, 2)
    assert rows(settings, "select event_id from read_event where dwell_seconds = 0 order by 1") == [("e1",), ("e3",)]
    assert rows(settings, "select distinct detail from quarantine") == [("nested deeper than 254 levels",)]
    check_account(settings)


def test_quarantine_keeps_one_row_for_one_fault(settings: Settings, tmp_path: Path):
    """The same bad row read again is not a second quarantine row; another one at the same place is."""
    write(tmp_path, "reads/e.jsonl", [read(1, kind="stare")])
    pull(settings, START + DAY, tmp_path)
    write(tmp_path, "reads/e.jsonl", [read(1, kind="stare", dwell_seconds=11)])
    assert pull(settings, START + DAY, tmp_path).rejected == 1
    locators = [row[0].split("~")[0] for row in rows(settings, "select locator from quarantine order by 1")]
    assert locators == ["reads/e.jsonl:1", "reads/e.jsonl:1"]
    assert len(set(rows(settings, "select locator from quarantine"))) == 2


def test_a_duplicate_event_is_unchanged_and_a_conflicting_one_is_kept_apart(settings: Settings, tmp_path: Path):
    """The same event twice is one event; the same id for another reader is quarantined, in one pull or in two."""
    write(tmp_path, "articles/a.jsonl", [article(0)])
    write(tmp_path, "reads/e.jsonl", [read(1), read(1), read(1, reader_id="someone else")])
    summary = pull(settings, START + DAY, tmp_path)
    assert (summary.rows_in, summary.details["unchanged"], summary.details["quarantined_conflicting_event"]) == (
        4,
        1,
        1,
    )
    write(tmp_path, "reads/f.jsonl", [read(1, article_id="a1"), read(1)])
    assert pull(settings, START + DAY, tmp_path).details["quarantined_conflicting_event"] == 1
    assert rows(settings, "select reader_id from reader") == [("reader 1",)]
    check_account(settings)


def test_csv_faults_do_not_swallow_their_neighbours(settings: Settings, tmp_path: Path):
    """A stray quote costs its own line only; quoted newlines, commas and CRLF are fine; short rows are bad_columns."""
    header = "event_id,reader_id,article_id,occurred_at,kind,region\r\n"
    good = 'e{0},"r,{0}",a0,2026-03-01T10:00:00Z,read,"two\nlines"\r\n'
    lines = [
        header,
        good.format(1),
        "e2,r2,a0\r\n",
        '"e3,r3,a0,2026-03-01T10:00:00Z,read,\r\n',
        good.format(4),
        good.format(5),
    ]
    write(tmp_path, "articles/a.jsonl", [article(0)])
    path = tmp_path / "reads/e.csv"
    path.parent.mkdir()
    path.write_bytes("".join(lines).encode() + b"e6,r6,a0,2026-03-01T10:00:00Z,read,Z\xfcrich\r\n")
    summary = pull(settings, START + DAY, tmp_path)
    assert rows(settings, "select event_id, region from read_event order by 1") == [
        ("e1", "two\nlines"), ("e4", "two\nlines"), ("e5", "two\nlines"),
    ]  # fmt: skip
    assert rows(settings, "select locator, reason from quarantine order by 1") == [
        ("reads/e.csv:10", "bad_encoding"), ("reads/e.csv:4", "bad_columns"), ("reads/e.csv:5", "bad_columns"),
    ]  # fmt: skip
    assert summary.rows_in == 7
    check_account(settings)


@pytest.mark.parametrize("name", ["e.jsonl.gz", "e.jsonl.zst", "e.parquet"])
def test_damaged_files_give_what_they_have_and_say_where_they_end(settings: Settings, tmp_path: Path, name: str):
    """A file that is not what its name says is one bad_file row, and the files beside it are loaded."""
    write(tmp_path, "articles/a.jsonl", [article(0)])
    write(tmp_path, "reads/good.jsonl", [read(1)])
    (tmp_path / "reads" / name).write_bytes(b"this is none of these formats")
    summary = pull(settings, START + DAY, tmp_path)
    assert (summary.rows_in, summary.rows_out, summary.details["quarantined_bad_file"]) == (3, 2, 1)


def test_rows_before_the_end_of_a_truncated_archive_are_loaded(settings: Settings, tmp_path: Path):
    """A gzip cut in the middle loads its whole rows and quarantines the rest as one bad_file row."""
    write(tmp_path, "articles/a.jsonl", [article(0)])
    path = write(tmp_path, "reads/e.jsonl", [read(n) for n in range(2000)])
    whole = gzip.compress(path.read_bytes())
    path.unlink()
    (tmp_path / "reads/e.jsonl.gz").write_bytes(whole[: len(whole) // 2])
    summary = pull(settings, START + 2 * DAY, tmp_path)
    assert summary.details["quarantined_bad_file"] == 1
    assert 500 < summary.rows_out < 1900
    check_account(settings)


def test_no_date_of_the_future_leaks(settings: Settings, tmp_path: Path):
    """Rows recorded after as_of wait, uncounted, until as_of reaches them; what no clock can have written does not."""
    write(tmp_path, "articles/a.jsonl", [article(0), article(1, first_seen_at=iso(START + 3 * DAY))])
    write(
        tmp_path,
        "reads/e.jsonl",
        [read(1, occurred_at=iso(START + 9 * DAY)), read(2, recorded_at=iso(START + 3 * DAY))],
    )
    first = pull(settings, START + DAY, tmp_path)
    assert (first.rows_in, first.details["deferred"], first.details["quarantined_time_out_of_range"]) == (2, 2, 1)
    assert pull(settings, START + 2 * DAY, tmp_path).rows_in == 0
    assert pull(settings, START + 3 * DAY, tmp_path).rows_out == 2
    late = "select max(recorded_at) from read_event"
    assert rows(settings, late) == [(START + 3 * DAY,)]
    assert rows(settings, "select max(recorded_at) from article_version") == [(START + 3 * DAY,)]
    assert (
        timedelta(0)
        == rows(settings, "select as_of - '2026-03-04T00:00:00Z' from source_watermark where source <> 'inbox'")[0][0]
    )
