"""`frontpage promote`: make a model version the champion by hand; the next refresh serves it."""

from frontpage.core.errors import BadInputError
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.lifecycle import artefacts, registry, tracking
from frontpage.store import versions
from frontpage.store.connect import connect
from frontpage.store.server import database_url


def run(settings: Settings, _params: Params, version: str, *, reason: str) -> Summary:
    """Champion and registry mirror set; a repeat completes a half-done promotion and changes nothing else.

    Raises BadInputError without a reason, NothingPublishedError for an unknown version, CheckFailedError where its
    artefacts are not what was trained.
    """
    if not reason.strip():
        raise BadInputError("give a reason for the promotion: --reason 'why this version'")
    with connect(database_url(settings)) as connection:
        chosen = versions.get(connection, version)
        n_files = artefacts.verify(artefacts.folder_of(chosen.artefact_uri))
        former = registry.change_stage(connection, version, "champion", actor=settings.acting, reason=reason)
    tracking.mark_stage(settings, version, "champion")
    details = {"champion": version, "former": former.version if former else "-", "reason": reason}
    return Summary("promote", rows_in=n_files, rows_out=1, artifact=chosen.artefact_uri, details=details)
