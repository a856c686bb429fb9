"""The EB-NeRD importer: reads with measured times from histories and behaviours, each reading once."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import orjson
import pyarrow as pa
import pytest
from pyarrow import parquet

from frontpage.core.errors import BadInputError
from frontpage.core.schema.canonical import Kind, field_names, required_names
from frontpage.newsroom.importers import importer_of
from frontpage.newsroom.importing.base import ImportReport, import_with

T0 = datetime(2023, 5, 20, 7, 0)  # noqa: DTZ001 - as published, without a timezone
HOUR = timedelta(hours=1)
ARTICLE = {
    "article_id": 11, "title": "Elg i haven", "subtitle": "Den spiste alt.", "body": "Ja.", "category_str": "Krimi",
    "url": "https://avis.example/11", "published_time": T0 - HOUR,
}  # fmt: skip


def _article(number: int, **changes: Any) -> dict[str, Any]:
    return ARTICLE | {"article_id": number, **changes}


def _history(user: int | None, articles: list[int], times: list[datetime], seconds: list[Any]) -> dict[str, Any]:
    return {"user_id": user, "impression_time_fixed": times, "article_id_fixed": articles, "read_time_fixed": seconds,
            "scroll_percentage_fixed": [None] * len(articles)}  # fmt: skip


def _behaviour(number: int | None, **changes: Any) -> dict[str, Any]:
    row = {"impression_id": number, "article_id": None, "impression_time": T0 + 24 * HOUR, "read_time": 21.0,
           "device_type": 2, "article_ids_inview": [11, 12], "article_ids_clicked": [12], "user_id": 5,
           "session_id": 1, "next_read_time": 16.0}  # fmt: skip
    return row | changes


def _part(folder: Path, history: list[dict[str, Any]], behaviours: list[dict[str, Any]]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    parquet.write_table(pa.Table.from_pylist(history), folder / "history.parquet")
    parquet.write_table(pa.Table.from_pylist(behaviours), folder / "behaviors.parquet")
    return folder


def _set(folder: Path, *, history: list[dict[str, Any]] | None = None, behaviours: list[dict[str, Any]] | None = None,
         articles: list[dict[str, Any]] | None = None) -> Path:  # fmt: skip
    _part(folder, history or [_history(5, [11], [T0], [17.0])], behaviours or [_behaviour(1)])
    parquet.write_table(pa.Table.from_pylist(articles or [_article(11), _article(12)]), folder / "articles.parquet")
    return folder


def _import(source: Path, out: Path) -> ImportReport:
    return import_with(importer_of("ebnerd"), source, out)


def _rows(out: Path, kind: Kind) -> list[dict]:
    return [orjson.loads(line) for line in (out / kind.value / "ebnerd.jsonl").read_bytes().splitlines()]


def _brief(out: Path) -> list[tuple[str, str, float | None]]:
    return [(row["article_id"], row["occurred_at"], row.get("dwell_seconds")) for row in _rows(out, Kind.READS)]


def test_histories_are_reads_with_their_times_and_lengths(tmp_path: Path) -> None:
    """The same article at another time is another read; a missing, negative or odd length is left out."""
    times = [T0, T0 + HOUR, T0 + 2 * HOUR, T0 + 3 * HOUR]
    source = _set(tmp_path / "in", history=[_history(5, [11, 11, 12, 11], times, [17.0, None, -1.0, float("nan")])])
    _import(source, tmp_path / "out")
    assert _brief(tmp_path / "out")[:4] == [
        ("11", "2023-05-20T07:00:00Z", 17.0), ("11", "2023-05-20T08:00:00Z", None),
        ("12", "2023-05-20T09:00:00Z", None), ("11", "2023-05-20T10:00:00Z", None),
    ]  # fmt: skip


def test_a_click_is_a_read_with_the_next_reading_time(tmp_path: Path) -> None:
    """The front page's own reading time is nobody's; the page's article is a read with the page's time."""
    behaviours = [_behaviour(1), _behaviour(2, user_id=6, article_id=11, article_ids_inview=[12])]
    _import(_set(tmp_path / "in", behaviours=behaviours), tmp_path / "out")
    at = "2023-05-21T07:00:00Z"
    assert _brief(tmp_path / "out")[1:] == [("12", at, 16.0), ("11", at, 21.0), ("12", at, 16.0)]
    assert _rows(tmp_path / "out", Kind.READS)[1] == {
        "event_id": f"5-12-{int(datetime(2023, 5, 21, 7, tzinfo=UTC).timestamp())}", "reader_id": "5",
        "article_id": "12", "occurred_at": at, "recorded_at": at, "dwell_seconds": 16.0, "kind": "read",
        "device": "mobile",
    }  # fmt: skip


def test_of_several_clicks_nothing_says_whose_the_next_reading_time_is(tmp_path: Path) -> None:
    """Then none is written."""
    _import(_set(tmp_path / "in", history=[_history(7, [11], [T0], [1.0])],
                 behaviours=[_behaviour(1, article_ids_clicked=[11, 12])]), tmp_path / "out")  # fmt: skip
    assert [seconds for _, _, seconds in _brief(tmp_path / "out")[1:]] == [None, None]


def test_overlapping_parts_give_each_reading_once(tmp_path: Path) -> None:
    """The validation's history holds the training's week: with the true time of reading, so that one counts."""
    _set(tmp_path / "in")
    for name in ("history.parquet", "behaviors.parquet"):
        (tmp_path / "in" / name).unlink()
    _part(tmp_path / "in" / "train", [_history(5, [11], [T0], [17.0])], [_behaviour(1)])
    late = T0 + 24 * HOUR + timedelta(seconds=40)
    _part(tmp_path / "in" / "validation", [_history(5, [11, 12], [T0, late], [17.0, 16.0])],
          [_behaviour(1, user_id=6, impression_time=T0 + 200 * HOUR)])  # fmt: skip
    report = _import(tmp_path / "in", tmp_path / "out")
    assert _brief(tmp_path / "out") == [
        ("11", "2023-05-20T07:00:00Z", 17.0), ("12", "2023-05-21T07:00:40Z", 16.0),
        ("12", "2023-05-28T15:00:00Z", 16.0),
    ]  # fmt: skip
    assert report.dropped == {"history.parquet clicks": {"repeated_read": 1},
                              "behaviors.parquet reads": {"repeated_read": 1}}  # fmt: skip
    assert {row["impression_id"] for row in _rows(tmp_path / "out", Kind.IMPRESSIONS)} == {"train-1", "validation-1"}


def test_candidates_are_impressions_without_a_position(tmp_path: Path) -> None:
    """Their order was shuffled by the publisher."""
    _import(_set(tmp_path / "in"), tmp_path / "out")
    assert _rows(tmp_path / "out", Kind.IMPRESSIONS) == [
        {"impression_id": "1", "reader_id": "5", "article_id": "11", "clicked": False,
         "occurred_at": "2023-05-21T07:00:00Z"},
        {"impression_id": "1", "reader_id": "5", "article_id": "12", "clicked": True,
         "occurred_at": "2023-05-21T07:00:00Z"},
    ]  # fmt: skip


def test_an_article_is_first_seen_when_published_or_read_before(tmp_path: Path) -> None:
    """A time of publication after the first read is none."""
    articles = [_article(11), _article(12, published_time=T0 + 99 * HOUR, url=None), _article(13, published_time=None)]
    report = _import(_set(tmp_path / "in", articles=articles), tmp_path / "out")
    first, second = _rows(tmp_path / "out", Kind.ARTICLES)
    assert first == {
        "article_id": "11", "url": "https://avis.example/11", "title": "Elg i haven", "summary": "Den spiste alt.",
        "body": "Ja.", "language": "da", "category": "krimi", "published_at": "2023-05-20T06:00:00Z",
        "first_seen_at": "2023-05-20T06:00:00Z",
    }  # fmt: skip
    assert (second["first_seen_at"], second["url"]) == ("2023-05-21T07:00:00Z", "https://ebnerd.example/articles/12")
    assert "published_at" not in second
    assert report.dropped["articles.parquet"] == {"no_time": 1}
    assert _rows(tmp_path / "out", Kind.READERS) == [{"reader_id": "5", "signed_up_at": "2023-05-20T07:00:00Z"}]


def test_every_row_is_used_or_counted(tmp_path: Path) -> None:
    """Each dropped article, list, read and candidate has a reason."""
    absurd = datetime(1970, 1, 1)  # noqa: DTZ001 - as published
    source = _set(
        tmp_path / "in",
        articles=[_article(11), _article(11), _article(12, title=" "), _article(None, title="x")],  # type: ignore[arg-type]
        history=[_history(5, [11, 404, 11], [T0, T0, absurd], [1.0, 1.0, 1.0]), _history(None, [11], [T0], [1.0]),
                 _history(5, [11], [T0], [])],
        behaviours=[_behaviour(1, article_ids_inview=[11, 11, 404], article_ids_clicked=None), _behaviour(None),
                    _behaviour(3, impression_time=absurd)],
    )  # fmt: skip
    report = _import(source, tmp_path / "out")
    assert report.dropped == {
        "articles.parquet": {"repeated_article": 1, "no_id_or_title": 2},
        "history.parquet": {"no_reader_or_uneven_lists": 2},
        "history.parquet clicks": {"unknown_article": 1, "bad_time": 1},
        "behaviors.parquet": {"no_impression_or_reader": 1, "bad_time": 1},
        "behaviors.parquet candidates": {"repeated_candidate": 1, "unknown_article": 1},
    }
    assert report.rows_out == {"reads": 1, "impressions": 1, "readers": 1, "articles": 1}


def test_rows_have_the_canonical_fields(tmp_path: Path) -> None:
    """Required fields are there, no field is unknown."""
    _import(_set(tmp_path / "in"), tmp_path / "out")
    for kind in Kind:
        for row in _rows(tmp_path / "out", kind):
            assert set(required_names(kind)) <= set(row) <= set(field_names(kind))


@pytest.mark.parametrize(("name", "content", "remedy"), [
    ("behaviors.parquet", None, r"holds no behaviors\.parquet"),
    ("history.parquet", None, r"history\.parquet does not exist; give the folder"),
    ("articles.parquet", None, r"articles\.parquet does not exist; give the folder"),
    ("articles.parquet", b"PAR1 no", r"articles\.parquet cannot be read to its end"),
])  # fmt: skip
def test_a_broken_data_set_is_one_sentence(tmp_path: Path, name: str, content: bytes | None, remedy: str) -> None:
    """Missing and foreign files are named with the remedy."""
    source = _set(tmp_path / "in")
    (source / name).unlink()
    if content is not None:
        (source / name).write_bytes(content)
    with pytest.raises(BadInputError, match=remedy):
        _import(source, tmp_path / "out")


def test_a_file_without_a_column_is_refused(tmp_path: Path) -> None:
    """By the name of the column."""
    source = _set(tmp_path / "in")
    parquet.write_table(pa.table({"user_id": [1]}), source / "history.parquet")
    with pytest.raises(BadInputError, match=r"history\.parquet has no column 'impression_time_fixed'"):
        _import(source, tmp_path / "out")
