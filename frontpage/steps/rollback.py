"""`frontpage rollback`: serve an earlier list again, and keep it until that is lifted or a later version passes."""

from frontpage.core.errors import BadInputError
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.store.connect import connect
from frontpage.store.lists import holds
from frontpage.store.server import database_url


def run(
    settings: Settings, params: Params, *, variant: str, to: int | None, reason: str, lift: bool = False
) -> Summary:
    """Flip the pointer back to run `to`, or to the list before the one being served; with `lift` let go of it again.

    Raises BadInputError without a reason, and what `holds` raises.
    """
    if not reason.strip():
        raise BadInputError("give a reason: --reason 'why'")
    with connect(database_url(settings)) as connection:
        if lift:
            held = holds.lift(connection, variant, settings.acting, reason)
            return Summary("rollback", artifact=f"run:{held}", details={"outcome": "lifted", "reason": reason})
        published = holds.roll_back(
            connection, variant, to, min_live_share=params.rollout.min_live_share, actor=settings.acting, reason=reason
        )
    details = {"outcome": published.outcome, "held": "until lifted, or a later version passes", "reason": reason}
    return Summary("rollback", artifact=f"run:{published.run_id}", details=details)
