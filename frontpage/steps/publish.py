"""`frontpage publish`: make the checked list current."""

from datetime import datetime

from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.lifecycle.rollout.audience import companions
from frontpage.store.catalogue.waiting import note_first_lists
from frontpage.store.connect import Connection, connect
from frontpage.store.lists import holds, runs, withheld
from frontpage.store.locks import exclusive
from frontpage.store.server import database_url


def run(settings: Settings, params: Params, as_of: datetime, variant: str = "champion") -> Summary:
    """Flip the pointer to the newest list of (as_of, variant), which must have passed its gate.

    A list that was rolled back to is held: then the newer one is kept for the record, and not served.
    """
    with connect(database_url(settings)) as connection:
        for name in companions(connection, variant):
            _published(connection, settings, params, as_of, name)
        return _published(connection, settings, params, as_of, variant)


def _published(connection: Connection, settings: Settings, params: Params, as_of: datetime, variant: str) -> Summary:
    with exclusive(connection, f"lists of {variant}"):
        checked = runs.newest_attempt(connection, as_of, variant, "passed", *runs.DONE)
        held = None if checked["state"] in runs.DONE else holds.forbids(connection, checked)
        published = (
            runs.publish(connection, checked, actor=str(settings.acting))
            if held is None
            else withheld.keep_back(connection, checked)
        )
        if published.outcome == "published":
            note_first_lists(connection, published.run_id)
        archived_only = params.retention.archive_days > 0
        dropped = runs.drop_old_runs(connection, variant, params.retention.runs, archived_only=archived_only)
    return Summary(
        "publish",
        rows_in=checked["n_rows"],
        rows_out=checked["n_rows"] if published.outcome == "published" else 0,
        artifact=f"run:{published.run_id}",
        details={
            "outcome": published.outcome,
            **({} if held is None else {"held": f"run:{held['run_id']}", "held_because": held["reason"]}),
            "readers": checked["n_readers"],
            "checksum": checked["checksum"],
            "old_lists_dropped": dropped,
        },
        inputs={"lists": {"run": checked["run_id"], "rows": checked["n_rows"], "hash": checked["checksum"]}},
        outputs={"published": {"run": published.run_id, "version": checked["model_version"]}},
    )
