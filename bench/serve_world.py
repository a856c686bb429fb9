"""A database of the full size for measuring the API: every reader has a published list of ten."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
from tqdm import tqdm

from frontpage.core import columns as c
from frontpage.core.identity.pseudonym import reader_key
from frontpage.core.lists import LIST_LENGTH
from frontpage.core.settings import Settings
from frontpage.store import migrate, server
from frontpage.store.connect import Connection, connect, execute, transaction
from frontpage.store.copying.copy_arrow import copy_table
from frontpage.store.lists import runs

AS_OF = datetime(2026, 3, 1, 10, tzinfo=UTC)
N_ARTICLES = 6_000
N_FALLBACK_LISTS = 20
BLOCK = 50_000
REASONS = tuple(
    f'{{"code":"{code}",{args}"contribution":'
    for code, args in (
        ("much_read_in_region", '"args":{"hours":1},'),
        ("read_more_and_more", '"args":{"hours":6},'),
        ("reads_category", '"args":{"category":"science"},'),
        ("reads_publisher", '"args":{"publisher":"North Coast Gazette"},'),
        ("read_together", ""),
        ("new_today", ""),
    )
)


def names(n_readers: int) -> list[str]:
    """The ids of the readers."""
    return [f"reader-{n:06d}" for n in range(n_readers)]


def keys(n_readers: int, settings: Settings) -> np.ndarray:
    """Their pseudonyms, in the same order."""
    secret = settings.pseudonym_secret.get_secret_value()
    return np.array([reader_key(name, secret) for name in names(n_readers)], dtype=np.int64)


def create(home: Path, n_readers: int, settings: Settings) -> server.Server:
    """A server of its own below `home` with articles, readers and one published run."""
    running = server.up(home, shared_buffers="1GB", max_wal_size="8GB", random_page_cost="1.1")
    migrate.upgrade(running.url())
    with connect(running.url()) as connection:
        _write_articles(connection)
        reader_keys = keys(n_readers, settings)
        _write_readers(connection, names(n_readers), reader_keys)
        publish_run(connection, reader_keys, AS_OF, seed=1)
    return running


def publish_run(connection: Connection, reader_keys: np.ndarray, as_of: datetime, seed: int) -> int:
    """Build, count and make current a run in which each of the readers has ten articles; its id."""
    generator = np.random.default_rng(seed)
    run_id = runs.begin_run(connection, as_of, "champion", "bench-model")
    with transaction(connection):
        for start in tqdm(range(0, len(reader_keys), BLOCK), desc="lists", disable=None):
            block = reader_keys[start : start + BLOCK]
            first = first_article(np.arange(start, start + len(block)), run_id)
            copy_table(connection, runs.table_of(run_id), _lists(block, first, generator))
        copy_table(connection, "fallback_list", _fallbacks(run_id, generator))
    runs.finish_run(connection, run_id)
    runs.set_state(connection, run_id, "passed")
    return runs.publish(connection, runs.newest_attempt(connection, as_of, "champion", "passed")).run_id


def first_article(nth_reader: Any, run_id: int) -> Any:
    """Where a reader's ten neighbours on a ring of articles begin: a list tells whose and of which run it is."""
    return (nth_reader * 7 + run_id * 1_301) % N_ARTICLES


def list_rows(reader_keys: np.ndarray, seed: int) -> pa.Table:
    """Ten articles for each of the readers, without a run."""
    first = first_article(np.arange(len(reader_keys)), seed)
    return _lists(reader_keys, first, np.random.default_rng(seed))


def _lists(reader_keys: np.ndarray, first: np.ndarray, generator: np.random.Generator) -> pa.Table:
    n_rows = len(reader_keys) * LIST_LENGTH
    articles = (first[:, None] + np.arange(LIST_LENGTH)) % N_ARTICLES
    scores = np.sort(generator.random((len(reader_keys), LIST_LENGTH)), axis=1)[:, ::-1]
    return pa.table({
        c.READER_KEY: np.repeat(reader_keys, LIST_LENGTH),
        c.RANK: np.tile(np.arange(1, LIST_LENGTH + 1), len(reader_keys)),
        c.ARTICLE_ID: [f"article-{n}" for n in articles.ravel()],
        c.SCORE: scores.ravel().round(5),
        c.CANDIDATE_SOURCE: ["als"] * n_rows,
        c.REASONS: _reasons(n_rows, generator),
    })  # fmt: skip


def _reasons(n_rows: int, generator: np.random.Generator) -> list[str]:
    """JSON of two reasons for each row."""
    picked = generator.integers(0, len(REASONS), (n_rows, 2))
    counted = generator.random((n_rows, 2)).round(4)
    return [
        f"[{REASONS[a]}{x}}},{REASONS[b]}{y}}}]"
        for (a, b), (x, y) in zip(picked.tolist(), counted.tolist(), strict=True)
    ]


def _fallbacks(run_id: int, generator: np.random.Generator) -> pa.Table:
    scopes = [("global", ""), *(("region", f"region-{n}") for n in range(N_FALLBACK_LISTS))]
    rows = [(scope, value, rank) for scope, value in scopes for rank in range(1, LIST_LENGTH + 1)]
    return pa.table({
        c.RUN_ID: [run_id] * len(rows),
        "scope": [scope for scope, _, _ in rows],
        "scope_value": [value for _, value, _ in rows],
        c.RANK: [rank for _, _, rank in rows],
        c.ARTICLE_ID: [f"article-{n}" for n in range(len(rows))],
        c.SCORE: [round(1 / rank, 5) for _, _, rank in rows],
        c.CANDIDATE_SOURCE: ["popular"] * len(rows),
        c.REASONS: _reasons(len(rows), generator),
    })  # fmt: skip


def _write_articles(connection: Connection) -> None:
    ids = [f"article-{n}" for n in range(N_ARTICLES)]
    urls = [f"https://gazette.example/2026/03/01/a-story-that-is-called-{name}" for name in ids]
    moment = pa.array([AS_OF] * N_ARTICLES, pa.timestamp("us", "UTC"))
    copy_table(connection, "article_version", pa.table({
        c.ARTICLE_ID: ids, c.RECORDED_AT: moment, c.URL: urls, c.CANONICAL_URL: urls,
        c.TITLE: [f"Ferries stop as the harbour freezes, and what {name} has to do with it" for name in ids],
        c.CATEGORY: ["weather"] * N_ARTICLES, c.PUBLISHER: ["North Coast Gazette"] * N_ARTICLES,
        c.PUBLISHED_AT: moment, c.FIRST_SEEN_AT: moment, c.CONTENT_HASH: ids, "source": ["bench"] * N_ARTICLES,
        "extract_id": [0] * N_ARTICLES,
    }))  # fmt: skip
    execute(connection, "analyze article_version")


def _write_readers(connection: Connection, ids: list[str], reader_keys: np.ndarray) -> None:
    moment = pa.array([AS_OF] * len(ids), pa.timestamp("us", "UTC"))
    copy_table(connection, "reader", pa.table({c.READER_KEY: reader_keys, c.READER_ID: ids, c.RECORDED_AT: moment}))
    execute(connection, "analyze reader")
