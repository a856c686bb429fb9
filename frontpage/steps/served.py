"""`frontpage report served`: what served lists were worth."""

from datetime import datetime, timedelta
from pathlib import Path

from frontpage.core.clock import iso
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.lifecycle.served import figures
from frontpage.lifecycle.served.page import page
from frontpage.store.connect import connect
from frontpage.store.judging import outcomes
from frontpage.store.server import database_url

#: Lists of a version that were read; with fewer it has no say in the correlation.
_MIN_LISTS = 200


def run(
    settings: Settings,
    _params: Params,
    as_of: datetime,
    days: float,
    csv_file: Path | None = None,
    html_file: Path | None = None,
) -> Summary:
    """Print the table of the days before `as_of`; rows in are lists, rows out lines. Files where they are named."""
    since = as_of - timedelta(days=days)
    with connect(database_url(settings), application="frontpage report") as connection:
        rows = outcomes.served(connection, since, as_of)
        versions = outcomes.by_version(connection, since, as_of, _MIN_LISTS)
    correlated = figures.correlations(versions)
    for line in figures.table(rows):
        print(line)  # noqa: T201 - this verb's result is what it prints
    if csv_file:
        figures.write_csv(csv_file, rows)
    if html_file:
        html_file.write_text(page(rows, versions, correlated, f"{iso(since)} to {iso(as_of)}"))
    n_lists = sum(row["n_lists"] for row in rows if row["way"] == "all")
    details = {name: f"{found['spearman']:.2f}" for name, found in correlated.items()}
    return Summary("report served", n_lists, len(rows), details={"versions": len(versions), **details})
