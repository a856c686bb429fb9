"""`frontpage models promote`: make a model version the champion by hand; the next refresh serves it."""

from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.lifecycle import artefacts, stages, tracking
from frontpage.lifecycle.artefacts import folder_of
from frontpage.lifecycle.release.card import write_card
from frontpage.lifecycle.release.fitness import require_fit
from frontpage.store import versions
from frontpage.store.connect import connect
from frontpage.store.server import database_url


def run(settings: Settings, params: Params, version: str, *, reason: str) -> Summary:
    """Champion and registry mirror set; a repeat completes a half-done promotion and changes nothing else.

    Raises BadInputError without a reason, NothingPublishedError for an unknown version, CheckFailedError where its
    artefacts are not what was trained or it is not fit for this machine.
    """
    stages.require_reason(reason)
    with connect(database_url(settings)) as connection:
        chosen = versions.get(connection, version)
        folder = folder_of(chosen, settings)
        n_files = artefacts.verify(folder)
        found = require_fit(folder, params, version, chosen.fitness.get("measured"))
        versions.set_findings(connection, version, fitness=found.as_json())
        former = stages.change_stage(connection, version, "champion", actor=settings.acting, reason=reason)
        write_card(connection, settings, versions.get(connection, version))
    tracking.mark_stage(settings, version, "champion")
    details = {"champion": version, "former": former.version if former else "-", "reason": reason}
    return Summary("models promote", rows_in=n_files, rows_out=1, artifact=chosen.artefact_uri, details=details)
