"""The globo importer: hourly clicks become reads, every other row is counted, and no reading time is made up."""

import gzip
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import orjson
import pytest
from pyarrow import parquet

from frontpage.core.errors import BadInputError
from frontpage.core.schema.canonical import Kind, field_names, required_names
from frontpage.newsroom.importers import importer_of
from frontpage.newsroom.importing.base import ImportReport, import_with

CLICKS = (
    "user_id,session_id,session_start,session_size,click_article_id,click_timestamp,"
    "click_environment,click_deviceGroup,click_os,click_country,click_region,click_referrer_type"
)
METADATA = "article_id,category_id,created_at_ts,publisher_id,words_count"
T0 = 1_507_000_000_000  # 2017-10-03 03:06:40 UTC


def _click(user: object = 5, article: object = 77, at: object = T0, *, session: object = 900, rest: str = "") -> str:
    return f"{user},{session},{T0},2,{article},{at},{rest or '4,3,20,1,21,2'}"


def _log(folder: Path, *hours: Sequence[str], metadata: Sequence[str] = ()) -> Path:
    (folder / "clicks").mkdir(parents=True, exist_ok=True)
    for hour, clicks in enumerate(hours):
        (folder / "clicks" / f"clicks_hour_{hour:03d}.csv").write_text("\n".join([CLICKS, *clicks]) + "\n")
    if metadata:
        (folder / "articles_metadata.csv").write_text("\n".join([METADATA, *metadata]) + "\n")
    return folder


def _import(source: Path, out: Path) -> ImportReport:
    return import_with(importer_of("globo"), source, out)


def _reads(out: Path) -> list[dict]:
    return parquet.read_table(out / "reads" / "globo.parquet").to_pylist()


def _rows(out: Path, kind: Kind) -> list[dict]:
    return [orjson.loads(line) for line in (out / kind.value / "globo.jsonl").read_bytes().splitlines()]


def test_a_click_becomes_a_read_with_its_context(tmp_path: Path) -> None:
    """Numbers get a word in front, so that they are short stable names; the operating system is left out."""
    report = _import(_log(tmp_path / "in", [_click()]), tmp_path / "out")
    moment = datetime.fromtimestamp(T0 / 1000, UTC)
    assert _reads(tmp_path / "out") == [
        {"event_id": f"5-900-77-{T0}", "reader_id": "5", "article_id": "77", "occurred_at": moment,
         "recorded_at": moment, "kind": "read", "surface": "environment-4", "region": "region-1-21",
         "device": "device-3", "referrer": "referrer-2"}
    ]  # fmt: skip
    assert report.rows_out == {"reads": 1, "readers": 1, "articles": 1}


def test_no_reading_time_is_written(tmp_path: Path) -> None:
    """The last two clicks of every session are exactly 30 s apart: that is the recording, not reading."""
    source = _log(tmp_path / "in", [_click(article=1), _click(article=2, at=T0 + 30_000)])
    _import(source, tmp_path / "out")
    assert all("dwell_seconds" not in read for read in _reads(tmp_path / "out"))


def test_articles_and_readers_begin_at_their_first_click(tmp_path: Path) -> None:
    """Whatever the order of rows and files; a reader's region is the first one known."""
    source = _log(tmp_path / "in",
                  [_click(at=T0 + 9_000, rest="4,3,20,1,25,2"), _click(at=T0 + 5_000, rest="4,3,20,1,13,2")],
                  [_click(at=T0 + 1_000, rest="4,3,20,,,2"), _click(user=6, article=78, at=T0 + 2_500)])  # fmt: skip
    _import(source, tmp_path / "out")
    assert _rows(tmp_path / "out", Kind.READERS) == [
        {"reader_id": "5", "signed_up_at": "2017-10-03T03:06:41Z", "region": "region-1-13"},
        {"reader_id": "6", "signed_up_at": "2017-10-03T03:06:42.500000Z", "region": "region-1-21"},
    ]
    assert [row["first_seen_at"] for row in _rows(tmp_path / "out", Kind.ARTICLES)] == [
        "2017-10-03T03:06:41Z", "2017-10-03T03:06:42.500000Z",
    ]  # fmt: skip


def test_every_row_is_a_read_or_counted(tmp_path: Path) -> None:
    """Rows in = reads + dropped; a click is the same one wherever in the log it stands again."""
    first = [_click(), _click(), _click(user=""), _click(article="abc"), _click(session=""), _click(at=-5),
             _click(at="soon"), _click(at=12), _click(at=99_999_999_999_999), "5,900", "",
             _click(at=T0 + 1)]  # fmt: skip
    report = _import(_log(tmp_path / "in", first, [_click(), _click(article=78)]), tmp_path / "out")
    assert report.dropped == {
        "clicks_hour_*.csv": {"repeated_click": 2, "missing_id": 3, "bad_time": 4, "wrong_number_of_cells": 1}
    }
    assert report.rows_in["clicks_hour_*.csv"] == 13 == report.rows_out["reads"] + report.n_dropped


@pytest.mark.parametrize("content", [b"", (CLICKS + "\n").encode(), CLICKS.encode(), b"\xef\xbb\xbf"])
def test_an_empty_hour_is_no_fault(tmp_path: Path, content: bytes) -> None:
    """Zero bytes or a header only: nothing was clicked, or nothing recorded; the other hours come in."""
    source = _log(tmp_path / "in", [_click()], [_click(article=78)])
    (source / "clicks" / "clicks_hour_000.csv").write_bytes(content)
    report = _import(source, tmp_path / "out")
    assert (report.rows_out["reads"], report.notes["empty_files"]) == (1, 1)


def test_the_log_may_be_plain_or_gzip_in_either_folder_or_one_file(tmp_path: Path) -> None:
    """All of them give the same reads."""
    _import(_log(tmp_path / "in", [_click()]), tmp_path / "one")
    packed = tmp_path / "packed"
    packed.mkdir()
    (packed / "clicks_hour_000.csv.gz").write_bytes(gzip.compress(f"\ufeff{CLICKS}\r\n{_click()}\r\n".encode()))
    whole = tmp_path / "everything.csv"
    whole.write_text(f"\ufeff{CLICKS}\n{_click()}")
    for source in (packed, tmp_path / "in" / "clicks", whole):
        _import(source, tmp_path / "two")
        assert _reads(tmp_path / "two") == _reads(tmp_path / "one")


def test_the_first_version_of_the_data_set_has_less_context(tmp_path: Path) -> None:
    """Columns that are not there give no value."""
    (tmp_path / "clicks.csv").write_text("user_id,session_id,click_article_id,click_timestamp,click_deviceGroup\n"
                                         f"5,900,77,{T0},1\n")  # fmt: skip
    _import(tmp_path / "clicks.csv", tmp_path / "out")
    (read,) = _reads(tmp_path / "out")
    assert (read["device"], read["region"], read["surface"]) == ("device-1", None, None)


def test_metadata_give_category_and_publication(tmp_path: Path) -> None:
    """Created after the first click is no publication time; without a row only the id is known."""
    metadata = [f"77,281,{T0 - 60_000},0,168", f"77,281,{T0 - 60_000},0,168", f"78,5,{T0 + 60_000},0,9", "1,2,3,0,4"]
    source = _log(tmp_path / "in", [_click(), _click(article=78), _click(article=79)], metadata=metadata)
    for path in (source, source / "clicks"):
        report = _import(path, tmp_path / "out")
        articles = {row.pop("article_id"): row for row in _rows(tmp_path / "out", Kind.ARTICLES)}
        assert articles["77"] == {
            "url": "https://globo.example/articles/77", "title": "Article 77", "language": "pt",
            "category": "category-281", "published_at": "2017-10-03T03:05:40Z",
            "first_seen_at": "2017-10-03T03:06:40Z",
        }  # fmt: skip
        assert articles["78"]["category"] == "category-5"
        assert "published_at" not in articles["78"]
        assert "category" not in articles["79"]
        assert report.dropped["articles_metadata.csv"] == {"repeated_article": 1, "never_clicked": 1}
        assert report.notes["articles_without_metadata"] == 1


def test_rows_have_the_canonical_fields(tmp_path: Path) -> None:
    """Required fields are there, no field is unknown; importing again gives the same bytes."""
    source = _log(tmp_path / "in", [_click(), _click(user=6, at=T0 + 7)])
    for out in ("one", "two"):
        _import(source, tmp_path / out)
    assert set(required_names(Kind.READS)) <= set(_reads(tmp_path / "one")[0]) <= set(field_names(Kind.READS))
    for kind in (Kind.ARTICLES, Kind.READERS):
        for row in _rows(tmp_path / "one", kind):
            assert set(required_names(kind)) <= set(row) <= set(field_names(kind))
    for path in (tmp_path / "one").rglob("*.*"):
        assert path.read_bytes() == (tmp_path / "two" / path.relative_to(tmp_path / "one")).read_bytes()


@pytest.mark.parametrize(("name", "content", "remedy"), [
    ("clicks_hour_000.csv", b"a,b\n1,2\n", r"clicks_hour_000\.csv has no column 'user_id'"),
    ("clicks_hour_000.csv.gz", b"not gzip", r"clicks_hour_000\.csv\.gz is not a whole gzip file"),
    ("clicks_hour_000.csv.gz", gzip.compress(f"{CLICKS}\n{_click()}\n".encode() * 9_000)[:-400], "fetch it again"),
    ("clicks_hour_000.csv", b"", "holds no usable globo row"),
    ("clicks_hour_000.csv", f"{CLICKS}\n{_click(at=1)}\n".encode(), r"dropped: clicks_hour_\*\.csv: bad_time 1"),
    ("other.csv", b"", r"holds no clicks_hour_NNN\.csv"),
])  # fmt: skip
def test_a_broken_log_is_one_sentence_and_leaves_nothing(
    tmp_path: Path, name: str, content: bytes, remedy: str
) -> None:
    """Foreign, cut, empty or missing files are named with the remedy."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_bytes(content)
    with pytest.raises(BadInputError, match=remedy):
        _import(tmp_path / "in", tmp_path / "out")
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
