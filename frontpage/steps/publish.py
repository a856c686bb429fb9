"""`frontpage publish`: make the checked list current."""

from datetime import datetime

from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.store.connect import connect
from frontpage.store.lists import runs
from frontpage.store.locks import exclusive
from frontpage.store.server import database_url


def run(settings: Settings, params: Params, as_of: datetime, variant: str = "champion") -> Summary:
    """Flip the pointer to the newest list of (as_of, variant), which must have passed its gate."""
    with connect(database_url(settings)) as connection, exclusive(connection, f"lists of {variant}"):
        checked = runs.newest_attempt(connection, as_of, variant, "passed", *runs.DONE)
        published = runs.publish(connection, checked)
        dropped = runs.drop_old_runs(connection, variant, params.retention.runs)
    return Summary(
        "publish",
        rows_in=checked["n_rows"],
        rows_out=checked["n_rows"] if published.outcome == "published" else 0,
        artifact=f"run:{published.run_id}",
        details={"outcome": published.outcome, "checksum": checked["checksum"], "old_lists_dropped": dropped},
        inputs={"lists": {"run": checked["run_id"], "rows": checked["n_rows"], "hash": checked["checksum"]}},
        outputs={"published": {"run": published.run_id, "version": checked["model_version"]}},
    )
