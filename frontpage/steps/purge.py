"""`frontpage purge`: delete what was to be kept only for a while."""

from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import unquote, urlsplit

from frontpage.core.errors import UnavailableError
from frontpage.core.params import Params
from frontpage.core.progress import track
from frontpage.core.sections.data import RetentionParams
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.features.feature_store.cutoffs import forget_states
from frontpage.privacy.files import expire
from frontpage.scoring.archive import Archive
from frontpage.store import versions
from frontpage.store.connect import Connection, connect
from frontpage.store.governance import erasures, retention
from frontpage.store.lists import archived
from frontpage.store.locks import exclusive
from frontpage.store.server import database_url


def run(settings: Settings, params: Params, as_of: datetime) -> Summary:
    """Delete what is older at as_of than `retention` in params.yaml allows; the details say how much of what."""
    deleted: dict[str, int] = {}
    with connect(database_url(settings), application="frontpage purge") as connection:
        for table, days in track(days_kept(params.retention).items(), "tables"):
            deleted[table] = retention.purge(connection, table, as_of - timedelta(days=days))
        deleted["erased_files"] = _erased_files(connection, settings, as_of)
        deleted |= _states(connection, as_of - timedelta(days=params.retention.state_days))
        deleted |= _archived(connection, settings, as_of - timedelta(days=params.retention.archive_days))
    total = sum(deleted.values())
    return Summary("purge", rows_in=total, rejected=total, details={name: n for name, n in deleted.items() if n})


def _erased_files(connection: Connection, settings: Settings, as_of: datetime) -> int:
    """Delete files that hold forgotten readers and whose day has come, but for the champion's."""
    serving = versions.champion(connection)
    in_use = {Path(unquote(urlsplit(serving.artefact_uri).path))} if serving else set()
    reports = [row["report"] for row in erasures.reports(connection)]
    return sum(len(expire(settings.path(), report, as_of, in_use)) for report in reports)


def _archived(connection: Connection, settings: Settings, before: datetime) -> dict[str, int]:
    """Runs of the archive that are too old, unless a younger one keeps their lists."""
    runs = archived.expired(connection, before)
    for each in runs:
        Archive.of(settings).drop(connection, each["run_id"], each["uri"])
    return {"archived_run": len(runs)}


def _states(connection: Connection, before: datetime) -> dict[str, int]:
    """A training that is under way may look back further: then they are left for another night."""
    try:
        with exclusive(connection, "train"):
            return forget_states(connection, before)
    except UnavailableError:
        return {}


def days_kept(params: RetentionParams) -> dict[str, float]:
    """How long the rows of each table are kept."""
    return {
        "served_list": params.served_list_days,
        "list_outcome": params.served_list_days,
        "link_click": params.link_click_days,
        "event_inbox": params.inbox_days,
        "digest_report_inbox": params.inbox_days,
        "quarantine": params.quarantine_days,
        "digest_report": params.digest_days,
        "digest_delivery": params.digest_days,
        "execution": params.execution_days,
        "catalogue_row": params.inbox_days,
        "catalogue_batch": params.quarantine_days,
    }
