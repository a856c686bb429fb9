"""Work on files by way of a database that lives only as long as that takes; the served one is never touched.

The same extract and the same checks as every night look at the files, so there is one behaviour to trust.
"""

import hashlib
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from frontpage.core import columns as c
from frontpage.core.history import History
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.lifecycle.training_history import history_to_learn_from
from frontpage.steps import extract
from frontpage.store import migrate, server
from frontpage.store.connect import connect, execute, transaction
from frontpage.store.copying.copy import copy_frame
from frontpage.store.history import load_history
from frontpage.store.queries import query

CANONICAL = "canonical"
#: A server whose data nobody will miss: nothing is made durable, and the indexes of a large log stay in memory.
_FLEETING: dict[str, Any] = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "max_wal_size": "8GB",
    "autovacuum": "off",
    "shared_buffers": "1GB",
}


def history_of_files(
    settings: Settings,
    params: Params,
    as_of: datetime,
    source: Path,
    format_name: str = CANONICAL,
    *,
    with_lists: bool = False,
) -> History:
    """What was known at `as_of` to somebody who had only these files.

    with_lists: also what readers were shown where a training learns from it (`History.shown`).
    format_name: `canonical`, or the name of a published format that `frontpage import` knows.
    Raises what import and extract raise for files that cannot be used.
    """
    with _database(settings.path("scratch")) as scratch_home:
        scratch = settings.model_copy(update={"home": scratch_home, "database_url": ""})
        files = source if format_name == CANONICAL else scratch_home / "canonical"
        if format_name != CANONICAL:
            from frontpage.steps import import_

            import_.run(scratch, params, format_name=format_name, path=source, out=files)
        extract.run(scratch, params, as_of, sources=[str(files.absolute())])
        with connect(server.database_url(scratch)) as connection:
            if with_lists:
                return history_to_learn_from(connection, as_of, params)
            return load_history(connection, as_of, params.data)


@contextmanager
def database_of(settings: Settings, history: History) -> Iterator[str]:
    """URL of a database that holds the rows of a history, as if they had been extracted from one source."""
    with _database(settings.path("scratch")) as home:
        url = server.database_url(settings.model_copy(update={"home": home, "database_url": ""}))
        with connect(url) as connection, transaction(connection):
            for table, frame in _tables(history).items():
                copy_frame(connection, table, frame)
            execute(connection, query("extract/scratch"), {"as_of": history.as_of})
        yield url


def _tables(history: History) -> dict[str, pd.DataFrame]:
    articles, readers, reads = _all(history.articles, history.older_articles), history.readers, history.reads
    versions = _all(readers, history.older_readers)
    texts = articles[[c.TITLE, c.SUMMARY, c.BODY]].fillna("").agg("\n".join, axis=1)
    hashes = [hashlib.sha256(text.encode()).hexdigest() for text in texts]
    made: dict[str, Any] = {"source": "snapshot", "extract_id": 1}
    derived: dict[str, Any] = {c.CANONICAL_URL: articles[c.URL], c.CONTENT_HASH: hashes}
    return {
        "article_version": articles.assign(**derived, **made),
        "reader": readers[[c.READER_KEY, c.RECORDED_AT]].assign(**{c.READER_ID: readers[c.READER_KEY].astype(str)}),
        "reader_version": versions[versions[c.SIGNED_UP_AT].notna()].assign(**made),
        "read_event": reads.assign(**made),
    }


def _all(newest: pd.DataFrame, older: pd.DataFrame | None) -> pd.DataFrame:
    return newest if older is None or older.empty else pd.concat([newest, older], ignore_index=True)


@contextmanager
def _database(home: Path) -> Iterator[Path]:
    """An empty, migrated server below `home`; a killed run's remains are cleared away by the next one."""
    _clear(home)
    running = server.up(home, **_FLEETING)
    try:
        migrate.upgrade(running.url())
        yield home
    finally:
        _clear(home)


def _clear(home: Path) -> None:
    server.down(home)
    shutil.rmtree(home, ignore_errors=True)
