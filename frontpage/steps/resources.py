"""`frontpage report resources`: what each step takes, against its own past."""

from datetime import datetime

from frontpage.core.clock import iso
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.monitoring.reports import resources
from frontpage.store.connect import connect
from frontpage.store.server import database_url
from frontpage.store.watching import monitoring


def run(settings: Settings, _params: Params, as_of: datetime) -> Summary:
    """Print the table and write `home/reports/resources.html`; details name steps that took much more than usual."""
    with connect(database_url(settings), application="frontpage report") as connection:
        rows = monitoring.ask(connection, "resources", as_of)
    for line in resources.table(rows):
        print(line)  # noqa: T201 - this verb's result is what it prints
    path = settings.path("reports", "resources.html")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(resources.page(rows, iso(as_of)))
    unusual = [row["verb"].replace(" ", "_") for row in rows if resources.is_unusual(row)]
    return Summary("report resources", sum(row["n"] for row in rows), len(rows), artifact=str(path),
                   details={"unusual": ",".join(unusual) or "-"})  # fmt: skip
