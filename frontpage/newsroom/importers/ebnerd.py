"""EB-NeRD: reads and impressions of Ekstra Bladet (recsys.eb.dk), with measured reading times.

Files: `articles.parquet`, and `behaviors.parquet` with `history.parquet` beside it, in the same folder or in parts of
it (`train`, `validation`). Times have no timezone and are taken as UTC.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from frontpage.core import columns as c
from frontpage.core.clock import iso
from frontpage.core.schema.canonical import Kind
from frontpage.newsroom.importing.base import Importer, ImportReport, Row, Sink
from frontpage.newsroom.importing.blocks import parquet_rows
from frontpage.newsroom.importing.fields import First, plausible, seconds_read, splits, web_address

_ARTICLES, _BEHAVIOURS, _HISTORY = "articles.parquet", "behaviors.parquet", "history.parquet"
_CLICKS, _READS, _CANDIDATES = f"{_HISTORY} clicks", f"{_BEHAVIOURS} reads", f"{_BEHAVIOURS} candidates"
_ARTICLE_COLUMNS = ("article_id", "title")
_ARTICLE_EXTRAS = ("subtitle", "body", "url", "category_str", "published_time")
_HISTORY_COLUMNS = ("user_id", "impression_time_fixed", "article_id_fixed", "read_time_fixed")
_BEHAVIOUR_COLUMNS = ("impression_id", "user_id", "impression_time", "article_ids_inview", "article_ids_clicked")
_BEHAVIOUR_EXTRAS = ("article_id", "read_time", "next_read_time", "device_type")
_DEVICES = {1: "desktop", 2: "mobile", 3: "tablet"}


@dataclass(slots=True)
class _Log:
    """What is being written, and what was seen so far. Ids are numbers in the files and texts in ours."""

    sink: Sink
    report: ImportReport
    articles: frozenset[str]
    first: First = field(default_factory=First)
    times: dict[tuple[str, str], set[datetime]] = field(default_factory=dict)

    def read(self, file: str, read: Row, *, is_anew: bool) -> None:
        """Writes a read, or counts why not. is_anew: another time of the same reader and article is another read."""
        self.report.rows_in[file] += 1
        reader, article, at = read[c.READER_ID], read[c.ARTICLE_ID], plausible(read[c.OCCURRED_AT])
        known = self.times.setdefault((reader, article), set())
        if at is None:
            self.report.drop(file, "bad_time")
        elif article not in self.articles:
            self.report.drop(file, "unknown_article")
        elif at in known or (known and not is_anew):
            self.report.drop(file, "repeated_read")
        else:
            known.add(at)
            self.see(reader, article, at)
            times = {c.OCCURRED_AT: iso(at), c.RECORDED_AT: iso(at)}
            name = f"{reader}-{article}-{int(at.timestamp())}"
            self.sink.write(Kind.READS, {c.EVENT_ID: name, **read, **times, c.KIND: "read"})

    def see(self, reader: str, article: str, at: datetime) -> None:
        """Takes note of when a reader and an article were there."""
        self.first.see_reader(reader, at)
        self.first.see_article(article, at)


def run(folder: Path, sink: Sink, report: ImportReport) -> None:
    """Streams each part once: histories, which have the time and length of each read, then behaviours.

    A behaviour tells of the page it happened on and of the candidates clicked there, each with a reading time; both
    are reads at the time of the impression. Parts overlap (the validation's histories hold the week of the training's
    behaviours), so a read in behaviours counts only if nothing is known yet of that reader on that article. The order
    of candidates was shuffled by the publisher: no position is written.
    """
    parts = splits(folder, _BEHAVIOURS)
    articles = next((place / _ARTICLES for place in (folder, folder.parent) if (place / _ARTICLES).is_file()),
                    folder / _ARTICLES)  # fmt: skip
    log = _Log(
        sink, report, frozenset(str(row["article_id"]) for row in _articles(articles, ImportReport(report.format)))
    )
    for _, part in parts:
        for row in parquet_rows(part / _HISTORY, _HISTORY_COLUMNS):
            _read_history(row, log)
    for prefix, part in parts:
        for row in parquet_rows(part / _BEHAVIOURS, _BEHAVIOUR_COLUMNS, _BEHAVIOUR_EXTRAS):
            _read_behaviour(row, prefix, log)
    log.first.write_readers(sink)
    _write_articles(articles, log)


def _read_history(row: Row, log: _Log) -> None:
    log.report.rows_in[_HISTORY] += 1
    articles, times, lengths = (
        row[column] or [] for column in ("article_id_fixed", "impression_time_fixed", "read_time_fixed")
    )
    if row["user_id"] is None or not len(articles) == len(times) == len(lengths):
        log.report.drop(_HISTORY, "no_reader_or_uneven_lists")
        return
    for article, at, seconds in zip(articles, times, lengths, strict=True):
        log.read(_CLICKS, _canonical(row["user_id"], article, at, seconds), is_anew=True)


def _read_behaviour(row: Row, prefix: str, log: _Log) -> None:
    log.report.rows_in[_BEHAVIOURS] += 1
    at = plausible(row["impression_time"])
    if row["impression_id"] is None or row["user_id"] is None:
        log.report.drop(_BEHAVIOURS, "no_impression_or_reader")
    elif at is None:
        log.report.drop(_BEHAVIOURS, "bad_time")
    else:
        for read in _reads(row):
            log.read(_READS, read, is_anew=False)
        shown = {c.IMPRESSION_ID: f"{prefix}{row['impression_id']}", c.READER_ID: str(row["user_id"])}
        _write_candidates(row, shown, at, log)


def _reads(row: Row) -> Iterator[Row]:
    """The article of the page, if it is not the front page, and those clicked on it."""
    device = _DEVICES.get(row.get("device_type", 0))
    page = row.get("article_id")
    if page is not None and not math.isnan(page):  # a column of numbers with gaps may have become one of floats
        yield _canonical(row["user_id"], int(page), row["impression_time"], row.get("read_time"), device)
    clicked = row["article_ids_clicked"] or []
    for article in clicked:
        # The next reading time is that of the next page; of several clicks nothing says whose it is.
        seconds = row.get("next_read_time") if len(clicked) == 1 else None
        yield _canonical(row["user_id"], article, row["impression_time"], seconds, device)


def _canonical(reader: int, article: int, at: datetime, seconds: Any, device: str | None = None) -> Row:
    return {
        c.READER_ID: str(reader),
        c.ARTICLE_ID: str(article),
        c.OCCURRED_AT: at,
        c.DWELL_SECONDS: seconds_read(seconds),
        c.DEVICE: device,
    }


def _write_candidates(row: Row, shown: Row, at: datetime, log: _Log) -> None:
    clicked = {str(article) for article in row["article_ids_clicked"] or []}
    listed: set[str] = set()
    for article in map(str, row["article_ids_inview"] or []):
        log.report.rows_in[_CANDIDATES] += 1
        if article not in log.articles:
            log.report.drop(_CANDIDATES, "unknown_article")
        elif article in listed:
            log.report.drop(_CANDIDATES, "repeated_candidate")
        else:
            listed.add(article)
            log.see(shown[c.READER_ID], article, at)
            candidate = {c.ARTICLE_ID: article, c.CLICKED: article in clicked, c.OCCURRED_AT: iso(at)}
            log.sink.write(Kind.IMPRESSIONS, shown | candidate)


def _articles(path: Path, report: ImportReport) -> Iterator[Row]:
    """Usable articles, each once."""
    known: set[int] = set()
    for row in parquet_rows(path, _ARTICLE_COLUMNS, _ARTICLE_EXTRAS):
        report.rows_in[_ARTICLES] += 1
        if row["article_id"] is None or not (row["title"] or "").strip():
            report.drop(_ARTICLES, "no_id_or_title")
        elif row["article_id"] in known:
            report.drop(_ARTICLES, "repeated_article")
        else:
            known.add(row["article_id"])
            yield row


def _write_articles(path: Path, log: _Log) -> None:
    """Articles, first seen when they were published, or read or shown if that is earlier."""
    for row in _articles(path, log.report):
        article, published = str(row["article_id"]), plausible(row.get("published_time"))
        seen = log.first.articles.get(article)
        first = min(filter(None, (published, seen)), default=None)
        if first is None:
            log.report.drop(_ARTICLES, "no_time")
            continue
        log.sink.write(Kind.ARTICLES, {
            c.ARTICLE_ID: article,
            c.URL: web_address(row.get("url")) or f"https://ebnerd.example/articles/{article}",
            c.TITLE: row["title"].strip(),
            c.SUMMARY: row.get("subtitle") or None,
            c.BODY: row.get("body") or None,
            c.LANGUAGE: "da",
            c.CATEGORY: (row.get("category_str") or "").lower() or None,
            c.PUBLISHED_AT: iso(published) if published == first else None,
            c.FIRST_SEEN_AT: iso(first),
        })  # fmt: skip


IMPORTER = Importer("ebnerd", (_ARTICLES, _BEHAVIOURS, _HISTORY), run)
