"""`frontpage release`: the accepted version of as_of on its way to readers, once it is fit for this machine."""

from datetime import datetime

from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.lifecycle import artefacts, registry, tracking
from frontpage.lifecycle.artefacts import folder_of
from frontpage.lifecycle.profile import profile_file
from frontpage.lifecycle.release.card import card_file, write_card
from frontpage.lifecycle.release.fitness import require_fit
from frontpage.lifecycle.rollout.admission import StageChanger, admit
from frontpage.store import versions
from frontpage.store.connect import connect
from frontpage.store.lifecycle import rollouts
from frontpage.store.locks import exclusive
from frontpage.store.server import database_url


def run(settings: Settings, params: Params, as_of: datetime) -> Summary:
    """The version of `as_of`, where gate and acceptance test let it pass, becomes champion if only its data are new.

    One of a changed recipe goes on trial first (`lifecycle.rollout`); one that did not pass is left as it is.

    A repeat completes what a killed one left undone. Raises NothingPublishedError where none was trained at `as_of`,
    CheckFailedError where it is not fit for this machine; it stays a candidate then.
    """
    url, others = database_url(settings), dict[str, str]()
    with connect(url, application="frontpage release") as connection, exclusive(connection, "evaluate"):
        row = registry.candidate_at(connection, as_of)
        if row.stage == "candidate" and registry.is_accepted(row):
            found = require_fit(folder_of(row, settings), params, row.version)
            versions.set_findings(connection, row.version, fitness=found.as_json())
            reason = f"accepted: {row.acceptance['reasons'][0]}"
            at = StageChanger(connection, as_of, settings.acting)
            with exclusive(connection, rollouts.LOCK):
                admit(at, row, reason)
            others = {name: stage for name, stage in at.changed.items() if name != row.version}
            row = versions.get(connection, row.version)
            write_card(connection, settings, row)
    if row.fitness:
        artefacts.push(row, settings)
        for version, stage in {**others, row.version: row.stage}.items():
            tracking.mark_stage(settings, version, stage)
        folder = folder_of(row, settings)
        pages = [page for page in (card_file(folder), profile_file(folder)) if page.is_file()]
        tracking.attach(settings, row.version, "card", pages)
    details = {"version": row.version, "stage": row.stage}
    return Summary("release", 1, int(row.stage == "champion"), artifact=row.artefact_uri, details=details)
