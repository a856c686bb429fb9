"""The Adressa importer: page views of articles become reads with their active time; the front page's do not."""

import gzip
from pathlib import Path
from typing import Any

import orjson
import pytest

from frontpage.core.errors import BadInputError
from frontpage.core.schema.canonical import Kind, field_names, required_names
from frontpage.newsroom.importers import importer_of
from frontpage.newsroom.importing.base import ImportReport, import_with

T0 = 1_483_300_000  # 2017-01-01 19:46:40 UTC
EVENT = {
    "eventId": 12, "userId": "cx:1", "id": "abc", "time": T0, "activeTime": 44, "title": "Elg i hagen",
    "canonicalUrl": "http://avis.example/nyheter/Elg.ece", "url": "http://avis.example/elg.ece",
    "publishtime": "2017-01-01T15:48:48.000Z", "category1": "Nyheter|Trondheim", "author": ["kari", "ola"],
    "keywords": "elg,hage", "city": "trondheim", "region": "sor-trondelag", "country": "no", "deviceType": "Mobile",
    "os": "Android", "referrerHostClass": "direct", "sessionStart": True, "sessionStop": False,
}  # fmt: skip


def _event(without: tuple[str, ...] = (), **changes: Any) -> bytes:
    event = {name: value for name, value in (EVENT | changes).items() if name not in without}
    return orjson.dumps(event, option=orjson.OPT_APPEND_NEWLINE)


def _days(folder: Path, *days: bytes) -> Path:
    folder.mkdir()
    for number, day in enumerate(days, 1):
        (folder / f"2017010{number}").write_bytes(day)
    return folder


def _import(source: Path, out: Path) -> ImportReport:
    return import_with(importer_of("adressa"), source, out)


def _rows(out: Path, kind: Kind) -> list[dict]:
    return [orjson.loads(line) for line in (out / kind.value / "adressa.jsonl").read_bytes().splitlines()]


def test_a_page_view_is_a_read_with_its_active_time(tmp_path: Path) -> None:
    """Where, on what and from where come along."""
    _import(_days(tmp_path / "in", _event()), tmp_path / "out")
    (read,) = _rows(tmp_path / "out", Kind.READS)
    assert read.pop("event_id")
    assert read == {
        "reader_id": "cx:1", "article_id": "abc", "occurred_at": "2017-01-01T19:46:40Z",
        "recorded_at": "2017-01-01T19:46:40Z", "dwell_seconds": 44.0, "kind": "read", "region": "sor-trondelag",
        "device": "mobile", "referrer": "direct",
    }  # fmt: skip


@pytest.mark.parametrize("value", [None, -3, "much", True])
def test_time_that_was_not_measured_is_left_out(tmp_path: Path, value: object) -> None:
    """Absent, negative or no number."""
    _import(_days(tmp_path / "in", _event(activeTime=value)), tmp_path / "out")
    assert "dwell_seconds" not in _rows(tmp_path / "out", Kind.READS)[0]


def test_an_article_is_what_its_events_say(tmp_path: Path) -> None:
    """The first value known counts; the section is the first of the path, the publication where it is before."""
    _import(_days(tmp_path / "in", _event(without=("title", "author"), time=T0 + 60), _event()), tmp_path / "out")
    assert _rows(tmp_path / "out", Kind.ARTICLES) == [
        {"article_id": "abc", "url": "http://avis.example/nyheter/Elg.ece", "title": "Elg i hagen", "language": "no",
         "category": "nyheter", "author": "kari, ola", "published_at": "2017-01-01T15:48:48Z",
         "first_seen_at": "2017-01-01T15:48:48Z"}
    ]  # fmt: skip
    assert _rows(tmp_path / "out", Kind.READERS) == [
        {"reader_id": "cx:1", "signed_up_at": "2017-01-01T19:46:40Z", "region": "sor-trondelag"}
    ]


def test_an_article_of_which_nothing_is_known(tmp_path: Path) -> None:
    """It still has a title and an address; a publication after the first event is none."""
    bare = ("title", "canonicalUrl", "url", "category1", "author")
    _import(_days(tmp_path / "in", _event(without=bare, publishtime="2018-01-01T00:00:00.000Z")), tmp_path / "out")
    assert _rows(tmp_path / "out", Kind.ARTICLES) == [
        {"article_id": "abc", "url": "https://adressa.example/articles/abc", "title": "Article abc", "language": "no",
         "first_seen_at": "2017-01-01T19:46:40Z"}
    ]  # fmt: skip


def test_every_line_is_a_read_or_counted(tmp_path: Path) -> None:
    """Rows in = reads + dropped; the same event is known again in another file."""
    lines = [_event(), _event(), _event(without=("id",)), _event(userId=""), _event(time="soon"), _event(time=-1),
             b"{cut\n", b"[1]\n", b"\n", _event(userId="cx:2")]  # fmt: skip
    report = _import(_days(tmp_path / "in", b"".join(lines), _event()), tmp_path / "out")
    assert report.dropped == {
        "events": {"repeated_event": 2, "front_page": 1, "no_reader": 1, "bad_time": 2, "bad_json": 2}
    }
    assert report.rows_in["events"] == 10 == report.rows_out["reads"] + report.n_dropped


def test_days_may_be_gzip_or_one_file(tmp_path: Path) -> None:
    """Both give the same bytes as the plain folder."""
    _import(_days(tmp_path / "in", _event()), tmp_path / "plain")
    packed = tmp_path / "20170101.gz"
    packed.write_bytes(gzip.compress(_event()))
    _import(packed, tmp_path / "packed")
    for kind in (Kind.READS, Kind.ARTICLES, Kind.READERS):
        assert _rows(tmp_path / "plain", kind) == _rows(tmp_path / "packed", kind)
        for row in _rows(tmp_path / "plain", kind):
            assert set(required_names(kind)) <= set(row) <= set(field_names(kind))


@pytest.mark.parametrize(("name", "content", "remedy"), [
    (".hidden", b"", "holds no files; give the folder"),
    ("20170101.gz", b"not gzip", r"20170101\.gz is not a whole gzip file"),
    ("20170101", b"", "holds no usable adressa row"),
])  # fmt: skip
def test_a_broken_data_set_is_one_sentence_and_leaves_nothing(
    tmp_path: Path, name: str, content: bytes, remedy: str
) -> None:
    """Missing, foreign and empty files are named with the remedy."""
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / name).write_bytes(content)
    with pytest.raises(BadInputError, match=remedy):
        _import(tmp_path / "in", tmp_path / "out")
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_file()]
