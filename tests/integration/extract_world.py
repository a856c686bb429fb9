"""Small canonical data sets for the extract tests, and what they left in the database."""

import csv
import gzip
import io
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import zstandard

from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.steps import extract
from frontpage.store.connect import connect
from frontpage.store.server import Server
from tests.support.databases import admin

START = datetime(2026, 3, 1, tzinfo=UTC)
DAY = timedelta(days=1)
WORDS = "river council vote market storm clinic school bridge harvest rocket museum border tunnel".split()  # noqa: SIM905


def iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


def article(number: int, **changes: Any) -> dict[str, Any]:
    """Article `number`, seen that many minutes after START, its text unlike any other's."""
    told = " ".join(f"{WORDS[(number * 7 + i * i) % len(WORDS)]}{number * 31 + i}" for i in range(30))
    seen = START + timedelta(minutes=number)
    row = {
        "article_id": f"a{number}", "url": f"https://paper.example/news/{number}", "title": f"Headline {number}",
        "summary": told, "language": "en", "category": "World ", "published_at": iso(seen), "first_seen_at": iso(seen),
    }  # fmt: skip
    return {**row, **changes}


def read(number: int, **changes: Any) -> dict[str, Any]:
    """Read `number`, that many minutes after START, of article 0 by one of seven readers."""
    at = START + timedelta(minutes=number)
    row = {
        "event_id": f"e{number}", "reader_id": f"reader {number % 7}", "article_id": "a0", "occurred_at": iso(at),
        "recorded_at": iso(at), "dwell_seconds": 10.5 + number % 50, "kind": "read", "region": "north",
    }  # fmt: skip
    return {**row, **changes}


def write(folder: Path, name: str, rows: Sequence[Any]) -> Path:
    """A canonical file in the format its name says; rows that are bytes are written as they are (JSON lines only)."""
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    if ".parquet" in name:
        times = ("published_at", "first_seen_at", "occurred_at", "recorded_at", "signed_up_at")
        typed = [{k: datetime.fromisoformat(v) if k in times and v else v for k, v in row.items()} for row in rows]
        pq.write_table(pa.Table.from_pylist(typed), path, row_group_size=7)
        return path
    data = _csv(rows) if ".csv" in name else _json(rows)
    if name.endswith(".gz"):
        data = gzip.compress(data)
    if name.endswith(".zst"):
        data = zstandard.compress(data)
    path.write_bytes(data)
    return path


def _json(rows: Sequence[Any]) -> bytes:
    return b"".join((row if isinstance(row, bytes) else json.dumps(row).encode()) + b"\n" for row in rows)


def _csv(rows: Sequence[dict[str, Any]]) -> bytes:
    out = io.StringIO()
    writer = csv.DictWriter(out, list(rows[0]))
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue().encode()


def pull(settings: Settings, as_of: datetime, *sources: object, options: Sequence[str] = ()) -> Summary:
    """One extract."""
    return extract.run(settings, Params(), as_of, [str(source) for source in sources], options)


def rows(settings: Settings, statement: str) -> list[tuple[Any, ...]]:
    """What a query gives, as tuples."""
    with connect(settings.database_url) as connection, connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall()


def tables(settings: Settings) -> dict[str, list[tuple[Any, ...]]]:
    """Everything an extract writes, without numbers that count pulls and without names of places."""
    return {
        "articles": rows(
            settings,
            "select article_id, recorded_at, canonical_url, title, summary, language, category, publisher,"
            " published_at, first_seen_at, content_hash, duplicate_of, duplicate_kind, status"
            " from article_version order by 1, 2",
        ),
        "reads": rows(
            settings,
            "select event_id, reader_key, article_id, kind, occurred_at, recorded_at, dwell_seconds, region, suspicion"
            " from read_event order by 1",
        ),
        "readers": rows(settings, "select reader_key, reader_id from reader order by 1"),
        "versions": rows(
            settings, "select reader_key, recorded_at, region, interests from reader_version order by 1, 2"
        ),
        "impressions": rows(
            settings, "select impression_id, article_id, position, clicked from impression order by 1, 2"
        ),
        "quarantine": rows(settings, "select kind, reason, payload, released_at from quarantine order by 1, 2, 3"),
    }


def check_account(settings: Settings) -> None:
    """Every run that ended well balances, and nothing of it is left staged."""
    unbalanced = (
        "select * from extract_run where state = 'done' and rows_in <> loaded + updated + unchanged + quarantined"
    )
    assert rows(settings, unbalanced) == []
    assert rows(settings, "select nspname from pg_namespace where nspname like 'extract\\_%'") == []


@pytest.fixture
def second_settings(postgres: Server, tmp_path: Path) -> Iterator[Settings]:
    """A second installation beside the first."""
    admin(postgres, "create database second template template_frontpage")
    yield Settings(home=tmp_path / "home2", database_url=postgres.url("second"))
    admin(postgres, "drop database second with (force)")
