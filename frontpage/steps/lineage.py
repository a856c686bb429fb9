"""`frontpage runs lineage` and `frontpage runs graph`: tell the lineage store what ran; one edition as a graph."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from frontpage.core.errors import NothingPublishedError
from frontpage.core.params import Params
from frontpage.core.progress import track
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.lifecycle.openlineage.events import events_of
from frontpage.lifecycle.openlineage.graph import graph_of
from frontpage.lifecycle.openlineage.page import page
from frontpage.lifecycle.openlineage.receiver import receiver
from frontpage.store.connect import Connection, connect
from frontpage.store.locks import exclusive
from frontpage.store.server import database_url
from frontpage.store.watching import lineage

#: In one go; the next tick goes on.
_MOST = 5_000


def run(settings: Settings, params: Params, as_of: datetime) -> Summary:
    """OpenLineage events of every execution about a moment up to as_of that has ended and was not told yet.

    Told twice, an execution is the same run. What is older than `retention.lineage_days` is forgotten.
    """
    url, days = database_url(settings), params.retention.lineage_days
    n_events = 0
    with _alone(url) as connection, receiver(url) as store:
        waiting = lineage.unreported(connection, as_of, as_of - timedelta(days=days), _MOST)
        for event in (event for execution in track(waiting, "executions") for event in events_of(execution)):
            store.take(event)
            n_events += 1
        forgotten = store.forget(days).get("runs", 0)
    return Summary("runs lineage", rows_in=len(waiting), rows_out=n_events, details={"forgotten": forgotten})


@contextmanager
def _alone(url: str) -> Iterator[Connection]:
    with connect(url, application="frontpage lineage") as connection, exclusive(connection, "lineage"):
        yield connection


def graph(settings: Settings, _params: Params, *, html: Path, of_run: int | None = None) -> Summary:
    """A page with the graph of a published run, by default the newest: one file, without scripts.

    Raises NothingPublishedError where the lineage store knows no such run.
    """
    with connect(database_url(settings), application="frontpage lineage") as connection:
        run_id = of_run if of_run is not None else newest(connection)
        drawn = graph_of(lineage.edition(connection, run_id))
    html.write_text(page(drawn, run_id))
    return Summary("runs graph", rows_in=len(drawn.nodes), rows_out=1, artifact=str(html), details={"run": run_id})


def newest(connection: Connection) -> int:
    """The newest published run that the store knows. Raises NothingPublishedError where there is none."""
    known = lineage.editions(connection, 1)
    if not known:
        raise NothingPublishedError("no published run is known to the lineage store; run `frontpage runs lineage`")
    return int(known[0]["run_id"])
