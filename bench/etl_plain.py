"""What the extract is measured against: one plain process that decodes, copies and inserts with ON CONFLICT.

    python -m bench.etl_plain FOLDER DATABASE_URL

It believes every row: no check, no account, no quarantine, no second look at what is known, nothing in parallel. It
does compute what the tables demand (pseudonyms, canonical addresses, hashes), in the cheapest way that fits.
"""

import csv
import hashlib
import io
import json
import sys
import time
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import orjson

from frontpage.core import columns as c
from frontpage.core.identity.pseudonym import reader_key
from frontpage.core.settings import Settings
from frontpage.store.connect import Connection, connect, execute, transaction

_ROWS_A_COPY = 50_000
_ARTICLE = (
    c.ARTICLE_ID, c.RECORDED_AT, c.URL, c.CANONICAL_URL, c.TITLE, c.SUMMARY, c.BODY, c.LANGUAGE, c.CATEGORY,
    c.PUBLISHER, c.PUBLISHED_AT, c.FIRST_SEEN_AT, c.CONTENT_HASH,
)  # fmt: skip
_READ = (
    c.EVENT_ID, c.READER_KEY, c.READER_ID, c.ARTICLE_ID, c.KIND, c.OCCURRED_AT, c.DWELL_SECONDS, c.SURFACE, c.REGION,
    c.DEVICE, c.REFERRER,
)  # fmt: skip
_TABLES = f"""
create temporary table plain_article as select {", ".join(_ARTICLE)} from article_version limit 0;
create temporary table plain_read as select {", ".join(_READ)} from read_event join reader using (reader_key) limit 0
"""  # noqa: S608 - our own names
_INSERTS = (
    f"""insert into article_version ({", ".join(_ARTICLE)}, source, extract_id)
select {", ".join(_ARTICLE)}, 'plain', 0 from plain_article on conflict do nothing""",  # noqa: S608
    """insert into reader (reader_key, reader_id, recorded_at)
select reader_key, reader_id, min(occurred_at) from plain_read group by 1, 2 on conflict do nothing""",
    """insert into read_event (event_id, reader_key, article_id, kind, occurred_at, recorded_at, dwell_seconds, surface,
    region, device, referrer, source, extract_id)
select event_id, reader_key, article_id, kind, occurred_at, occurred_at, dwell_seconds, surface, region, device,
    referrer, 'plain', 0 from plain_read on conflict do nothing""",
)


def load(connection: Connection, folder: Path) -> None:
    """The folder's articles and reads in their tables."""
    secret = Settings().pseudonym_secret.get_secret_value()
    with transaction(connection):
        execute(connection, _TABLES)
        _copy(connection, "plain_article", _rows(folder / "articles", _article))
        _copy(connection, "plain_read", _rows(folder / "reads", lambda row: _read(row, secret)))
        for statement in _INSERTS:
            execute(connection, statement)


def _rows(folder: Path, columns: Callable[[dict[str, Any]], tuple[Any, ...]]) -> Iterator[tuple[Any, ...]]:
    for path in sorted(folder.glob("*.jsonl")):
        with path.open("rb") as file:
            for line in file:
                yield columns(orjson.loads(line))


def _article(row: dict[str, Any]) -> tuple[Any, ...]:
    text = f"{row[c.TITLE]} {row[c.SUMMARY]} {row[c.BODY]}"
    digest = hashlib.blake2b(text.encode(), digest_size=16).hexdigest()
    seen, url = row[c.FIRST_SEEN_AT], row[c.URL]
    return (
        row[c.ARTICLE_ID], seen, url, url, row[c.TITLE], row[c.SUMMARY], row[c.BODY], row[c.LANGUAGE], row[c.CATEGORY],
        row[c.PUBLISHER], row[c.PUBLISHED_AT], seen, digest,
    )  # fmt: skip


def _read(row: dict[str, Any], secret: str) -> tuple[Any, ...]:
    reader_id = row[c.READER_ID]
    return (
        row[c.EVENT_ID], reader_key(reader_id, secret), reader_id, row[c.ARTICLE_ID], row[c.KIND], row[c.OCCURRED_AT],
        row[c.DWELL_SECONDS], row[c.SURFACE], row[c.REGION], row[c.DEVICE], row[c.REFERRER],
    )  # fmt: skip


def _copy(connection: Connection, table: str, rows: Iterator[tuple[Any, ...]]) -> None:
    statement = f"copy {table} from stdin with (format csv)"
    with connection.cursor() as cursor:
        while some := list(islice(rows, _ROWS_A_COPY)):
            buffer = io.StringIO()
            csv.writer(buffer).writerows(some)
            buffer.seek(0)
            cursor.copy_expert(statement, buffer)


if __name__ == "__main__":
    began = time.perf_counter()
    with connect(sys.argv[2]) as database:
        load(database, Path(sys.argv[1]))
    print(json.dumps({"seconds": time.perf_counter() - began}))  # noqa: T201 - a command
