"""Importers: published files become canonical files, and every row that does not is counted with its reason."""

import gzip
from collections.abc import Sequence
from pathlib import Path

import orjson
import pytest

from frontpage.core.errors import BadInputError
from frontpage.core.schema.canonical import Kind, field_names, required_names
from frontpage.newsroom.importers import importer_of
from frontpage.newsroom.importing.base import ImportReport, import_with

EVENTS = "timestamp,eventType,contentId,personId,sessionId,userCountry"
ARTICLES = "sharedAt,eventType,contentId,contentType,url,title,lang"
NEWS = "news_id,abstract,headline,dateModified,url,datePublished"


def _deskdrop(folder: Path, events: Sequence[str], articles: Sequence[str] = ()) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "interactions.csv").write_text("\n".join([EVENTS, *events]) + "\n", encoding="utf-8")
    (folder / "articles.csv.gz").write_bytes(gzip.compress("\n".join([ARTICLES, *articles]).encode()))
    return folder


def _nemig(folder: Path, news: Sequence[str], behaviours: Sequence[str]) -> Path:
    folder.mkdir(exist_ok=True)
    (folder / "articles.csv").write_text("\n".join([NEWS, *news]) + "\n", encoding="utf-8")
    (folder / "behaviors.tsv").write_text("\n".join(behaviours) + "\n", encoding="utf-8")
    return folder


def _import(name: str, source: Path, out: Path) -> ImportReport:
    return import_with(importer_of(name), source, out)


def _rows(out: Path, kind: Kind) -> list[dict]:
    path = out / kind.value
    return [orjson.loads(line) for file in sorted(path.glob("*")) for line in file.read_bytes().splitlines()]


def test_each_kind_of_event_has_its_kind_of_read(tmp_path: Path) -> None:
    """VIEW, LIKE, BOOKMARK, COMMENT CREATED and FOLLOW become read, like, bookmark, comment and follow."""
    names = ["VIEW", "LIKE", "BOOKMARK", "COMMENT CREATED", "FOLLOW"]
    source = _deskdrop(tmp_path / "in", [f"146000000{n},{name},7,8,1,BR" for n, name in enumerate(names)])
    _import("deskdrop", source, tmp_path / "out")
    kinds = [row["kind"] for row in _rows(tmp_path / "out", Kind.READS)]
    assert kinds == ["read", "like", "bookmark", "comment", "follow"]


def test_readers_and_articles_begin_at_their_first_event(tmp_path: Path) -> None:
    """Whatever the order of the file; an earlier sharing is the article's beginning, a later one is not."""
    events = ["1460000100,VIEW,7,8,1,US", "1460000000,VIEW,7,8,1,BR", "1460000200,VIEW,9,8,1,BR"]
    shared = ["1459990000,CONTENT SHARED,7,HTML,http://a.example/x,Seven,en",
              "1460009999,CONTENT SHARED,9,HTML,http://b.example/y,Nine,pt"]  # fmt: skip
    _import("deskdrop", _deskdrop(tmp_path / "in", events, shared), tmp_path / "out")
    seen = {row["article_id"]: row["first_seen_at"] for row in _rows(tmp_path / "out", Kind.ARTICLES)}
    assert seen == {"7": "2016-04-07T00:46:40Z", "9": "2016-04-07T03:36:40Z"}
    assert _rows(tmp_path / "out", Kind.READERS) == [
        {"reader_id": "8", "signed_up_at": "2016-04-07T03:33:20Z", "region": "BR"}
    ]


def test_an_article_without_metadata_still_has_a_title_and_an_address(tmp_path: Path) -> None:
    """Both are made from its id, so they are the same each time; no publisher and no category are made up."""
    report = _import("deskdrop", _deskdrop(tmp_path / "in", ["1460000000,VIEW,-7,8,1,BR"]), tmp_path / "out")
    (article,) = _rows(tmp_path / "out", Kind.ARTICLES)
    assert article == {"article_id": "-7", "url": "https://deskdrop.example/articles/-7", "title": "Article -7",
                       "first_seen_at": "2016-04-07T03:33:20Z"}  # fmt: skip
    assert report.notes["articles_without_metadata"] == 1


def test_equal_rows_are_two_events_with_stable_ids(tmp_path: Path) -> None:
    """A true repeat gets the next ordinal; importing again gives the same ids."""
    source = _deskdrop(tmp_path / "in", ["1460000000,VIEW,7,8,1,BR", "1460000000,VIEW,7,8,1,BR"])
    for out in ("one", "two"):
        _import("deskdrop", source, tmp_path / out)
    ids = [row["event_id"] for row in _rows(tmp_path / "one", Kind.READS)]
    assert ids[0].endswith("-1")
    assert ids[1] == ids[0].removesuffix("-1") + "-2"
    assert ids == [row["event_id"] for row in _rows(tmp_path / "two", Kind.READS)]


def test_unusable_rows_are_counted_with_their_reason(tmp_path: Path) -> None:
    """Rows in = rows out + dropped, for events and for metadata."""
    events = ["1460000000,VIEW,7,8,1,BR", "yesterday,VIEW,7,8,1,BR", "-5,VIEW,7,8,1,BR", "1460000000,SHOUT,7,8,1,BR",
              "1460000000,VIEW,,8,1,BR", "1460000000,VIEW,7", "99999999999999,VIEW,7,8,1,BR",
              "١٤٦٠٠٠٠٠٠٠,VIEW,7,8,1,"]  # fmt: skip
    shared = ["1460000000,CONTENT SHARED,7,HTML,http://a.example/x,Seven,en",
              "1460000000,CONTENT SHARED,7,HTML,http://a.example/x,Seven,en",
              "1460000000,CONTENT REMOVED,7,HTML,http://a.example/x,Seven,en",
              "1460000000,CONTENT SHARED,5,HTML,http://a.example/x,,en",
              "never,CONTENT SHARED,6,HTML,http://a.example/x,Six,en"]  # fmt: skip
    report = _import("deskdrop", _deskdrop(tmp_path / "in", events, shared), tmp_path / "out")
    assert report.rows_in == {"interactions.csv": 8, "articles.csv": 5}
    assert report.dropped["interactions.csv"] == {
        "bad_time": 4, "unknown_event_type": 1, "no_article_or_reader": 1, "wrong_number_of_cells": 1,
    }  # fmt: skip
    assert report.dropped["articles.csv"] == {
        "repeated_article": 1, "not_a_share": 1, "no_id_or_title": 1, "bad_time": 1,
    }  # fmt: skip
    assert report.rows_out == {"articles": 1, "readers": 1, "reads": 1}
    written = orjson.loads((tmp_path / "out" / "import_report.json").read_bytes())
    assert written["dropped"]["interactions.csv"]["bad_time"] == 4


def test_odd_ids_and_bytes_pass_through(tmp_path: Path) -> None:
    """Quotes, emoji, commas in quotes and bytes that are not UTF-8 are text like any other."""
    source = _deskdrop(tmp_path / "in", ['1460000000,VIEW,7,"o\'hara ""🦊"", x",1,BR'])
    with (source / "interactions.csv").open("ab") as file:
        file.write(b"1460000001,VIEW,7,caf\xe9,1,BR\n")
    _import("deskdrop", source, tmp_path / "out")
    assert [row["reader_id"] for row in _rows(tmp_path / "out", Kind.READS)] == ['o\'hara "🦊", x', "caf\ufffd"]


def test_impressions_keep_their_clicks_and_reads_are_not_made_up(tmp_path: Path) -> None:
    """NeMig has no click times: its candidates become impressions without a time, its histories only a count."""
    source = _nemig(tmp_path / "in", ["n_1,Teaser,Head,01.02.2022,https://a.example/1,31.01.2022",
                                      "n_2,,Other,01.02.2022,https://a.example/2,"],
                    ["10\tU1\tn_1 n_9\tn_1-0 n_2-1"])  # fmt: skip
    report = _import("nemig", source, tmp_path / "out")
    assert _rows(tmp_path / "out", Kind.IMPRESSIONS) == [
        {"impression_id": "10", "reader_id": "U1", "article_id": "n_1", "clicked": False},
        {"impression_id": "10", "reader_id": "U1", "article_id": "n_2", "clicked": True},
    ]
    assert not (tmp_path / "out" / "reads").exists()
    assert report.notes["history_clicks_without_time"] == 2
    dates = [row["published_at"] for row in _rows(tmp_path / "out", Kind.ARTICLES)]
    assert dates == ["2022-01-31T00:00:00Z", "2022-02-01T00:00:00Z"]
    assert _rows(tmp_path / "out", Kind.READERS) == [{"reader_id": "U1", "signed_up_at": "2022-01-31T00:00:00Z"}]


def test_unusable_impressions_and_articles_are_counted(tmp_path: Path) -> None:
    """Each dropped article, line and candidate has a reason."""
    source = _nemig(tmp_path / "in",
                    ["n_1,,Head,,https://a.example/1,31.01.2022", "n_1,,Head,,https://a.example/1,31.01.2022",
                     "n_3,,Head,,https://a.example/3,31.02.2022", "n_4,,Head,,not a url,31.01.2022",
                     "n_5,,,,https://a.example/5,31.01.2022", "n_6,,Head,,https://a.example/6,01.01.1900"],
                    ["10\tU1\t\tn_1-0 n_1 n_1-7 n_404-1", "11\t\tn_1\tn_1-1", "12\tU2"])  # fmt: skip
    report = _import("nemig", source, tmp_path / "out")
    assert report.dropped == {
        "articles.csv": {"repeated_article": 1, "bad_date": 2, "bad_url": 1, "no_id_or_title": 1},
        "behaviors.tsv": {"no_impression_or_reader": 1, "wrong_number_of_cells": 1},
        "behaviors.tsv candidates": {"malformed_candidate": 2, "unknown_article": 1},
    }


def test_every_row_has_the_canonical_fields(tmp_path: Path) -> None:
    """Required fields are there, absent values are left out, no field is unknown."""
    _import("deskdrop", _deskdrop(tmp_path / "in", ["1460000000,VIEW,7,8,1,"]), tmp_path / "out")
    for kind in (Kind.ARTICLES, Kind.READERS, Kind.READS):
        for row in _rows(tmp_path / "out", kind):
            assert set(required_names(kind)) <= set(row) <= set(field_names(kind))
            assert None not in row.values()


@pytest.mark.parametrize(("broken", "remedy"), [
    ({"interactions.csv": None}, r"interactions\.csv .*does not exist; give the folder"),
    ({"articles.csv.gz": None}, r"articles\.csv .*does not exist; give the folder"),
    ({"articles.csv.gz": b"not gzip"}, r"articles\.csv\.gz is not a whole gzip file"),
    ({"articles.csv.gz": gzip.compress(b"x" * 99)[:20]}, r"articles\.csv\.gz is not a whole gzip file"),
    ({"interactions.csv": b"a,b\n1,2\n"}, r"interactions\.csv has no column 'timestamp'"),
    ({"interactions.csv": b""}, r"interactions\.csv has no column 'timestamp'"),
    ({"interactions.csv": EVENTS.encode() + b"\n"}, "holds no usable deskdrop row"),
])  # fmt: skip
def test_a_broken_data_set_is_one_sentence_and_leaves_nothing(
    tmp_path: Path, broken: dict[str, bytes | None], remedy: str
) -> None:
    """A missing, cut, foreign or empty file is named with its remedy; no half-made file is left behind."""
    source = _deskdrop(tmp_path / "in", ["1460000000,VIEW,7,8,1,BR"])
    for name, content in broken.items():
        (source / name).unlink()
        if content is not None:
            (source / name).write_bytes(content)
    with pytest.raises(BadInputError, match=remedy):
        _import("deskdrop", source, tmp_path / "out")
    assert not [path for path in (tmp_path / "out").rglob("*") if path.is_file()]


def test_a_failed_import_leaves_an_earlier_one_alone(tmp_path: Path) -> None:
    """Files are put in place only when all of them are whole."""
    source = _deskdrop(tmp_path / "in", ["1460000000,VIEW,7,8,1,BR"])
    _import("deskdrop", source, tmp_path / "out")
    before = {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()}
    (source / "interactions.csv").write_bytes(EVENTS.encode() + b"\n")
    with pytest.raises(BadInputError):
        _import("deskdrop", source, tmp_path / "out")
    assert {path: path.read_bytes() for path in (tmp_path / "out").rglob("*") if path.is_file()} == before
