"""Cutting files, reading them, and knowing what was read."""

import gzip
import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from etl import blocks
from etl.blocks import Bad, Range, SourcePart
from etl.plan import FilePlan, Pending, plan_file
from etl.reading import lines
from etl.reading.decode import read_file_blocks
from etl.reading.files import File, list_feed_files, list_files
from etl.reading.source_plan import PullPlan
from etl.reading.sources import FileSource, parse_source
from frontpage.core.errors import BadInputError, UnavailableError
from frontpage.core.schema.canonical import Kind

AS_OF = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.fixture(autouse=True)
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Blocks of four lines, so that small files have several."""
    monkeypatch.setattr(lines, "BLOCK_ROWS", 4)
    monkeypatch.setattr("etl.reading.decode.BLOCK_ROWS", 4)


def the_file(path: Path) -> File:
    return list_files(FileSource("x", f"file://{path}", Kind.READS))[0]


def read_all(plan: FilePlan) -> list[tuple[int, object]]:
    return [row for part in plan.parts for block in read_file_blocks(part) for row in block.rows]


@pytest.mark.parametrize("ending", ["jsonl", "jsonl.gz", "csv", "csv.gz"])
def test_every_row_is_read_once_under_its_line_number(tmp_path: Path, ending: str):
    """Ten rows in blocks of four: rows, blank lines and, of JSON, a last line without an end keep their numbers."""
    is_csv = "csv" in ending
    rows = (
        ["n,t", *(f'{n},"x\ny"' for n in range(3)), "", "3,z", ""]
        if is_csv
        else [*(f'{{"n": {n}}}' for n in range(9)), "", '{"n": 9}']
    )
    data = "\n".join(rows).encode()
    path = tmp_path / f"e.{ending}"
    path.write_bytes(gzip.compress(data) if ending.endswith("gz") else data)
    found = read_all(plan_file(the_file(path), None, AS_OF))
    numbers = [row_no for row_no, _ in found]
    assert numbers == ([2, 4, 6, 9] if is_csv else [1, 2, 3, 4, 5, 6, 7, 8, 9, 11])
    assert [str(row["n"]) for _, row in found] == [str(n) for n in range(4 if is_csv else 10)]


def test_cuts_never_split_a_row(tmp_path: Path):
    """Ranges join up from byte 0 to the end, start at line starts, and leave quoted newlines alone."""
    data = b"".join(b'%d,"a\nb"\n' % n for n in range(50))
    (tmp_path / "x").write_bytes(data)
    with (tmp_path / "x").open("rb") as handle:
        cut = lines.cut_file(handle, len(data), 0, 1, quoted=True)
    assert [one.start for one in cut.ranges[1:]] == [one.end for one in cut.ranges[:-1]]
    assert (cut.ranges[0].start, cut.ranges[-1].end) == (0, len(data))
    assert all(data[one.start : one.end].count(b'"') % 2 == 0 for one in cut.ranges)
    assert sum(one.n_rows for one in cut.ranges) == cut.complete_rows == 100


def test_a_consumed_file_is_left_alone_until_it_changes(tmp_path: Path):
    """No parts for the same size and time; the appended lines for one that grew; all of it for one rewritten."""
    path = tmp_path / "e.jsonl"
    path.write_text('{"n": 1}\n{"n": 2}\n')
    state = plan_file(the_file(path), None, AS_OF).next_state([])
    assert plan_file(the_file(path), state, AS_OF).parts == []
    with path.open("a") as handle:
        handle.write('{"n": 3}\n')
    assert read_all(plan_file(the_file(path), state, AS_OF)) == [(3, {"n": 3})]
    path.write_text('{"n": 9}\n{"n": 2}\n{"n": 3}\n')
    assert len(read_all(plan_file(the_file(path), state, AS_OF))) == 3


def test_a_line_without_an_end_is_read_again_when_the_file_grows(tmp_path: Path):
    """The writer may still be at it: the torn line is bad now and whole later, under the same number."""
    path = tmp_path / "e.jsonl"
    path.write_text('{"n": 1}\n{"n": ')
    plan = plan_file(the_file(path), None, AS_OF)
    assert [isinstance(row, Bad) for _, row in read_all(plan)] == [False, True]
    state = plan.next_state([])
    path.write_text('{"n": 1}\n{"n": 2}\n')
    os.utime(path, (1, 1))
    assert read_all(plan_file(the_file(path), state, AS_OF)) == [(2, {"n": 2})]


def test_a_csv_line_without_an_end_is_left_until_it_has_one_or_the_file_rests(tmp_path: Path):
    """Torn in its last number it would pass for a row: it is read when it is whole, or when nobody wrote any more."""
    path = tmp_path / "e.csv"
    path.write_text("n,t\n1,10\n2,18")
    first = plan_file(the_file(path), None, AS_OF)
    assert read_all(first) == [(2, {"n": "1", "t": "10"})]
    path.write_text("n,t\n1,10\n2,180.5\n3,7")
    os.utime(path, (time.time() - 1, time.time() - 1))
    second = plan_file(the_file(path), first.next_state([]), AS_OF)
    assert read_all(second) == [(3, {"n": "2", "t": "180.5"})]
    third = plan_file(the_file(path), second.next_state([]), AS_OF)
    assert read_all(third) == [(4, {"n": "3", "t": "7"})]
    assert plan_file(the_file(path), third.next_state([]), AS_OF).parts == []
    os.utime(path, (1, 1))
    assert len(read_all(plan_file(the_file(path), None, AS_OF))) == 3


@pytest.mark.parametrize("name", ["e.jsonl", "e.csv", "e.csv.gz"])
def test_a_file_that_is_gone_is_no_damage(tmp_path: Path, name: str):
    """Moved away after it was listed, or after it was planned: unavailable, so that the next pull reads it."""
    path = tmp_path / name
    path.write_bytes(gzip.compress(b"n\n1\n") if name.endswith("gz") else b"n\n1\n")
    file = the_file(path)
    plan = plan_file(file, None, AS_OF)
    path.rename(tmp_path / "away")
    with pytest.raises(UnavailableError, match="cannot be read"):
        read_all(plan)
    with pytest.raises(UnavailableError, match="cannot be read"):
        plan_file(file, None, AS_OF)


@pytest.mark.parametrize("hours", [0, 2])
def test_a_waiting_line_without_an_end_is_not_read_twice_when_the_file_grows(tmp_path: Path, hours: int):
    """Whether its time has come or not: the new cut covers it, no two parts share an id, and no row is left out."""
    path = tmp_path / "e.jsonl"
    path.write_text('{"n":1}\n{"n":2}')
    plan = plan_file(the_file(path), None, AS_OF)
    torn = [block.range for part in plan.parts for block in read_file_blocks(part)][-1]
    state = plan.next_state([Pending(torn, AS_OF + timedelta(hours=1), 1)])
    path.write_text('{"n":1}\n{"n":2}\n{"n":3}\n')
    grown = plan_file(the_file(path), state, AS_OF + timedelta(hours=hours))
    assert len({part.part_id for part in grown.parts}) == len(grown.parts)
    assert [row_no for row_no, _ in read_all(grown) if row_no > 1] == [2, 3]


@pytest.mark.parametrize("ending", ["jsonl", "jsonl.gz"])
def test_ranges_that_wait_are_read_when_their_time_comes(tmp_path: Path, ending: str):
    """Only the range with later rows is read again, and not before the earliest of them."""
    data = "".join(f'{{"n": {n}}}\n' for n in range(10)).encode()
    path = tmp_path / f"e.{ending}"
    path.write_bytes(gzip.compress(data) if ending.endswith("gz") else data)
    plan = plan_file(the_file(path), None, AS_OF)
    extents = [block.range for part in plan.parts for block in read_file_blocks(part)]
    assert [one.first_row for one in extents] == [1, 5, 9]
    state = plan.next_state([Pending(extents[1], AS_OF + timedelta(hours=2), 3)])
    early = plan_file(the_file(path), state, AS_OF + timedelta(hours=1))
    assert (early.parts, early.next_state([])) == ([], state)
    due = plan_file(the_file(path), state, AS_OF + timedelta(hours=2))
    assert [row_no for row_no, _ in read_all(due)] == [5, 6, 7, 8]
    assert due.next_state([])["pending"] == []


def test_a_row_without_end_costs_itself_only(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A line longer than we take is one too_large row; what comes after it is read."""
    monkeypatch.setattr("etl.reading.decode.MAX_ROW_BYTES", 100)
    monkeypatch.setattr("etl.reading.formats.json_lines.MAX_ROW_BYTES", 100)
    monkeypatch.setattr("etl.reading.decode._LARGE_RANGE", 500)
    path = tmp_path / "e.jsonl"
    path.write_bytes(b'{"n": 1}\n{"n": "' + b"x" * 5000 + b'"}\n{"n": 3}\n')
    found = read_all(plan_file(the_file(path), None, AS_OF))
    assert [row_no for row_no, _ in found] == [1, 2, 3]
    assert isinstance(found[1][1], Bad)
    assert found[1][1].reason == "too_large"
    assert len(found[1][1].payload) <= blocks.MAX_PAYLOAD_CHARACTERS


def test_other_programs_files_are_no_data(tmp_path: Path):
    """Hidden, marker and unfinished files are left out; anything else in a wrong format is an error that names it."""
    folder = tmp_path / "reads"
    folder.mkdir()
    for name in ("a.jsonl", ".hidden.jsonl", "_SUCCESS", "b.jsonl.partial"):
        (folder / name).write_text("")
    source = parse_source(str(tmp_path))
    assert [file.name for file in list_files(source)] == ["reads/a.jsonl"]
    (folder / "table.xls").write_text("")
    with pytest.raises(BadInputError, match=r"reads/table\.xls is not in a format that we read"):
        list_files(source)


@pytest.mark.parametrize(
    ("place", "names"),
    [
        ("reads/a.jsonl", ["a.jsonl"]),
        ("reads/*.jsonl", ["a.jsonl"]),
        ("reads", ["a.jsonl", "dt=1/p.jsonl", "dt=2/p.jsonl"]),
        ("reads/dt=*/p.jsonl", ["dt=1/p.jsonl", "dt=2/p.jsonl"]),
        ("reads/dt=[2]/*", ["dt=2/p.jsonl"]),
    ],
)
def test_files_are_named_from_the_folder_that_they_share(tmp_path: Path, place: str, names: list[str]):
    """A single file and files directly in the folder by their own name, others by their path from there; feeds, too."""
    for name in ("a.jsonl", "dt=1/p.jsonl", "dt=2/p.jsonl"):
        path = tmp_path / "reads" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("")
    assert [file.name for file in list_files(parse_source(f"reads+{tmp_path}/{place}"))] == names
    assert [name for name, _ in list_feed_files(parse_source(f"feed+{tmp_path}/{place}"))] == names


def test_two_parts_of_one_name_are_bad_input():
    """One would be taken for the other: the sentence names both places, without passwords."""
    parts = [SourcePart("e.jsonl", Kind.READS, "e.jsonl", f"http://u:geheim@h/{n}/e.jsonl", "jsonl") for n in (1, 2)]
    with pytest.raises(BadInputError, match=r"http://h/1/e\.jsonl and http://h/2/e\.jsonl have the same name here"):
        PullPlan(parts).check_complete({})


def test_a_place_has_one_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Relative path, absolute path and file URL are one source; passwords are in no name."""
    monkeypatch.chdir(tmp_path)
    names = {parse_source(uri).name for uri in (".", str(tmp_path), f"file://{tmp_path}")}
    assert names == {f"file://{tmp_path}"}
    (tmp_path / "q.sql").write_text("select 1")
    source = parse_source("sql+postgresql://u:geheim@h:5/d?kind=reads&query_file=q.sql&sslmode=require")
    assert "geheim" not in source.name + repr(source)
    assert source.url == "postgresql://u:geheim@h:5/d?sslmode=require"
    assert Range(1, 2) == Range(1, 2, 0, 0)
