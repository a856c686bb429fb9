"""`frontpage archive`: published runs as Parquet, so that their rows may be dropped."""

from datetime import datetime

from frontpage.core.params import Params
from frontpage.core.progress import track
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.scoring.archive import Archive
from frontpage.store.connect import connect
from frontpage.store.lists import archived
from frontpage.store.locks import exclusive
from frontpage.store.server import database_url


def run(settings: Settings, params: Params, as_of: datetime) -> Summary:
    """Rows in: lists of the runs of `as_of` and before that were not archived yet; rows out: those written.

    Nothing is archived where `retention.archive_days` is 0. Raises UnavailableError where the archive cannot be used.
    """
    archive = Archive.of(settings)
    with (
        connect(database_url(settings), application="frontpage archive") as connection,
        exclusive(connection, "archive"),
    ):
        runs = archived.to_do(connection, as_of) if params.retention.archive_days else []
        made = [archive.add(connection, each) for each in track(runs, "runs")]
    n_lists, n_kept = sum(run.n_lists for run in made), sum(run.n_kept for run in made)
    details = {"runs": len(made), "bytes": sum(run.n_bytes for run in made)}
    return Summary("archive", n_lists + n_kept, n_lists, artifact=archive.url, details=details)
