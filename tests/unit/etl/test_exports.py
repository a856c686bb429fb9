"""Files as people's programs export them: line ends, marks, separators, types; what is no text is said in one row."""

import bz2
import gzip
import json
import lzma
import os
import uuid
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from etl.blocks import Bad
from etl.plan import plan_file
from etl.reading import lines
from etl.reading.decode import read_file_blocks
from etl.reading.files import list_files
from etl.reading.sources import FileSource
from etl.rows.context import RowContext
from etl.rows.prepare import prepare
from etl.rows.reasons import RejectReason
from frontpage.core import columns as c
from frontpage.core.errors import BadInputError
from frontpage.core.schema.canonical import Kind

AS_OF = datetime(2026, 3, 2, tzinfo=UTC)
AT = datetime(2026, 3, 1, 10, tzinfo=UTC)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of three lines, so that cuts fall within these small files."""
    monkeypatch.setattr(lines, "BLOCK_ROWS", 3)
    monkeypatch.setattr("etl.reading.decode.BLOCK_ROWS", 3)


def rows_of(path: Path, kind: Kind = Kind.READS) -> list[Any]:
    """What a first pull reads of a file."""
    file = list_files(FileSource("x", f"file://{path}", kind))[0]
    parts = plan_file(file, None, AS_OF).parts
    return [row for part in parts for block in read_file_blocks(part) for _, row in block.rows]


def prepared(path: Path, kind: Kind) -> tuple[list[Any], list[str]]:
    """Rows for staging and reasons of the rejected ones, of a first pull."""
    file = list_files(FileSource("x", f"file://{path}", kind))[0]
    done = [
        prepare(part, block, RowContext(AS_OF, "a secret"))
        for part in plan_file(file, None, AS_OF).parts
        for block in read_file_blocks(part)
    ]
    rows = [row for one in done for row in one.rows]
    return rows, [rejected.reason for one in done for rejected in one.rejected]


PACKED = {"": bytes, ".gz": gzip.compress, ".zst": zstandard.compress, ".bz2": bz2.compress, ".xz": lzma.compress}


@pytest.mark.parametrize("packing", PACKED)
@pytest.mark.parametrize("end", ["\n", "\r", "\r\n", "\r\r\n"])
@pytest.mark.parametrize("last", [True, False])
def test_every_line_end_ends_a_line(tmp_path: Path, end: str, packing: str, last: bool):
    """Of CSV and JSON lines, compressed too, with an end after the last line and without; not within quotes."""
    pack = PACKED[packing]
    table = end.join(["n,t", *(f'{n},"a{end}b"' for n in range(7))]) + (end if last else "")
    written = tmp_path / f"e.csv{packing}"
    written.write_bytes(pack(table.encode()))
    os.utime(written, (1, 1))
    found = rows_of(written)
    assert [(row["n"], row["t"].split()) for row in found] == [(str(n), ["a", "b"]) for n in range(7)]
    objects = end.join(json.dumps({"n": n}) for n in range(7)) + (end if last else "")
    (tmp_path / f"e.jsonl{packing}").write_bytes(pack(objects.encode()))
    assert rows_of(tmp_path / f"e.jsonl{packing}") == [{"n": n} for n in range(7)]


def test_line_ends_may_differ_within_a_file(tmp_path: Path):
    """Parts of several exports put together; the row after each line end is a row."""
    (tmp_path / "e.csv").write_bytes(b"n,t\r\n1,a\r2,b\n3,c\r\r\n4,d\r\r5,e\n")
    assert [row["n"] for row in rows_of(tmp_path / "e.csv")] == ["1", "2", "3", "4", "5"]


def test_a_growing_file_of_returns_is_read_on_where_it_ended(tmp_path: Path):
    """Appended lines alone are read, whatever ends lines."""
    path = tmp_path / "e.csv"
    path.write_bytes(b"n,t\r1,a\r2,b\r")
    file = list_files(FileSource("x", f"file://{path}", Kind.READS))[0]
    state = plan_file(file, None, AS_OF).next_state([])
    path.write_bytes(b"n,t\r1,a\r2,b\r3,c\r")
    file = list_files(FileSource("x", f"file://{path}", Kind.READS))[0]
    found = [row for part in plan_file(file, state, AS_OF).parts for one in read_file_blocks(part) for row in one.rows]
    assert found == [(4, {"n": "3", "t": "c"})]


def test_separators_of_unicode_are_text(tmp_path: Path):
    """U+2028, U+0085 and a form feed end no line, in JSON nor in CSV."""
    text = "a\u2028b\u0085c\u2029d\x0ce"
    (tmp_path / "e.jsonl").write_text(json.dumps({"t": text}, ensure_ascii=False) + "\n", encoding="utf-8")
    assert rows_of(tmp_path / "e.jsonl") == [{"t": text}]
    (tmp_path / "e.csv").write_text(f"n,t\n1,{text}\n", encoding="utf-8")
    assert rows_of(tmp_path / "e.csv") == [{"n": "1", "t": text}]


@pytest.mark.parametrize(
    "table",
    [
        "a;b\n1;x, y\n",
        "a\tb\n1\tx, y\n",
        "a|b\n1|x, y\n",
        'a,b\n1,"x, y"\n',
        "sep=;\na;b\n1;x, y\n",
        '\ufeff"a";"b"\n"1";"x, y"\n;\n\n',
        "\n  \na;b\n1;x, y\n",
        " a ;b\n1;x, y\n;\n",
    ],
)
def test_spreadsheets_separate_columns_as_their_language_wants(tmp_path: Path, table: str):
    """Semicolons, tabs and bars, declared or not; a mark before the header, empty lines and rows of nothing."""
    (tmp_path / "e.csv").write_text(table, encoding="utf-8")
    assert rows_of(tmp_path / "e.csv") == [{"a": "1", "b": "x, y"}]


def test_a_mark_before_a_line_of_json_is_no_part_of_it(tmp_path: Path):
    """Files that were put together have it in the middle too."""
    (tmp_path / "e.jsonl").write_bytes(b'\xef\xbb\xbf{"n": 1}\n\xef\xbb\xbf{"n": 2}\n')
    assert rows_of(tmp_path / "e.jsonl") == [{"n": 1}, {"n": 2}]


FOREIGN = {
    "is UTF-16; save it as UTF-8": "n,t\n1,a\n2,\u010d\n".encode("utf-16"),
    "is UTF-32; save it as UTF-8": "n,t\n1,a\n".encode("utf-32"),
    "is compressed with gzip; let its name end in .gz": gzip.compress(b"n,t\n1,a\n"),
    "is a ZIP archive or a workbook; unpack it, or save the sheet as CSV": b"PK\x03\x04\n\n\n\n\n\n\n",
    "is Parquet; let its name end in .parquet": b"PAR1\n\n\n",
}


@pytest.mark.parametrize("said", FOREIGN)
@pytest.mark.parametrize("name", ["e.csv", "e.jsonl", "e.csv.gz"])
def test_what_is_no_utf_8_text_is_one_row_that_says_so(tmp_path: Path, name: str, said: str):
    """Whatever its name promises: one bad_file row with the remedy, not a row of noise for every line."""
    data = FOREIGN[said]
    (tmp_path / name).write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    assert rows_of(tmp_path / name) == [Bad(RejectReason.BAD_FILE, f"the file {said}", "")]


@pytest.mark.parametrize(
    ("name", "remedy"),
    [
        ("e.csv.zip", "unpack it"),
        ("e.xlsx", "save the sheet as CSV"),
        ("e.json", "write one object a line"),
        ("e.parquet.gz", "name it"),
        ("e.avro", r"name it \*.jsonl"),
    ],
)
def test_formats_that_are_not_read_are_refused_with_the_remedy(tmp_path: Path, name: str, remedy: str):
    """A sentence that names the file and what to do."""
    (tmp_path / name).write_bytes(b"x")
    with pytest.raises(BadInputError, match=f"{name} is not in a format that we read; {remedy}"):
        rows_of(tmp_path / name)


def test_endings_may_be_in_capitals(tmp_path: Path):
    """Some systems write names so."""
    (tmp_path / "EXPORT.CSV").write_text("n\n1\n")
    (tmp_path / "LOG.JSONL.GZ").write_bytes(gzip.compress(b'{"n": 1}\n'))
    assert rows_of(tmp_path / "EXPORT.CSV") == [{"n": "1"}]
    assert rows_of(tmp_path / "LOG.JSONL.GZ") == [{"n": 1}]


@pytest.mark.parametrize(
    "head",
    ["Event ID,reader-id,ARTICLE_ID, Occurred.At ,kind", "event_id,Reader ID,article_id,occurred_at,kind"],
)
def test_columns_may_be_written_otherwise(tmp_path: Path, head: str):
    """Case, spaces, dashes and full stops do not matter; a column that has the exact name counts before one like it."""
    (tmp_path / "e.csv").write_text(f"{head},Kind\ne1,r1,a1,2026-03-01T10:00Z,read,nonsense\n")
    rows, reasons = prepared(tmp_path / "e.csv", Kind.READS)
    assert reasons == []
    names = (c.EVENT_ID, c.READER_ID, c.ARTICLE_ID, c.KIND, c.OCCURRED_AT)
    assert [tuple(row[name] for name in names) for row in rows] == [("e1", "r1", "a1", "read", AT)]


TIMES = {
    "seconds": pa.array([AT], pa.timestamp("s")),
    "milliseconds": pa.array([AT], pa.timestamp("ms", "UTC")),
    "microseconds": pa.array([AT], pa.timestamp("us", "Europe/Vienna")),
    "nanoseconds": pa.array([AT], pa.timestamp("ns")),
    "nanoseconds, zone": pa.array([AT], pa.timestamp("ns", "+05:30")),
    "text": pa.array(["2026-03-01T11:00:00+01:00"]),
    "large text": pa.array(["2026-03-01 10:00"], pa.large_string()),
    "dictionary": pa.array(["2026-03-01T10:00Z"]).dictionary_encode(),
}


@pytest.mark.parametrize("unit", TIMES)
def test_times_of_parquet_are_the_same_moment_in_every_unit(tmp_path: Path, unit: str):
    """With a zone or without, which means UTC."""
    one = {"event_id": ["e1"], "reader_id": ["r"], "article_id": ["a"], "kind": ["read"]}
    pq.write_table(pa.table({**one, "occurred_at": TIMES[unit]}), tmp_path / "e.parquet", store_schema=True)
    rows, reasons = prepared(tmp_path / "e.parquet", Kind.READS)
    assert (reasons, [row[c.OCCURRED_AT] for row in rows]) == ([], [AT])


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        (pa.array([7, None], pa.uint64()), "7"),
        (pa.array([2**63 + 1, None], pa.uint64()), "9223372036854775809"),
        (pa.array([7.0, None]), "7"),
        (pa.array([7.5, None]), None),
        (pa.array([2.0**60, None]), None),
        (pa.array([Decimal("7.00"), None], pa.decimal128(12, 2)), "7"),
        (pa.array(["r 7", None], pa.large_string()), "r 7"),
        (pa.array(["r 7", None], pa.string_view()), "r 7"),
        (pa.array([b"r 7", None]), "r 7"),
        (pa.array([b"r\xff", None]), None),
        (pa.array(["r 7", None]).dictionary_encode(), "r 7"),
        (pa.array([uuid.UUID(int=7).bytes, None], pa.binary(16)).cast(pa.uuid()) if hasattr(pa, "uuid") else None,
         "00000000-0000-0000-0000-000000000007"),
    ],
)  # fmt: skip
def test_ids_of_parquet_are_text_whatever_their_type(tmp_path: Path, written: pa.Array, stored: str | None):
    """Whole numbers of any type become their digits; what cannot be told from its neighbours, or is no text, is not."""
    two = {"event_id": ["e1", "e2"], "article_id": ["a", "a"], "kind": ["read", "read"], "occurred_at": [AT, AT]}
    pq.write_table(pa.table({**two, "reader_id": written}), tmp_path / "e.parquet")
    rows, reasons = prepared(tmp_path / "e.parquet", Kind.READS)
    assert [row[c.READER_ID] for row in rows] == ([stored] if stored else [])
    assert reasons == (["missing_field"] if stored else [reasons[0], "missing_field"])
    assert reasons[0] in ("missing_field", "bad_text", "bad_encoding")


@pytest.mark.parametrize(
    ("written", "seconds"),
    [
        (pa.array([timedelta(seconds=90.5)], pa.duration("us")), 90.5),
        (pa.array([timedelta(seconds=90.5)], pa.duration("ns")), 90.5),
        (pa.array([timedelta(seconds=90)], pa.duration("s")), 90.0),
        (pa.array([Decimal("90.5")]), 90.5),
        (pa.array([90], pa.uint16()), 90.0),
        (pa.array([90.5], pa.float32()), 90.5),
        (pa.array(["90.5"]), 90.5),
        (pa.array(["0:01:30.5"]), 90.5),
        (pa.array([float("nan")]), None),
        (pa.nulls(1), None),
    ],
)
def test_reading_times_of_parquet_are_seconds(tmp_path: Path, written: pa.Array, seconds: float | None):
    """Durations of any unit, numbers of any type, and hours, minutes and seconds as spreadsheets write them."""
    one = {"event_id": ["e1"], "reader_id": ["r"], "article_id": ["a"], "kind": ["read"], "occurred_at": [AT]}
    pq.write_table(pa.table({**one, "dwell_seconds": written}), tmp_path / "e.parquet")
    rows, reasons = prepared(tmp_path / "e.parquet", Kind.READS)
    assert (reasons, [row[c.DWELL_SECONDS] for row in rows]) == ([], [seconds])


def test_a_bare_number_is_no_time(tmp_path: Path):
    """Nobody says whether it counts seconds or thousandths: the row is quarantined, not loaded in another century."""
    one = {"event_id": ["e1"], "reader_id": ["r"], "article_id": ["a"], "kind": ["read"]}
    numbers: list[Any] = [1772359200, 1772359200000, "1772359200", "1772359200000", 1772359200.0]
    for number in numbers:
        pq.write_table(pa.table({**one, "occurred_at": [number]}), tmp_path / "e.parquet")
        assert prepared(tmp_path / "e.parquet", Kind.READS) == ([], ["bad_time"])


def test_a_time_beyond_all_calendars_costs_its_row_only(tmp_path: Path):
    """Year 300,000 in seconds: its row is bad, the one beside it is read."""
    times = pa.array([9_404_000_000_000, 1_772_359_200], pa.int64()).cast(pa.timestamp("s"))
    two = {"event_id": ["e1", "e2"], "reader_id": ["r", "r"], "article_id": ["a", "a"], "kind": ["read", "read"]}
    pq.write_table(pa.table({**two, "occurred_at": times}), tmp_path / "e.parquet")
    rows, reasons = prepared(tmp_path / "e.parquet", Kind.READS)
    assert ([row[c.EVENT_ID] for row in rows], reasons) == (["e2"], ["bad_time"])


LISTS = {
    "jsonl": [{"interests": ["Sport", "x, y", None]}, {"interests": []}, {"interests": None}],
    "csv": [{"interests": '["Sport", "x, y"]'}, {"interests": "[]"}, {"interests": ""}],
    "csv, bars": [{"interests": "Sport|x, y"}, {"interests": "{}"}, {"interests": " "}],
    "csv, array": [{"interests": '{Sport,"x, y",NULL}'}, {"interests": "{}"}, {"interests": None}],
    "parquet": [{"interests": ["Sport", "x, y", None]}, {"interests": []}, {"interests": None}],
}


@pytest.mark.parametrize("way", LISTS)
def test_interests_are_a_list_whichever_way_they_come(tmp_path: Path, way: str):
    """JSON, Parquet, and in CSV as JSON, with bars, or as PostgreSQL writes an array: picked two, none, never asked."""
    ending = way.partition(",")[0]
    rows = [{"reader_id": f"r{n}", "signed_up_at": "2026-03-01", **row} for n, row in enumerate(LISTS[way])]
    path = tmp_path / f"r.{ending}"
    if ending == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    elif ending == "csv":
        table = ["reader_id;signed_up_at;interests"]
        quoted = [str(row["interests"] or "").replace('"', '""') for row in rows]
        table += [f'{row["reader_id"]};{row["signed_up_at"]};"{text}"' for row, text in zip(rows, quoted, strict=True)]
        path.write_text("\n".join(table) + "\n")
    else:
        path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    found, reasons = prepared(path, Kind.READERS)
    assert reasons == []
    assert [row[c.INTERESTS] for row in found] == [("sport", "x, y"), (), None]


def test_one_section_and_its_authors_of_several(tmp_path: Path):
    """Of a list of sections the first, of authors all; an object is no section; dates are their first moment."""
    article = {"article_id": "a", "url": "https://p.example/1", "title": "T", "first_seen_at": "2026-03-01"}
    given = [
        {**article, "category": ["World", "Asia"], "author": ["Ann", "Bob"]},
        {**article, "category": '["World"]', "author": "[staff"},
        {**article, "category": {"name": "World"}},
    ]
    (tmp_path / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in given))
    rows, reasons = prepared(tmp_path / "a.jsonl", Kind.ARTICLES)
    assert [(row[c.CATEGORY], row[c.AUTHOR], row[c.FIRST_SEEN_AT]) for row in rows] == [
        ("world", "Ann, Bob", datetime(2026, 3, 1, tzinfo=UTC)),
        ("world", "[staff", datetime(2026, 3, 1, tzinfo=UTC)),
    ]
    assert reasons == ["bad_text"]
    typed = {**article, "first_seen_at": date(2026, 3, 1), "category": ["World", "Asia"]}
    pq.write_table(pa.Table.from_pylist([typed]), tmp_path / "a.parquet")
    (row,), _ = prepared(tmp_path / "a.parquet", Kind.ARTICLES)
    assert (row[c.CATEGORY], row[c.FIRST_SEEN_AT]) == ("world", datetime(2026, 3, 1, tzinfo=UTC))
