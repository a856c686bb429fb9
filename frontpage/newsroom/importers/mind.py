"""MIND: impressions of Microsoft News (msnews.github.io), with the candidates shown and those clicked.

Files without headers: `news.tsv` and `behaviors.tsv`, in the folder or in parts of it (`MINDsmall_train`, ...). Times
have no timezone and are taken as UTC.
"""

from collections.abc import Container, Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path

from frontpage.core import columns as c
from frontpage.core.clock import iso
from frontpage.core.schema.canonical import Kind
from frontpage.newsroom.importing.base import Importer, ImportReport, Row, Sink, find, rows
from frontpage.newsroom.importing.fields import First, plausible, splits, web_address

_NEWS_COLUMNS = (
    "news_id", "category", "subcategory", "title", "abstract", "url", "title_entities", "abstract_entities",
)  # fmt: skip
_BEHAVIOUR_COLUMNS = ("impression", "user", "time", "history", "candidates")
_NEWS, _BEHAVIOURS, CANDIDATES = "news.tsv", "behaviors.tsv", "behaviors.tsv candidates"
_CLICKED = {"0": False, "1": True}


def run(folder: Path, sink: Sink, report: ImportReport) -> None:
    """Streams the behaviours through once; articles and readers are written when all their events are known.

    A clicked candidate is a read at the impression's time. Histories have no times: they are counted, not made up.
    An article is first seen when it was first shown; one that only histories have was there before, so it is given
    the log's first moment. The order of candidates in the file is not a position on a page, so none is written.
    """
    parts = splits(folder, _BEHAVIOURS)
    known = {row["news_id"] for row in _news(parts, ImportReport(report.format))}
    first, in_histories = First(), set[str]()
    for prefix, part in parts:
        for row, at in _behaviours(find(part, _BEHAVIOURS), report):
            first.see_reader(row["user"], at)
            history = row["history"].split()
            in_histories.update(history)
            report.notes["history_clicks_without_time"] += len(history)
            shown = {c.IMPRESSION_ID: prefix + row["impression"], c.READER_ID: row["user"], c.OCCURRED_AT: iso(at)}
            for article, clicked in candidates(row["candidates"], known, report):
                first.see_article(article, at)
                _write_candidate(shown | {c.ARTICLE_ID: article, c.CLICKED: clicked}, sink)
    first.write_readers(sink)
    before = dict.fromkeys(in_histories, min(first.readers.values(), default=None))
    _write_articles(parts, before | first.articles, sink, report)


def candidates(text: str, known: Container[str], report: ImportReport) -> Iterator[tuple[str, bool]]:
    """(article, clicked) of each usable candidate of a list like `N123-1 N456-0`; others are counted."""
    listed: set[str] = set()
    for candidate in text.split():
        report.rows_in[CANDIDATES] += 1
        article, _, clicked = candidate.rpartition("-")
        if clicked not in _CLICKED or not article:
            report.drop(CANDIDATES, "malformed_candidate")
        elif article not in known:
            report.drop(CANDIDATES, "unknown_article")
        elif article in listed:
            report.drop(CANDIDATES, "repeated_candidate")
        else:
            listed.add(article)
            yield article, _CLICKED[clicked]


def _write_candidate(shown: Row, sink: Sink) -> None:
    """The candidate, and the read that it became if it was clicked."""
    sink.write(Kind.IMPRESSIONS, shown)
    if shown[c.CLICKED]:
        sink.write(Kind.READS, {
            c.EVENT_ID: f"{shown[c.IMPRESSION_ID]}-{shown[c.ARTICLE_ID]}",
            c.READER_ID: shown[c.READER_ID],
            c.ARTICLE_ID: shown[c.ARTICLE_ID],
            c.OCCURRED_AT: shown[c.OCCURRED_AT],
            c.RECORDED_AT: shown[c.OCCURRED_AT],
            c.KIND: "read",
        })  # fmt: skip


def _behaviours(path: Path, report: ImportReport) -> Iterator[tuple[Row, datetime]]:
    """Each usable impression and its time."""
    for row in rows(path, _BEHAVIOUR_COLUMNS, report, header=False, delimiter="\t"):
        at = _moment(row["time"])
        if not row["impression"] or not row["user"]:
            report.drop(_BEHAVIOURS, "no_impression_or_reader")
        elif at is None:
            report.drop(_BEHAVIOURS, "bad_time")
        else:
            yield row, at


def _moment(text: str) -> datetime | None:
    """The moment of a time like `11/11/2019 9:05:58 AM`; None for anything else."""
    try:
        return plausible(datetime.strptime(text.strip(), "%m/%d/%Y %I:%M:%S %p").replace(tzinfo=UTC))
    except ValueError:
        return None


def _news(parts: list[tuple[str, Path]], report: ImportReport) -> Iterator[Row]:
    """Usable articles of all parts, each once."""
    known: set[str] = set()
    for _, part in parts:
        for row in rows(find(part, _NEWS), _NEWS_COLUMNS, report, header=False, delimiter="\t"):
            if not row["news_id"] or not row["title"].strip():
                report.drop(_NEWS, "no_id_or_title")
            elif row["news_id"] in known:
                report.drop(_NEWS, "repeated_article")
            else:
                known.add(row["news_id"])
                yield row


def _write_articles(
    parts: list[tuple[str, Path]], seen: Mapping[str, datetime | None], sink: Sink, report: ImportReport
) -> None:
    for row in _news(parts, report):
        article = row["news_id"]
        at = seen.get(article)
        if at is None:
            report.drop(_NEWS, "never_shown")
            continue
        sink.write(Kind.ARTICLES, {
            c.ARTICLE_ID: article,
            c.URL: web_address(row["url"]) or f"https://mind.example/news/{article}",
            c.TITLE: row["title"].strip(),
            c.SUMMARY: row["abstract"].strip() or None,
            c.LANGUAGE: "en",
            c.CATEGORY: row["category"].strip().lower() or None,
            c.FIRST_SEEN_AT: iso(at),
        })  # fmt: skip


IMPORTER = Importer("mind", (_NEWS, _BEHAVIOURS), run)
