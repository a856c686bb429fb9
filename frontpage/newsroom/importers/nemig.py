"""NeMig: an online user study on news (andreeaiana/nemig): articles with dates, impressions without any time.

Reads are not made up: the click histories have no times, so they are counted in the report and not written.
"""

from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from frontpage.core import columns as c
from frontpage.core.clock import iso
from frontpage.core.schema.canonical import Kind
from frontpage.newsroom.importers.mind import candidates
from frontpage.newsroom.importing.base import Importer, ImportReport, Row, Sink, find, rows

_ARTICLE_COLUMNS = ("news_id", "abstract", "headline", "dateModified", "url", "datePublished")
_BEHAVIOUR_COLUMNS = ("impression", "user", "history", "candidates")


def run(folder: Path, sink: Sink, report: ImportReport) -> None:
    """Streams the folder: articles first, then impressions, with each reader at their first impression.

    A date is taken as that day's midnight, UTC. Nothing says when readers signed up; they are given the data set's
    first day, so that they are known as soon as any article is. The order of candidates in the file is not a position
    on a page, so no position is written.
    """
    articles, behaviours = find(folder, "articles.csv"), find(folder, "behaviors.tsv")
    known: set[str] = set()
    first_day = min((_write_article(row, known, sink, report) for row in rows(articles, _ARTICLE_COLUMNS, report)),
                    default=_NO_DAY)  # fmt: skip
    readers: set[str] = set()
    for row in rows(behaviours, _BEHAVIOUR_COLUMNS, report, header=False, delimiter="\t"):
        if not row["impression"] or not row["user"]:
            report.drop("behaviors.tsv", "no_impression_or_reader")
            continue
        if row["user"] not in readers:
            readers.add(row["user"])
            sink.write(Kind.READERS, {c.READER_ID: row["user"], c.SIGNED_UP_AT: iso(first_day)})
        report.notes["history_clicks_without_time"] += len(row["history"].split())
        _write_impressions(row, known, sink, report)


_NO_DAY = datetime(9999, 1, 1, tzinfo=UTC)


def _write_article(row: Row, known: set[str], sink: Sink, report: ImportReport) -> datetime:
    """Day on which the article came out; `_NO_DAY` where the row was dropped."""
    published = _day(row["datePublished"]) or _day(row["dateModified"])
    reason = _why_not(row, published, known)
    if reason or published is None:
        report.drop("articles.csv", reason or "bad_date")
        return _NO_DAY
    known.add(row["news_id"])
    day = iso(published)
    sink.write(Kind.ARTICLES, {
        c.ARTICLE_ID: row["news_id"],
        c.URL: row["url"].strip(),
        c.TITLE: row["headline"].strip(),
        c.SUMMARY: row["abstract"].strip() or None,
        c.PUBLISHER: (urlsplit(row["url"].strip()).hostname or "").removeprefix("www.") or None,
        c.PUBLISHED_AT: day,
        c.FIRST_SEEN_AT: day,
    })  # fmt: skip
    return published


def _why_not(row: Row, published: datetime | None, known: set[str]) -> str:
    """Why an article cannot be used; empty if it can."""
    if not row["news_id"] or not row["headline"].strip():
        return "no_id_or_title"
    if row["news_id"] in known:
        return "repeated_article"
    if urlsplit(row["url"].strip()).scheme not in {"http", "https"}:
        return "bad_url"
    return "" if published else "bad_date"


def _write_impressions(row: Row, known: set[str], sink: Sink, report: ImportReport) -> None:
    for article, clicked in candidates(row["candidates"], known, report):
        sink.write(Kind.IMPRESSIONS, {
            c.IMPRESSION_ID: row["impression"],
            c.READER_ID: row["user"],
            c.ARTICLE_ID: article,
            c.CLICKED: clicked,
        })  # fmt: skip


def _day(text: str) -> datetime | None:
    """Midnight, UTC, of a date like 17.03.2022; None for anything else and outside 1990 to 2100."""
    try:
        day = datetime.strptime(text.strip(), "%d.%m.%Y").replace(tzinfo=UTC)
    except ValueError:
        return None
    return day if 1990 <= day.year < 2100 else None


IMPORTER = Importer("nemig", ("articles.csv", "behaviors.tsv"), run)
