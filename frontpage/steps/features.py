"""`frontpage features`: states of articles, audiences, totals and readers at as_of, into Feast."""

from __future__ import annotations

import time
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.features.interactions import InteractionDataset, interaction_dataset, without_reads_table
from frontpage.features.pairs import has_text, unavailable_features
from frontpage.features.states import states_at

if TYPE_CHECKING:
    from frontpage.store.connect import Connection


def run(settings: Settings, params: Params, as_of: datetime, data: Path | None = None) -> Summary:
    """States of `as_of`: in PostgreSQL; with `data`, files beside that snapshot.

    Running twice writes nothing. With `data` the cutoffs that training looks back to are written too, and no database
    is touched. Raises BadInputError where the snapshot was taken at another moment.
    """
    return _to_files(params, as_of, data) if data else _to_database(settings, params, as_of)


def _to_database(settings: Settings, params: Params, as_of: datetime) -> Summary:
    from frontpage.features.feature_store.cutoffs import write_states
    from frontpage.store.connect import connect
    from frontpage.store.server import database_url

    started = time.perf_counter()
    with connect(database_url(settings), application="frontpage features") as connection:
        dataset, unavailable = _known(connection, as_of, params)
        written = write_states(connection, dataset, as_of, params.data)
    details = {**written, "unavailable": ",".join(unavailable) or "-"}
    seconds = time.perf_counter() - started
    n_reads, n_states = len(dataset.read_time), sum(written.values())
    rows = {"inputs": {"reads": {"rows": n_reads}}, "outputs": {"states": {"rows": n_states}}}
    return Summary("features", n_reads, n_states, 0, seconds, "feast", details, **rows)


def _known(connection: Connection, as_of: datetime, params: Params) -> tuple[InteractionDataset, list[str]]:
    """What the states are made of, and the features that lack their data."""
    from frontpage.store.history import any_text, load_history

    history = load_history(connection, as_of, params.data, with_text=False)
    unavailable = unavailable_features(history, with_text=any_text(connection, as_of))
    return without_reads_table(interaction_dataset(history)), unavailable


def _to_files(params: Params, as_of: datetime, data: Path) -> Summary:
    from frontpage.features.feature_store.files import write_state_files
    from frontpage.features.snapshot import read_snapshot
    from models.training.cutoffs import past_cutoffs
    from models.training.held_back import history_to_learn

    started = time.perf_counter()
    history = read_snapshot(data, as_of)
    cutoffs = sorted({*past_cutoffs(history_to_learn(history, params), params), as_of})
    dataset = interaction_dataset(history)
    states = ((cutoff, states_at(dataset, cutoff, params.data)) for cutoff in cutoffs)
    written = write_state_files(data, states)
    seconds = time.perf_counter() - started
    unavailable = unavailable_features(history, with_text=has_text(history))
    details = {**written, "unavailable": ",".join(unavailable) or "-"}
    return Summary("features", len(history.reads), sum(written.values()), 0, seconds, str(data / "features"), details)
