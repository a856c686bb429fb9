"""States of past and present moments (cutoffs) in PostgreSQL: only what changed is written, and a cutoff never changes.

The state of an entity at a cutoff depends on nothing but what was recorded by then. So a cutoff that is there is left
alone, running twice writes nothing, and a cutoff filled in late gives the rows that a run at that time would have
given.
"""

from collections.abc import Iterable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise
from typing import Final

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from frontpage.core import columns as c
from frontpage.core.clock import iso
from frontpage.core.errors import NothingPublishedError
from frontpage.core.progress import track
from frontpage.core.sections.data import DataParams
from frontpage.features.feature_store.codec import table_of
from frontpage.features.feature_store.views import (
    ARTICLE_AUDIENCES,
    ARTICLES,
    READERS,
    TOTALS,
    VIEWS,
    View,
    changed,
    empty_rows,
    names_of,
    stamped,
)
from frontpage.features.grouping import Ints
from frontpage.features.interactions import InteractionDataset, interaction_dataset, without_reads_table
from frontpage.features.known_reads import known_articles, known_readers, known_reads
from frontpage.features.reader_states import reader_rows
from frontpage.features.states import states_from
from frontpage.store.connect import Connection, transaction
from frontpage.store.features import feature_rows
from frontpage.store.history import load_history

#: Readers whose states are in memory at once.
_BLOCK_READERS: Final = 50_000
#: All keys that there can be.
_KEYS: Final = range(-(2**63), 2**63 - 1)


def write_states(
    connection: Connection, dataset: InteractionDataset, as_of: datetime, data: DataParams
) -> dict[str, int]:
    """Write the states of `as_of` that differ from what counts then; rows written by view name.

    One transaction: all of a cutoff or none of it. An entity that is no longer there gets an empty row. Where a later
    cutoff is there already, what counted at it still does. Readers are worked out and written some at a time.
    """
    known = known_reads(dataset, as_of, data)
    readers = known_readers(known)
    states = states_from(known, known_articles(known, data), readers[:0])
    with transaction(connection):
        feature_rows.lock(connection)
        written = {
            view.name: _write(connection, view, table_of(view, states), as_of)
            for view in (ARTICLES, ARTICLE_AUDIENCES, TOTALS)
        }
        written[READERS.name] = 0
        blocks = list(_blocks(readers, dataset.reader_keys))
        for rows, keys in track(blocks, "blocks of readers"):
            table = table_of(READERS, replace(states, readers=reader_rows(known, rows)))
            written[READERS.name] += _write(connection, READERS, table, as_of, keys)
        feature_rows.record_cutoff(connection, as_of, sum(written.values()))
    return written


def ensure_cutoffs(connection: Connection, as_of: datetime, cutoffs: Iterable[datetime], data: DataParams) -> int:
    """Write the states of those `cutoffs` (none after `as_of`) that are not there yet; how many were missing.

    The history is loaded once, wide enough for the window of the oldest missing cutoff.
    """
    missing = sorted(set(cutoffs) - feature_rows.written_cutoffs(connection))
    if not missing:
        return 0
    span = (as_of - missing[0]) / timedelta(days=1)
    wide = data.model_copy(update={"max_days": data.max_days + span, "max_interactions": 2 * data.max_interactions})
    dataset = without_reads_table(interaction_dataset(load_history(connection, as_of, wide, with_text=False)))
    for cutoff in track(missing, "features of past moments"):
        write_states(connection, dataset, cutoff, data)
    return len(missing)


def require_cutoff(connection: Connection, as_of: datetime) -> None:
    """Raise NothingPublishedError where the states of `as_of` were not written."""
    if as_of not in feature_rows.written_cutoffs(connection):
        moment = iso(as_of)
        raise NothingPublishedError(f"there are no features of {moment}; run `frontpage features --as-of {moment}`")


def forget_states(connection: Connection, before: datetime) -> dict[str, int]:
    """Delete what no moment from `before` on needs; rows by view name. Earlier moments can be written anew."""
    feature_rows.forget_cutoffs(connection, before)
    deleted = {}
    for view in VIEWS:
        with transaction(connection):
            feature_rows.lock(connection)
            deleted[view.name] = feature_rows.forget(connection, view.name, view.keys, before)
    return deleted


def _blocks(readers: Ints, reader_keys: Ints) -> Iterator[tuple[Ints, range]]:
    """Readers (positions, ascending) some at a time, each with the keys that are its own; no key is left out."""
    cuts = np.arange(_BLOCK_READERS, len(readers), _BLOCK_READERS)
    ends = [_KEYS.start, *reader_keys[readers[cuts]].tolist(), _KEYS.stop]
    for rows, (first, end) in zip(np.split(readers, cuts), pairwise(ends), strict=True):
        yield rows, range(first, end)


def _write(connection: Connection, view: View, rows: pa.Table, as_of: datetime, keys: range | None = None) -> int:
    """How many rows of a view were written; where `keys` are given there is nothing in `rows` but these."""
    before = feature_rows.fingerprints(connection, view.name, view.keys, as_of, keys)
    news = changed(view, before, rows)
    if not len(news):
        return 0
    later = feature_rows.next_cutoff(connection, as_of)
    if later is not None:
        _keep(connection, view, news, before, (as_of, later))
    if pc.any(pc.equal(before[feature_rows.WRITTEN_THEN], "t")).as_py():
        feature_rows.upsert(connection, view.name, view.keys, stamped(news, as_of))
    else:
        feature_rows.insert(connection, view.name, stamped(news, as_of))
    return len(news)


def _keep(
    connection: Connection, view: View, news: pa.Table, before: pa.Table, moments: tuple[datetime, datetime]
) -> None:
    """What counts at the later cutoff goes on counting there, though rows are about to come in between."""
    keys = list(view.keys)
    feature_rows.repeat(connection, view.name, [*names_of(view), c.FINGERPRINT], news.select(keys), moments)
    there = pa.concat_tables([before.select(keys), feature_rows.keys_between(connection, view.name, keys, moments)])
    absent = news.select(keys).join(there, keys, join_type="left anti")
    if len(absent):
        feature_rows.upsert(connection, view.name, keys, stamped(empty_rows(view, absent), moments[1]))
