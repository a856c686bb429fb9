"""`frontpage rollback`: serve an earlier list again."""

from core.params import Params
from core.settings import Settings
from core.summary import Summary
from store import runs
from store.connect import connect
from store.server import database_url


def run(settings: Settings, _params: Params, *, variant: str, to: int | None, reason: str) -> Summary:
    """Flip the pointer back to run `to`, or to the list before the one being served."""
    with connect(database_url(settings)) as connection:
        published = runs.rollback(connection, variant, to, reason)
    return Summary("rollback", artifact=f"run:{published.run_id}", details={"outcome": published.outcome})
