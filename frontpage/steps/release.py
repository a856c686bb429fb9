"""`frontpage release`: the accepted version of as_of on its way to readers, once it is fit for this machine."""

from datetime import datetime

from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.lifecycle import artefacts, registry, stages, tracking
from frontpage.lifecycle.artefacts import folder_of
from frontpage.lifecycle.release.card import card_file, write_card
from frontpage.lifecycle.release.fitness import require_fit
from frontpage.store import versions
from frontpage.store.connect import connect
from frontpage.store.locks import exclusive
from frontpage.store.server import database_url


def run(settings: Settings, params: Params, as_of: datetime) -> Summary:
    """The version of `as_of` becomes champion where gate and acceptance test let it pass; else nothing changes.

    A repeat completes what a killed one left undone. Raises NothingPublishedError where none was trained at `as_of`,
    CheckFailedError where it is not fit for this machine; it stays a candidate then.
    """
    url = database_url(settings)
    with connect(url, application="frontpage release") as connection, exclusive(connection, "evaluate"):
        row = registry.candidate_at(connection, as_of)
        if row.stage == "candidate" and registry.is_accepted(row):
            found = require_fit(folder_of(row, settings), params, row.version)
            versions.set_findings(connection, row.version, fitness=found.as_json())
            reason = f"accepted: {row.acceptance['reasons'][0]}"
            stages.change_stage(connection, row.version, "champion", actor=settings.acting, reason=reason)
            row = versions.get(connection, row.version)
            write_card(connection, settings, row)
    if row.fitness:
        artefacts.push(row, settings)
        tracking.mark_stage(settings, row.version, row.stage)
        tracking.attach(settings, row.version, "card", [card_file(folder_of(row, settings))])
    details = {"version": row.version, "stage": row.stage}
    return Summary("release", 1, int(row.stage == "champion"), artifact=row.artefact_uri, details=details)
