"""`frontpage report`: what was found out, as a page and as CSV."""

from datetime import datetime
from pathlib import Path

from frontpage.core.errors import NothingPublishedError
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.lifecycle.pilot import figures, page
from frontpage.store.connect import connect
from frontpage.store.lifecycle import pilots
from frontpage.store.server import database_url


def pilot(settings: Settings, params: Params, *, as_of: datetime, out: Path | None = None) -> Summary:
    """Treatment against control since the last pilot began, up to as_of or its end; printed in words, too.

    Raises NothingPublishedError where there was no pilot before as_of.
    """
    with connect(database_url(settings), application="frontpage report") as connection:
        found = pilots.newest(connection)
        if found is None or found.started_at >= as_of:
            raise NothingPublishedError(f"no pilot began before {as_of:%Y-%m-%d %H:%M}; `frontpage pilot` begins one")
        since, until = found.started_at, min(as_of, found.ended_at or as_of)
        readers = pilots.outcomes(connection, found.pilot_id, since, until)
        daily = pilots.daily(connection, found.pilot_id, since, until)
        spent = pilots.work(connection, since, until, params.threads)
    n_days = (until - since).total_seconds() / 86_400
    outcomes = figures.outcomes(readers, n_days, params.pilot)
    costs = figures.cost(figures.Work(**spent, n_days=n_days), params.pilot)
    for each in outcomes:
        print(each.says)  # noqa: T201 - this verb's result is what it prints
    made = page.write(out or settings.path("reports", "pilot"), found, until, outcomes, costs, daily)
    return Summary("report", rows_in=len(readers), rows_out=len(outcomes), artifact=str(made))
