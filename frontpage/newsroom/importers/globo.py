"""Globo.com: clicks of a national news portal, one file an hour (gspmoreira on Kaggle, both published versions).

Files: `clicks_hour_NNN.csv` in the folder or in `clicks/` below it, or the whole log as one CSV; times in milliseconds,
everything else as numbers. `articles_metadata.csv` beside them is used where it is there.

No dwell is written. Only the gap to the reader's next click could stand for it, and the gap before a session's last
click is always exactly 30 s: a constant that the recording put in, in every session, and in most of them the only gap.
"""

from collections.abc import Iterator
from datetime import datetime
from functools import reduce
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from frontpage.core import columns as c
from frontpage.core.clock import iso
from frontpage.core.errors import BadInputError
from frontpage.core.schema.canonical import Kind
from frontpage.newsroom.importing.base import Importer, ImportReport, Row, Sink, rows
from frontpage.newsroom.importing.blocks import csv_blocks, digits
from frontpage.newsroom.importing.fields import epoch_moment, whole_number

_CLICKS, _METADATA = "clicks_hour_*.csv", "articles_metadata.csv"
_IDS = ("user_id", "session_id", "click_article_id")
_TIME = "click_timestamp"
_METADATA_COLUMNS = ("article_id", "category_id", "created_at_ts")
#: Canonical field: a word, and the columns whose numbers follow it. Version 1 of the data set lacks most of them.
_CONTEXT = {
    c.SURFACE: ("environment", ("click_environment",)),
    c.REGION: ("region", ("click_country", "click_region")),
    c.DEVICE: ("device", ("click_deviceGroup",)),
    c.REFERRER: ("referrer", ("click_referrer_type",)),
}
_CONTEXT_COLUMNS = tuple(column for _, columns in _CONTEXT.values() for column in columns)
_EARLIEST_MS, _LATEST_MS = 946_684_800_000, 4_102_444_800_000  # 2000 to 2100
_MOMENT = pa.timestamp("us", "UTC")


class _First:
    """The first row of each id, in time and by each column's first known value; holds about one row for each id."""

    _ROWS_AT_MOST = 1_000_000

    def __init__(self, key: str, columns: tuple[str, ...]) -> None:
        self._key, self._columns = key, columns
        self._parts: list[pa.Table] = []

    def see(self, reads: pa.Table) -> None:
        """Takes note of a block of reads."""
        self._parts.append(self._reduce(reads))
        # The first part holds the ids known so far: reduced again only when as many rows have come as there are ids.
        if sum(map(len, self._parts)) > self._ROWS_AT_MOST + 2 * len(self._parts[0]):
            self._parts = [self.table()]

    def table(self) -> pa.Table:
        """One row for each id."""
        return self._reduce(pa.concat_tables(self._parts)) if self._parts else pa.table({})

    def _reduce(self, reads: pa.Table) -> pa.Table:
        in_time = reads.sort_by([(c.OCCURRED_AT, "ascending"), (self._key, "ascending")])
        firsts = in_time.group_by(self._key, use_threads=False).aggregate([(name, "first") for name in self._columns])
        columns = {self._key: firsts[self._key]} | {name: firsts[f"{name}_first"] for name in self._columns}
        return pa.table(columns)


def run(path: Path, sink: Sink, report: ImportReport) -> None:
    """Streams the log through once. An article is first seen at its first click, a reader signs up at theirs.

    A reader's region is the first one known. Recorded when it happened.
    """
    articles, readers = _First(c.ARTICLE_ID, (c.OCCURRED_AT,)), _First(c.READER_ID, (c.OCCURRED_AT, c.REGION))
    for reads in _reads(path, report):
        sink.write_table(Kind.READS, reads)
        articles.see(reads)
        readers.see(reads)
    for row in readers.table().to_pylist():
        at = iso(row[c.OCCURRED_AT])
        sink.write(Kind.READERS, {c.READER_ID: row[c.READER_ID], c.SIGNED_UP_AT: at, c.REGION: row[c.REGION]})
    _write_articles(path, articles.table(), sink, report)


def _files(path: Path) -> list[Path]:
    """The files of the log in order of their hours. Raises BadInputError where there are none."""
    if path.is_file():
        return [path]
    for folder in (path, path / "clicks"):
        for pattern in ("clicks_hour_*.csv", "clicks*.csv"):
            if found := sorted([*folder.glob(pattern), *folder.glob(f"{pattern}.gz")]):
                return found
    raise BadInputError(f"{path} holds no clicks_hour_NNN.csv (or .gz), nor does clicks/ in it; give the log's folder")


def _reads(path: Path, report: ImportReport) -> Iterator[pa.Table]:
    """Blocks of canonical reads; the same click a second time is dropped, wherever in the log it stands."""
    seen: set[str] = set()
    for file in _files(path):
        for block in csv_blocks(file, (*_IDS, _TIME), _CONTEXT_COLUMNS, report, _CLICKS):
            reads = _canonical(_usable(block, report))
            is_new = pa.array(_are_new(reads[c.EVENT_ID].to_pylist(), seen), pa.bool_())
            report.drop(_CLICKS, "repeated_click", _count(pc.invert(is_new)))
            if new := reads.filter(is_new):
                yield new


def _are_new(events: list[str], seen: set[str]) -> Iterator[bool]:
    """Whether each event comes for the first time; adds it to `seen`."""
    for event in events:
        yield event not in seen
        seen.add(event)


def _usable(block: pa.Table, report: ImportReport) -> pa.Table:
    """The rows with all ids and a time, every cell a number in digits or null."""
    block = pa.table({name: digits(block[name]) for name in block.column_names})
    has_ids = reduce(pc.and_, (pc.is_valid(block[name]) for name in _IDS))
    at = block[_TIME].cast(pa.int64())
    has_time = pc.fill_null(pc.and_(pc.greater_equal(at, _EARLIEST_MS), pc.less(at, _LATEST_MS)), False)
    report.drop(_CLICKS, "missing_id", _count(pc.invert(has_ids)))
    report.drop(_CLICKS, "bad_time", _count(pc.and_not(has_ids, has_time)))
    return block.filter(pc.and_(has_ids, has_time))


def _count(flags: pa.ChunkedArray | pa.Array) -> int:
    return int(pc.sum(flags).as_py() or 0)


def _canonical(clicks: pa.Table) -> pa.Table:
    """The clicks as canonical reads, named by reader, session, article and time."""
    user, _, article = (clicks[name] for name in _IDS)
    at = clicks[_TIME].cast(pa.int64()).cast(pa.timestamp("ms", "UTC")).cast(_MOMENT)
    reads = {
        c.EVENT_ID: pc.binary_join_element_wise(*(clicks[name] for name in (*_IDS, _TIME)), "-"),
        c.READER_ID: user,
        c.ARTICLE_ID: article,
        c.OCCURRED_AT: at,
        c.RECORDED_AT: at,
        c.KIND: pa.repeat("read", len(clicks)),
    }
    return pa.table(reads | {field: _label(clicks, *named) for field, named in _CONTEXT.items()})


def _label(clicks: pa.Table, word: str, columns: tuple[str, ...]) -> pa.ChunkedArray:
    """`word-1-21`: the word and the known numbers; null where the first number is not known."""
    numbers = [clicks[column] for column in columns]
    text = pc.binary_join_element_wise(pa.scalar(word), *numbers, "-", null_handling="skip")
    return pc.if_else(pc.is_valid(numbers[0]), text, pa.scalar(None, pa.string()))


def _write_articles(path: Path, first: pa.Table, sink: Sink, report: ImportReport) -> None:
    """Every clicked article, with what is known about it; nothing tells when the others could be seen."""
    seen = {row[c.ARTICLE_ID]: row[c.OCCURRED_AT] for row in first.to_pylist()}
    written: set[str] = set()
    for row in _metadata(path, seen, written, report):
        written.add(row["article_id"])
        sink.write(Kind.ARTICLES, _article(row, seen[row["article_id"]]))
    for article, at in seen.items():
        if article not in written:
            sink.write(Kind.ARTICLES, _article({"article_id": article}, at))
            report.notes["articles_without_metadata"] += 1


def _metadata(path: Path, seen: dict[str, datetime], written: set[str], report: ImportReport) -> Iterator[Row]:
    """Usable rows of metadata, one for each clicked article."""
    folder = path.parent if path.is_file() else path
    places = [place / f"{_METADATA}{end}" for place in (folder, folder.parent) for end in ("", ".gz")]
    for file in [place for place in places if place.is_file()][:1]:
        for row in rows(file, _METADATA_COLUMNS, report):
            if row["article_id"] in written:
                report.drop(_METADATA, "repeated_article")
            elif row["article_id"] not in seen:
                report.drop(_METADATA, "never_clicked")
            else:
                yield row


def _article(row: Row, first_click: datetime) -> Row:
    """A canonical article. Created after its first click means that the time is not the publication's: left out."""
    article = row["article_id"]
    created_ms = whole_number(row.get("created_at_ts", ""))
    created = None if created_ms is None else epoch_moment(created_ms / 1000)
    return {
        c.ARTICLE_ID: article,
        c.URL: f"https://globo.example/articles/{article}",
        c.TITLE: f"Article {article}",
        c.LANGUAGE: "pt",
        c.CATEGORY: f"category-{row['category_id']}" if row.get("category_id") else None,
        c.PUBLISHED_AT: iso(created) if created and created <= first_click else None,
        c.FIRST_SEEN_AT: iso(first_click),
    }


IMPORTER = Importer("globo", (_CLICKS,), run)
