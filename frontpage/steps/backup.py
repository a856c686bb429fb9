"""`frontpage backup`: the key, base backups, the way back, and readers who stay forgotten."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

from frontpage.backup import base
from frontpage.backup.folder import ended_at
from frontpage.backup.sealed import make_key
from frontpage.core.identity.pseudonym import id_hash
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.steps import forget
from frontpage.store.connect import connect, fetch_all
from frontpage.store.governance import erasures
from frontpage.store.queries import query
from frontpage.store.server import database_url


def key(settings: Settings, _params: Params) -> Summary:
    """Make the key that seals backups. Without it no backup can be read: keep a copy elsewhere."""
    backups = base.backups_of(settings)
    make_key(backups.key_file)
    return Summary("backup key", artifact=str(backups.key_file))


def create(settings: Settings, _params: Params) -> Summary:
    """A sealed base backup of the whole cluster, and the moment from which it can bring everything back."""
    backups = base.backups_of(settings)
    path, n_bytes = base.create(database_url(settings), backups, lambda: datetime.now(UTC))
    sizes = {"bytes": n_bytes, "sealed_bytes": path.stat().st_size, "ended_at": ended_at(path).isoformat()}
    return Summary("backup create", 1, 1, artifact=str(path), details=sizes)


def restore(settings: Settings, _params: Params, data: Path, until: datetime | None = None) -> Summary:
    """Unpack the newest backup from before `until` into `data`; a server that is started there recovers up to it."""
    made_from = base.unpack(base.backups_of(settings), data, until)
    details = {
        "until": until.isoformat() if until else "the end of the WAL",
        "free_bytes": shutil.disk_usage(data).free,
    }
    return Summary("backup restore", 1, 1, artifact=str(made_from), details=details)


def forget_again(settings: Settings, params: Params) -> Summary:
    """Forget those readers of a restored database who were forgotten after the moment that it was restored to."""
    noted, secret = base.backups_of(settings).erased(), settings.pseudonym_secret.get_secret_value()
    with connect(database_url(settings)) as connection:
        known = erasures.erased(connection)
        missing = {one for one, at in noted.items() if one not in known or known[one].erased_at < at}
        readers = [row["reader_id"] for row in fetch_all(connection, query("privacy/reader_ids"))] if missing else []
    again = [reader_id for reader_id in readers if id_hash(reader_id, secret) in missing]
    for reader_id in again:
        forget.run(settings, params, reader_id, reason="forgotten before this database was restored", wait_seconds=0)
    return Summary("backup forget-again", len(noted), len(again), artifact=f"readers:{len(again)}")
