"""A day of a large newsroom as canonical files, for measuring the extract: every row of it good, articles first."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from pathlib import Path
from typing import Any

import numpy as np
import orjson

from frontpage.core import columns as c

DAY = datetime(2026, 3, 1, tzinfo=UTC)
AS_OF = DAY + timedelta(days=1)
N_READERS, N_ARTICLES, N_READS = 521_000, 144_000, 3_000_000
_ROWS_A_FILE = 250_000
_DAY_SECONDS = 86_400
_WORDS = 4_000
_CATEGORIES = (
    "politics",
    "business",
    "sport",
    "science",
    "culture",
    "health",
    "travel",
    "world",
    "local",
    "technology",
)
_REGIONS, _DEVICES, _REFERRERS = ("north", "south", "east", "west"), ("phone", "desktop", "tablet"), ("home", "search")


def write(folder: Path, n_readers: int, seed: int = 1) -> tuple[int, int]:
    """Articles and reads written."""
    n_articles, n_reads = size(n_readers)
    rng = np.random.default_rng(seed)
    _write(folder / "articles", _articles(rng, n_articles))
    _write(folder / "reads", _reads(rng, n_reads, n_readers, n_articles))
    return n_articles, n_reads


def size(n_readers: int) -> tuple[int, int]:
    """Articles and reads of a day with so many readers: as many a reader as on the full day."""
    share = n_readers / N_READERS
    return round(N_ARTICLES * share), round(N_READS * share)


def _write(folder: Path, rows: Iterator[dict[str, Any]]) -> None:
    folder.mkdir(parents=True)
    for number in count():
        lines = [orjson.dumps(row) + b"\n" for row in islice(rows, _ROWS_A_FILE)]
        if not lines:
            return
        (folder / f"{number:02d}.jsonl").write_bytes(b"".join(lines))


def _articles(rng: np.random.Generator, n: int) -> Iterator[dict[str, Any]]:
    """Texts of about 150 words that say nothing; every second says its language."""
    words = np.array(["".join(letters) for letters in rng.choice(list("etaoinshrdlu"), (_WORDS, 7))], dtype=object)
    seen = np.sort(rng.integers(0, _DAY_SECONDS, n))
    picked = rng.integers(0, _WORDS, (n, 160))
    return (
        {
            c.ARTICLE_ID: f"a{row}", c.URL: f"https://paper{row % 90}.example/{_CATEGORIES[row % 10]}/story-{row}",
            c.TITLE: " ".join(words[text[:9]]), c.SUMMARY: " ".join(words[text[9:34]]),
            c.BODY: " ".join(words[text[34:]]),
            c.LANGUAGE: "en" if row % 2 else None, c.CATEGORY: _CATEGORIES[row % 10], c.PUBLISHER: f"Paper {row % 90}",
            c.PUBLISHED_AT: _iso(int(at)), c.FIRST_SEEN_AT: _iso(int(at)),
        }
        for row, (at, text) in enumerate(zip(seen, picked, strict=True))
    )  # fmt: skip


def _reads(rng: np.random.Generator, n: int, n_readers: int, n_articles: int) -> Iterator[dict[str, Any]]:
    """Reads in order of time, a few articles read by many."""
    seconds = np.sort(rng.integers(0, _DAY_SECONDS, n)).tolist()
    readers = rng.integers(0, n_readers, n).tolist()
    articles = (n_articles * rng.power(0.3, n)).astype(np.int64).tolist()
    dwell = rng.exponential(60.0, n).round(1).tolist()
    return (
        {
            c.EVENT_ID: f"e{row:08d}", c.READER_ID: f"reader-{reader}", c.ARTICLE_ID: f"a{article}", c.KIND: "read",
            c.OCCURRED_AT: _iso(second), c.DWELL_SECONDS: dwelt, c.REGION: _REGIONS[reader % 4],
            c.DEVICE: _DEVICES[reader % 3], c.REFERRER: _REFERRERS[row % 2], c.SURFACE: "app",
        }
        for row, (second, reader, article, dwelt) in enumerate(zip(seconds, readers, articles, dwell, strict=True))
    )  # fmt: skip


def _iso(seconds: int) -> str:
    return (DAY + timedelta(seconds=seconds)).isoformat()
