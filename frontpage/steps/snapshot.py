"""`frontpage snapshot`: the history at as_of as files with a manifest hash, for training without a database."""

import time
from datetime import datetime
from pathlib import Path

from frontpage.core.clock import iso
from frontpage.core.errors import BadInputError
from frontpage.core.history import History
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.features.snapshot import MANIFEST, read_snapshot, write_snapshot
from frontpage.lifecycle.training_history import history_to_learn_from
from frontpage.store.connect import connect
from frontpage.store.server import database_url


def run(
    settings: Settings,
    params: Params,
    as_of: datetime,
    out: Path,
    *,
    source: Path | None = None,
    format_name: str = "canonical",
    profile: Path | None = None,
) -> Summary:
    """A snapshot of what was known at `as_of` in the folder `out`; the same knowledge gives the same hash.

    out: a folder below `home/snapshots`, the nightly place, is pushed to the DVC remote too.
    source: files instead of the database: canonical ones, a published format, or another snapshot.
    profile: an HTML page about the data is written there.
    """
    started = time.perf_counter()
    history = _from_files(settings, params, as_of, source, format_name) if source else _known(settings, params, as_of)
    manifest_hash = write_snapshot(history, out)
    details = {"hash": manifest_hash}
    if out.absolute().parent == settings.path("snapshots"):
        from frontpage.lifecycle.snapshots import push_snapshot

        details["remote"] = push_snapshot(settings, out)
    if profile is not None:
        from frontpage.lifecycle.profile import profile_page

        profile.parent.mkdir(parents=True, exist_ok=True)
        profile.write_text(profile_page(history, manifest_hash))
    n_rows = len(history.articles) + len(history.reads) + len(history.readers)
    outputs = {"snapshot": {"hash": manifest_hash, "rows": n_rows}}
    seconds = time.perf_counter() - started
    return Summary("snapshot", n_rows, n_rows, 0, seconds, str(out), details, inputs=history.rows(), outputs=outputs)


def _known(settings: Settings, params: Params, as_of: datetime) -> History:
    with connect(database_url(settings), application="frontpage snapshot") as connection:
        return history_to_learn_from(connection, as_of, params)


def _from_files(settings: Settings, params: Params, as_of: datetime, source: Path, format_name: str) -> History:
    if (source / MANIFEST).is_file():
        from frontpage.features.history import history_at

        history = read_snapshot(source)
        if as_of > history.as_of:
            raise BadInputError(f"{source} was taken at {iso(history.as_of)}; it does not say what was known later")
        return history if history.as_of == as_of else history_at(history, as_of, params.data)
    from frontpage.steps.scratch import history_of_files

    return history_of_files(settings, params, as_of, source, format_name, with_lists=True)
