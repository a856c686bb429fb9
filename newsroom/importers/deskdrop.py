"""CI&T Deskdrop: readers of an internal article-sharing platform, 2016 to 2017 (gspmoreira on Kaggle).

Files: interactions (timestamp in seconds, eventType, contentId, personId, userCountry) and articles (metadata, not of
all). The names of the original publication, users_interactions.csv and shared_articles.csv, are read as well.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from core import columns as c
from core.canonical import Kind
from core.clock import iso
from newsroom.importers.base import Importer, Report, Row, Sink, find, rows, stable_id

KINDS = {"VIEW": "read", "LIKE": "like", "BOOKMARK": "bookmark", "COMMENT CREATED": "comment", "FOLLOW": "follow"}
_INTERACTIONS = ("interactions.csv", "users_interactions.csv")
_ARTICLES = ("articles.csv", "shared_articles.csv")
_EVENT_COLUMNS = ("timestamp", "eventType", "contentId", "personId", "sessionId", "userCountry")
_ARTICLE_COLUMNS = ("contentId", "eventType", "url", "title", "lang")
_SHARED = "CONTENT SHARED"
_EARLIEST, _LATEST = 946_684_800, 4_102_444_800  # 2000 to 2100, in seconds


@dataclass(slots=True)
class _First:
    """First event of each article and reader (seconds), and each reader's first known country."""

    articles: dict[str, int] = field(default_factory=dict)
    readers: dict[str, int] = field(default_factory=dict)
    countries: dict[str, tuple[int, str]] = field(default_factory=dict)

    def see(self, event: Row, at: int) -> None:
        article, reader = event["contentId"], event["personId"]
        self.articles[article] = min(at, self.articles.get(article, at))
        self.readers[reader] = min(at, self.readers.get(reader, at))
        if event["userCountry"]:
            self.countries[reader] = min((at, event["userCountry"]), self.countries.get(reader, (at, "~")))


def run(folder: Path, sink: Sink, report: Report) -> None:
    """Streams the folder through twice: once for the first events, once for the reads.

    An article is first seen at its first event, or when it was shared if that is earlier; a reader signs up at their
    first event. Nothing says when an article was published, nor how long anybody read it, so neither is written.
    """
    interactions, articles = find(folder, *_INTERACTIONS), find(folder, *_ARTICLES)
    first = _First()
    for event, at in _events(interactions, Report(report.format)):
        first.see(event, at)
    _write_articles(articles, first, sink, report)
    for reader, at in first.readers.items():
        country = first.countries.get(reader, (0, None))[1]
        sink.write(Kind.READERS, {c.READER_ID: reader, c.SIGNED_UP_AT: _time(at), c.REGION: country})
    repeats: Counter[str] = Counter()
    for event, at in _events(interactions, report):
        sink.write(Kind.READS, _read(event, at, repeats))


def _events(path: Path, report: Report) -> Iterator[tuple[Row, int]]:
    """Each usable interaction and its time in seconds."""
    file = path.name.removesuffix(".gz")
    for event in rows(path, _EVENT_COLUMNS, report):
        at = _seconds(event["timestamp"])
        if event["eventType"] not in KINDS:
            report.drop(file, "unknown_event_type")
        elif at is None:
            report.drop(file, "bad_time")
        elif not event["contentId"] or not event["personId"]:
            report.drop(file, "no_article_or_reader")
        else:
            yield event, at


def _read(event: Row, at: int, repeats: Counter[str]) -> Row:
    """A canonical read. Equal rows are told apart by their ordinal, so the same file always gives the same ids."""
    name = stable_id(*(event[column] for column in _EVENT_COLUMNS))
    repeats[name] += 1
    return {
        c.EVENT_ID: f"{name}-{repeats[name]}",
        c.READER_ID: event["personId"],
        c.ARTICLE_ID: event["contentId"],
        c.OCCURRED_AT: _time(at),
        c.RECORDED_AT: _time(at),
        c.KIND: KINDS[event["eventType"]],
        c.REGION: event["userCountry"] or None,
    }


def _write_articles(path: Path, first: _First, sink: Sink, report: Report) -> None:
    """Articles with metadata, then those of which only events are known."""
    written: set[str] = set()
    for row in _described(path, written, report):
        article, shared = row["contentId"], _shared_at(row)
        known = [at for at in (first.articles.get(article), shared) if at is not None]
        sink.write(Kind.ARTICLES, _article(row, min(known)))
        written.add(article)
    for article, at in first.articles.items():
        if article not in written:
            sink.write(Kind.ARTICLES, _article({"contentId": article}, at))
            report.notes["articles_without_metadata"] += 1


def _described(path: Path, written: set[str], report: Report) -> Iterator[Row]:
    """Usable rows of metadata, one per article."""
    file = path.name.removesuffix(".gz")
    for row in rows(path, _ARTICLE_COLUMNS, report):
        if row["eventType"] != _SHARED:
            report.drop(file, "not_a_share")
        elif row["contentId"] in written:
            report.drop(file, "repeated_article")
        elif not row["contentId"] or not row["title"].strip():
            report.drop(file, "no_id_or_title")
        elif _shared_at(row) is None:
            report.drop(file, "bad_time")
        else:
            yield row


def _article(row: Row, first_seen: int) -> Row:
    article = row["contentId"]
    url = row.get("url", "").strip()
    is_real = urlsplit(url).scheme in {"http", "https"} and bool(urlsplit(url).hostname)
    return {
        c.ARTICLE_ID: article,
        c.URL: url if is_real else f"https://deskdrop.example/articles/{article}",
        c.TITLE: row.get("title", "").strip() or f"Article {article}",
        c.LANGUAGE: row.get("lang") or None,
        c.PUBLISHER: urlsplit(url).hostname if is_real else None,
        c.FIRST_SEEN_AT: _time(first_seen),
    }


def _shared_at(row: Row) -> int | None:
    """When the article was shared; the column's name differs between publications of the data set."""
    return _seconds(str(row.get("sharedAt") or row.get("timestamp") or ""))


def _seconds(text: str) -> int | None:
    """Whole seconds since the epoch between 2000 and 2100, or None."""
    digits = text.strip()
    if not digits.isascii() or not digits.isdigit() or len(digits) > len(str(_LATEST)):
        return None
    return int(digits) if _EARLIEST <= int(digits) < _LATEST else None


def _time(seconds: int) -> str:
    return iso(datetime.fromtimestamp(seconds, UTC))


DESKDROP = Importer("deskdrop", ("interactions.csv", "articles.csv"), run)
