"""Adressa: page views of the Norwegian paper Adresseavisen (reclab.idi.ntnu.no/dataset), with active time.

One JSON object a line, one file a day, plain or gzip; every file in the folder is read. A page view without an
article's id is of the front page or a section: it is counted and left out.
"""

import gzip
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, BinaryIO

import orjson

from frontpage.core import columns as c
from frontpage.core.clock import iso
from frontpage.core.errors import BadInputError
from frontpage.core.schema.canonical import Kind
from frontpage.newsroom.importing.base import Importer, ImportReport, Row, Sink, stable_id
from frontpage.newsroom.importing.fields import First, epoch_moment, plausible, seconds_read, web_address

_EVENTS = "events"
#: What an event says about its article; the first value known is kept.
_ABOUT = ("title", "canonicalUrl", "url", "publishtime", "category1", "author")


@dataclass(slots=True)
class _Articles:
    """What is known of each article, gathered from its events."""

    about: dict[str, Row] = field(default_factory=dict)

    def see(self, event: Row) -> None:
        """Adds what was not known yet."""
        about = self.about.setdefault(event["id"], {})
        for name in _ABOUT:
            if event.get(name) and name not in about:
                about[name] = event[name]


def run(path: Path, sink: Sink, report: ImportReport) -> None:
    """Streams the files through once; articles and readers are written when all their events are known.

    Memory grows with the events too, to tell repeated ones.
    """
    first, articles, seen = First(), _Articles(), set[str]()
    for event, at in _events(path, report):
        read = _read(event, at)
        if read[c.EVENT_ID] in seen:
            report.drop(_EVENTS, "repeated_event")
            continue
        seen.add(read[c.EVENT_ID])
        sink.write(Kind.READS, read)
        articles.see(event)
        first.see_article(event["id"], at)
        first.see_reader(event["userId"], at, read[c.REGION])
    first.write_readers(sink)
    for article, about in articles.about.items():
        sink.write(Kind.ARTICLES, _article(article, about, first.articles[article]))


def _events(path: Path, report: ImportReport) -> Iterator[tuple[Row, datetime]]:
    """Each usable event and its time."""
    for line in _lines(path):
        if not line.strip():
            continue
        report.rows_in[_EVENTS] += 1
        event = _decoded(line)
        at = epoch_moment(event["time"]) if event and _is_number(event.get("time")) else None
        if reason := _why_not(event, at):
            report.drop(_EVENTS, reason)
        elif event is not None and at is not None:
            yield event, at


def _why_not(event: Row | None, at: datetime | None) -> str:
    """Why an event cannot be used; empty if it can."""
    if event is None:
        return "bad_json"
    if not _text(event.get("id")):
        return "front_page"
    if not _text(event.get("userId")):
        return "no_reader"
    return "" if at else "bad_time"


def _lines(path: Path) -> Iterator[bytes]:
    """The lines of all files. Raises BadInputError where there is none, or one is not gzip as its name says."""
    found = [path] if path.is_file() else sorted(path.glob("*"))
    files = [file for file in found if file.is_file() and not file.name.startswith(".")]
    if not files:
        raise BadInputError(f"{path} holds no files; give the folder with the days of the data set")
    for file in files:
        try:
            with file.open("rb") as raw:
                lines: BinaryIO | gzip.GzipFile = gzip.GzipFile(fileobj=raw) if file.suffix == ".gz" else raw
                yield from lines
        except (gzip.BadGzipFile, EOFError) as error:
            raise BadInputError(f"{file} is not a whole gzip file ({error}); fetch it again") from error


def _decoded(line: bytes) -> Row | None:
    try:
        event = orjson.loads(line)
    except orjson.JSONDecodeError:
        return None
    return event if isinstance(event, dict) else None


def _read(event: Row, at: datetime) -> Row:
    """A canonical read. eventId alone is not unique: its range is small."""
    return {
        c.EVENT_ID: stable_id(str(event.get("eventId")), event["userId"], event["id"], str(event["time"])),
        c.READER_ID: event["userId"],
        c.ARTICLE_ID: event["id"],
        c.OCCURRED_AT: iso(at),
        c.RECORDED_AT: iso(at),
        c.DWELL_SECONDS: seconds_read(event.get("activeTime")),
        c.KIND: "read",
        c.REGION: _text(event.get("region")) or _text(event.get("country")),
        c.DEVICE: (_text(event.get("deviceType")) or "").lower() or None,
        c.REFERRER: _text(event.get("referrerHostClass")),
    }


def _article(article: str, about: Row, seen: datetime) -> Row:
    """A canonical article, first seen when it was published, or at its first event if that is earlier."""
    published = _moment(about.get("publishtime"))
    is_before = published is not None and published <= seen
    return {
        c.ARTICLE_ID: article,
        c.URL: web_address(_text(about.get("canonicalUrl"))) or web_address(_text(about.get("url")))
        or f"https://adressa.example/articles/{article}",
        c.TITLE: _text(about.get("title")) or f"Article {article}",
        c.LANGUAGE: "no",
        c.CATEGORY: (_text(about.get("category1")) or "").split("|")[0].lower() or None,
        c.AUTHOR: _author(about.get("author")),
        c.PUBLISHED_AT: iso(published) if published and is_before else None,
        c.FIRST_SEEN_AT: iso(published if published and is_before else seen),
    }  # fmt: skip


def _moment(value: Any) -> datetime | None:
    try:
        return plausible(datetime.fromisoformat(value)) if isinstance(value, str) else None
    except ValueError:
        return None


def _author(value: Any) -> str | None:
    names = value if isinstance(value, list) else [value]
    return ", ".join(filter(None, map(_text, names))) or None


def _text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


IMPORTER = Importer("adressa", (_EVENTS,), run)
