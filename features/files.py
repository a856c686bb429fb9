"""State rows in Parquet files: the offline store of work on files only."""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import pyarrow as pa
from pyarrow import parquet

from core import columns as c
from features.states import States
from features.tables import tables_of
from features.views import VIEWS, View, changed, schema, stamped

#: One thread and fixed settings: the same rows give the same bytes.
WRITE_OPTIONS = {"compression": "zstd", "version": "2.6", "store_schema": False}


def state_file(folder: Path, view: View) -> Path:
    """Where the rows of a view are."""
    return folder.absolute() / "features" / f"{view.name}.parquet"


def write_state_files(folder: Path, ticks: Iterable[tuple[datetime, States]]) -> dict[str, int]:
    """The states of `ticks` (ascending) as `folder/features/<view>.parquet`; rows by view name.

    Only what changed from tick to tick is in them, as in PostgreSQL; the bytes depend on the states alone.
    """
    before = {view.name: _prints(view, schema(view).empty_table()) for view in VIEWS}
    parts: dict[str, list[pa.Table]] = {view.name: [] for view in VIEWS}
    for tick, states in ticks:
        rows = tables_of(states)
        for view in VIEWS:
            news = changed(view, before[view.name], rows[view.name])
            parts[view.name].append(stamped(news, tick))
            kept = before[view.name].join(news.select(view.keys), list(view.keys), join_type="left anti")
            before[view.name] = pa.concat_tables([kept, _prints(view, news)])
    (folder / "features").mkdir(parents=True, exist_ok=True)
    tables = {view.name: pa.concat_tables(parts[view.name]) for view in VIEWS}
    for view in VIEWS:
        parquet.write_table(tables[view.name], state_file(folder, view), **WRITE_OPTIONS)
    return {name: table.num_rows for name, table in tables.items()}


def _prints(view: View, rows: pa.Table) -> pa.Table:
    return rows.select([*view.keys, c.FINGERPRINT])
