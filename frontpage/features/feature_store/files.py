"""State rows in Parquet files: the offline store of work on files only."""

import json
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from frontpage.core import columns as c
from frontpage.core.clock import iso
from frontpage.core.errors import BadInputError
from frontpage.features.feature_store.codec import tables_of
from frontpage.features.feature_store.views import VIEWS, View, changed, schema, stamped
from frontpage.features.states import States

#: One thread and fixed settings: the same rows give the same bytes.
WRITE_OPTIONS = {"compression": "zstd", "version": "2.6", "store_schema": False}


def state_file(folder: Path, view: View) -> Path:
    """Where the rows of a view are."""
    return folder.absolute() / "features" / f"{view.name}.parquet"


def write_state_files(folder: Path, cutoffs: Iterable[tuple[datetime, States]]) -> dict[str, int]:
    """The states of `cutoffs` (ascending) as `folder/features/<view>.parquet`; rows by view name.

    Only what changed from cutoff to cutoff is in them, as in PostgreSQL; the bytes depend on the states alone.
    """
    written: list[str] = []
    before = {view.name: _prints(view, schema(view).empty_table()) for view in VIEWS}
    parts: dict[str, list[pa.Table]] = {view.name: [] for view in VIEWS}
    for cutoff, states in cutoffs:
        written.append(iso(cutoff))
        rows = tables_of(states)
        for view in VIEWS:
            news = changed(view, before[view.name], rows[view.name])
            parts[view.name].append(stamped(news, cutoff))
            kept = before[view.name].join(news.select(view.keys), list(view.keys), join_type="left anti")
            before[view.name] = pa.concat_tables([kept, _prints(view, news)])
    (folder / "features").mkdir(parents=True, exist_ok=True)
    tables = {view.name: pa.concat_tables(parts[view.name]) for view in VIEWS}
    for view in VIEWS:
        parquet.write_table(tables[view.name], state_file(folder, view), **WRITE_OPTIONS)
    _cutoff_file(folder).write_text(json.dumps(written, indent=2) + "\n")
    return {name: table.num_rows for name, table in tables.items()}


def require_cutoff_files(folder: Path, cutoffs: Iterable[datetime]) -> None:
    """Raise BadInputError where the states of some `cutoffs` were not written: a join would give older ones instead."""
    file = _cutoff_file(folder)
    written = json.loads(file.read_text()) if file.is_file() else []
    if missing := sorted({iso(cutoff) for cutoff in cutoffs} - set(written)):
        raise BadInputError(
            f"{folder} has no features of {missing[0]} and {len(missing) - 1} other moments; run `frontpage features` "
            "on it with these parameters"
        )


def _cutoff_file(folder: Path) -> Path:
    return folder.absolute() / "features" / "ticks.json"


def _prints(view: View, rows: pa.Table) -> pa.Table:
    return rows.select([*view.keys, c.FINGERPRINT])
