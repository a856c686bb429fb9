"""The MIND importer: candidates become impressions, clicked ones reads; histories without times are only counted."""

from collections.abc import Sequence
from pathlib import Path

import orjson
import pytest

from frontpage.core.errors import BadInputError
from frontpage.core.schema.canonical import Kind, field_names, required_names
from frontpage.newsroom.importers import importer_of
from frontpage.newsroom.importing.base import ImportReport, import_with

NEWS = ["N1\tSports\tgolf\tA hole in one\tHe did it.\thttps://news.example/N1.html\t[]\t[]",
        "N2\tnews\tworld\tElsewhere\t\tnot an address\t[]\t[]",
        "N3\tfood\trecipes\tSoup\tHot.\thttps://news.example/N3.html\t[]\t[]"]  # fmt: skip


def _mind(folder: Path, behaviours: Sequence[str], news: Sequence[str] = NEWS) -> Path:
    folder.mkdir(parents=True)
    (folder / "news.tsv").write_text("\n".join(news) + "\n")
    (folder / "behaviors.tsv").write_text("\n".join(behaviours) + "\n")
    return folder


def _import(source: Path, out: Path) -> ImportReport:
    return import_with(importer_of("mind"), source, out)


def _rows(out: Path, kind: Kind) -> list[dict]:
    return [orjson.loads(line) for line in (out / kind.value / "mind.jsonl").read_bytes().splitlines()]


def test_clicked_candidates_are_reads_at_the_time_of_the_impression(tmp_path: Path) -> None:
    """All candidates are impressions without a position; a 12-hour clock is understood."""
    source = _mind(tmp_path / "in", ["7\tU9\t11/11/2019 9:05:58 PM\t\tN1-0 N2-1"])
    _import(source, tmp_path / "out")
    at = "2019-11-11T21:05:58Z"
    assert _rows(tmp_path / "out", Kind.IMPRESSIONS) == [
        {"impression_id": "7", "reader_id": "U9", "occurred_at": at, "article_id": "N1", "clicked": False},
        {"impression_id": "7", "reader_id": "U9", "occurred_at": at, "article_id": "N2", "clicked": True},
    ]
    assert _rows(tmp_path / "out", Kind.READS) == [
        {"event_id": "7-N2", "reader_id": "U9", "article_id": "N2", "occurred_at": at, "recorded_at": at,
         "kind": "read"}
    ]  # fmt: skip


def test_histories_are_counted_and_not_made_up(tmp_path: Path) -> None:
    """Nothing says when they were read; that they were says only that the articles were there before the log."""
    source = _mind(tmp_path / "in", ["8\tU9\t11/12/2019 8:00:00 AM\tN3 N1\tN1-0",
                                     "7\tU9\t11/11/2019 8:00:00 AM\t\tN2-0"])  # fmt: skip
    report = _import(source, tmp_path / "out")
    assert report.notes["history_clicks_without_time"] == 2
    assert not (tmp_path / "out" / "reads").exists()
    seen = {row["article_id"]: row["first_seen_at"] for row in _rows(tmp_path / "out", Kind.ARTICLES)}
    assert seen == {"N1": "2019-11-12T08:00:00Z", "N2": "2019-11-11T08:00:00Z", "N3": "2019-11-11T08:00:00Z"}
    assert _rows(tmp_path / "out", Kind.READERS) == [{"reader_id": "U9", "signed_up_at": "2019-11-11T08:00:00Z"}]


def test_articles_have_what_the_publisher_says(tmp_path: Path) -> None:
    """A section in lower case, a teaser if there is one, and an address of our own where theirs is none."""
    _import(_mind(tmp_path / "in", ["7\tU9\t11/11/2019 9:05:58 AM\t\tN1-0 N2-1"]), tmp_path / "out")
    assert _rows(tmp_path / "out", Kind.ARTICLES) == [
        {"article_id": "N1", "url": "https://news.example/N1.html", "title": "A hole in one", "summary": "He did it.",
         "language": "en", "category": "sports", "first_seen_at": "2019-11-11T09:05:58Z"},
        {"article_id": "N2", "url": "https://mind.example/news/N2", "title": "Elsewhere", "language": "en",
         "category": "news", "first_seen_at": "2019-11-11T09:05:58Z"},
    ]  # fmt: skip


def test_every_row_is_used_or_counted(tmp_path: Path) -> None:
    """Each dropped article, line and candidate has a reason."""
    news = [*NEWS, NEWS[0], "N4\tnews\tworld\t\t\thttps://news.example/4\t[]\t[]", "N5\tnews"]
    behaviours = ["1\tU1\t11/11/2019 9:05:58 AM\t\tN1-1 N1-1 N2 N2-7 N404-1", "2\tU1\t2019-11-11\t\tN1-1",
                  "3\t\t11/11/2019 9:05:58 AM\t\tN1-1", "4\tU1", "5\tU1\t11/11/1019 9:05:58 AM\t\tN1-1"]  # fmt: skip
    report = _import(_mind(tmp_path / "in", behaviours, news), tmp_path / "out")
    assert report.dropped == {
        "news.tsv": {"repeated_article": 1, "no_id_or_title": 1, "wrong_number_of_cells": 1, "never_shown": 2},
        "behaviors.tsv": {"bad_time": 2, "no_impression_or_reader": 1, "wrong_number_of_cells": 1},
        "behaviors.tsv candidates": {"repeated_candidate": 1, "malformed_candidate": 2, "unknown_article": 1},
    }
    assert report.rows_in == {"news.tsv": 6, "behaviors.tsv": 5, "behaviors.tsv candidates": 5}
    assert report.rows_out == {"articles": 1, "readers": 1, "impressions": 1, "reads": 1}


def test_parts_number_their_impressions_anew(tmp_path: Path) -> None:
    """Train and dev in folders of their own: ids get the part's name, articles in both are written once."""
    for part in ("dev", "train"):
        _mind(tmp_path / "in" / part, ["1\tU9\t11/11/2019 9:05:58 AM\t\tN1-1"])
    report = _import(tmp_path / "in", tmp_path / "out")
    assert [row["event_id"] for row in _rows(tmp_path / "out", Kind.READS)] == ["dev-1-N1", "train-1-N1"]
    assert report.rows_out["articles"] == 1


def test_rows_have_the_canonical_fields(tmp_path: Path) -> None:
    """Required fields are there, no field is unknown."""
    _import(_mind(tmp_path / "in", ["7\tU9\t11/11/2019 9:05:58 AM\tN3\tN1-0 N2-1"]), tmp_path / "out")
    for kind in Kind:
        for row in _rows(tmp_path / "out", kind):
            assert set(required_names(kind)) <= set(row) <= set(field_names(kind))


def test_a_folder_without_the_files_is_refused(tmp_path: Path) -> None:
    """One sentence with the remedy; a log without a usable row leaves nothing."""
    with pytest.raises(BadInputError, match=r"holds no behaviors\.tsv, nor does a folder in it; give"):
        _import(tmp_path, tmp_path / "out")
    with pytest.raises(BadInputError, match="holds no usable mind row"):
        _import(_mind(tmp_path / "in", ["7\tU9\tnever\t\tN1-0"]), tmp_path / "out")
