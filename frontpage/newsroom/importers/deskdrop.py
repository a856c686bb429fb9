"""CI&T Deskdrop: readers of an internal article-sharing platform, 2016 to 2017 (gspmoreira on Kaggle).

Files: interactions (timestamp in seconds, eventType, contentId, personId, userCountry) and articles (metadata, not of
all). The names of the original publication, users_interactions.csv and shared_articles.csv, are read as well.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from frontpage.core import columns as c
from frontpage.core.clock import iso
from frontpage.core.schema.canonical import Kind
from frontpage.newsroom.importing.base import Importer, ImportReport, Row, Sink, find, rows, stable_id
from frontpage.newsroom.importing.fields import First, epoch_moment, web_address, whole_number

KINDS = {"VIEW": "read", "LIKE": "like", "BOOKMARK": "bookmark", "COMMENT CREATED": "comment", "FOLLOW": "follow"}
_INTERACTIONS = ("interactions.csv", "users_interactions.csv")
_ARTICLES = ("articles.csv", "shared_articles.csv")
_EVENT_COLUMNS = ("timestamp", "eventType", "contentId", "personId", "sessionId", "userCountry")
_ARTICLE_COLUMNS = ("contentId", "eventType", "url", "title", "lang")
_SHARED = "CONTENT SHARED"


def run(folder: Path, sink: Sink, report: ImportReport) -> None:
    """Streams the folder through twice: once for the first events, once for the reads.

    An article is first seen at its first event, or when it was shared if that is earlier; a reader signs up at their
    first event. Nothing says when an article was published, nor how long anybody read it, so neither is written.
    """
    interactions, articles = find(folder, *_INTERACTIONS), find(folder, *_ARTICLES)
    first = First()
    for event, at in _events(interactions, ImportReport(report.format)):
        first.see_article(event["contentId"], at)
        first.see_reader(event["personId"], at, event["userCountry"])
    _write_articles(articles, first, sink, report)
    first.write_readers(sink)
    repeats: Counter[str] = Counter()
    for event, at in _events(interactions, report):
        sink.write(Kind.READS, _read(event, at, repeats))


def _events(path: Path, report: ImportReport) -> Iterator[tuple[Row, datetime]]:
    """Each usable interaction and its time."""
    file = path.name.removesuffix(".gz")
    for event in rows(path, _EVENT_COLUMNS, report):
        at = _moment(event["timestamp"])
        if event["eventType"] not in KINDS:
            report.drop(file, "unknown_event_type")
        elif at is None:
            report.drop(file, "bad_time")
        elif not event["contentId"] or not event["personId"]:
            report.drop(file, "no_article_or_reader")
        else:
            yield event, at


def _read(event: Row, at: datetime, repeats: Counter[str]) -> Row:
    """A canonical read. Equal rows are told apart by their ordinal, so the same file always gives the same ids."""
    name = stable_id(*(event[column] for column in _EVENT_COLUMNS))
    repeats[name] += 1
    return {
        c.EVENT_ID: f"{name}-{repeats[name]}",
        c.READER_ID: event["personId"],
        c.ARTICLE_ID: event["contentId"],
        c.OCCURRED_AT: iso(at),
        c.RECORDED_AT: iso(at),
        c.KIND: KINDS[event["eventType"]],
        c.REGION: event["userCountry"] or None,
    }


def _write_articles(path: Path, first: First, sink: Sink, report: ImportReport) -> None:
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


def _described(path: Path, written: set[str], report: ImportReport) -> Iterator[Row]:
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


def _article(row: Row, first_seen: datetime) -> Row:
    article = row["contentId"]
    url = web_address(row.get("url"))
    return {
        c.ARTICLE_ID: article,
        c.URL: url or f"https://deskdrop.example/articles/{article}",
        c.TITLE: row.get("title", "").strip() or f"Article {article}",
        c.LANGUAGE: row.get("lang") or None,
        c.PUBLISHER: urlsplit(url).hostname if url else None,
        c.FIRST_SEEN_AT: iso(first_seen),
    }


def _shared_at(row: Row) -> datetime | None:
    """When the article was shared; the column's name differs between publications of the data set."""
    return _moment(str(row.get("sharedAt") or row.get("timestamp") or ""))


def _moment(text: str) -> datetime | None:
    """The moment of a time in whole seconds; None for anything else."""
    seconds = whole_number(text)
    return None if seconds is None else epoch_moment(seconds)


IMPORTER = Importer("deskdrop", ("interactions.csv", "articles.csv"), run)
