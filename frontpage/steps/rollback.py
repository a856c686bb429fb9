"""`frontpage rollback`: serve an earlier list again."""

from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.store.connect import connect
from frontpage.store.lists import runs
from frontpage.store.server import database_url


def run(settings: Settings, _params: Params, *, variant: str, to: int | None, reason: str) -> Summary:
    """Flip the pointer back to run `to`, or to the list before the one being served."""
    with connect(database_url(settings)) as connection:
        published = runs.rollback(connection, variant, to, reason, str(settings.acting))
    return Summary("rollback", artifact=f"run:{published.run_id}", details={"outcome": published.outcome})
