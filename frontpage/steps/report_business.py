"""`frontpage report business`: the business figures of the days up to as_of, as a table, a page and a CSV file."""

import logging
from datetime import datetime, timedelta

from frontpage.core.clock import DAY, floor_to
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.lifecycle.business.figures import budget_warning, by_day, cost_per_1000_lists, guilty_stage, stages
from frontpage.lifecycle.business.page import as_csv, page
from frontpage.store.connect import connect
from frontpage.store.server import database_url
from frontpage.store.watching import business

_log = logging.getLogger(__name__)
#: A day is counted anew as long as late reads come in.
_RECOUNTED = 3


def run(settings: Settings, params: Params, as_of: datetime) -> Summary:
    """Count the newest whole days anew, those missing too, and write the page of the last `business.days`.

    The page and its CSV are in `home/reports/business`. A budget that is about to be passed is a warning in the log, on
    the page and in the details.
    """
    today = floor_to(as_of, DAY)
    first = today - timedelta(days=params.business.days)
    with connect(database_url(settings), application="frontpage report") as connection:
        there = {row["day"] for row in business.costs(connection, first.date(), today.date())}
        for back in range(params.business.days, 0, -1):
            day = today - timedelta(days=back)
            if back <= _RECOUNTED or day.date() not in there:
                business.count_day(connection, day, as_of, params.business)
        last = (today - DAY).date()
        rows, costs = business.days(connection, first.date(), last), business.costs(connection, first.date(), last)
        paths = business.paths(connection, first, as_of)
        subscriptions = business.subscriptions(connection, first.date(), last, as_of)
    warning = budget_warning(costs, last, params.business)
    if warning:
        _log.warning("budget: %s", warning)
    folder = settings.path("reports", "business")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "index.html").write_text(page(rows, costs, paths, subscriptions, warning))
    (folder / "days.csv").write_text(as_csv(rows))
    figures = list(by_day(rows).values())
    details = {
        "minutes_per_reader": round(figures[-1]["minutes_per_reader"], 3) if figures else None,
        "cost_per_1000_lists": cost_per_1000_lists(costs),
        "slowest_stage": guilty_stage(stages(paths)) or "-",
        **({"budget": warning.replace(" ", "_")} if warning else {}),
    }
    return Summary("report business", len(rows), len(rows), artifact=str(folder / "index.html"), details=details)
