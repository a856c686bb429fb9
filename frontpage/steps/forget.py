"""`frontpage forget`: delete what is kept of a reader, and prove it."""

import json
import time
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from frontpage.backup.base import backups_of
from frontpage.core.errors import BadInputError
from frontpage.core.identity.addresses import AddressKeys
from frontpage.core.identity.pseudonym import Pseudonyms, id_hash, reader_subject, reporter_of
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.privacy.files import forget_in_files
from frontpage.privacy.needles import Needles
from frontpage.privacy.signed import signature_of
from frontpage.store import audit
from frontpage.store.connect import Connection, connect, transaction
from frontpage.store.governance import erasures
from frontpage.store.server import database_url

#: By then every worker of the API knows that the id is somebody new, and has written down what it still held.
WAIT_SECONDS = 5.0
#: What stays, and why; part of each report.
KEPT = {
    "reader_generation": "a keyed hash of the id, so that who comes back is somebody new; it names nobody",
    "audit_entry": "who looked at or changed what, under a keyed hash of the id; the law asks for it",
    "digest_suppression": "a keyed hash of an address that must not be mailed, where it bounced or complained",
    "learned": "weights of trees and factors of articles, in which no person can be told; trainings renew them",
}


def run(
    settings: Settings,
    params: Params,
    reader_id: str,
    *,
    reason: str,
    as_of: datetime | None = None,
    out: Path | None = None,
    wait_seconds: float = WAIT_SECONDS,
) -> Summary:
    """Delete a reader's rows in every table, blot them out of text files, and name the files that expire, with the day.

    as_of: what happened up to then is never loaded again; default now. Raises BadInputError without a reason, and for a
    reader of whom nothing is kept.
    """
    if not reason.strip():
        raise BadInputError("give a reason, which goes into the audit log: --reason 'asked on 3 March, ticket 17'")
    secret = settings.pseudonym_secret.get_secret_value()
    erased_at = as_of or datetime.now(UTC)
    with connect(database_url(settings), application="frontpage forget") as connection:
        key = Pseudonyms(secret, erasures.erased(connection)).key(reader_id)
        is_known, sealed = erasures.email_of(connection, key)
        email = None if sealed is None else AddressKeys.of(settings).open(sealed, key)
        kept = erasures.everything_of(connection, key, reader_id)
        if not is_known and not kept:
            raise BadInputError(f"nothing is kept of a reader {reader_id!r}; ids are case-sensitive")
        with transaction(connection):
            erasures.next_generation(connection, id_hash(reader_id, secret), erased_at)
        time.sleep(wait_seconds)
        rows = _delete(connection, reader_id, email, key, secret)
        files = forget_in_files(
            settings.path(), Needles(reader_id, key, email), datetime.now(UTC), params.retention.erased_file_days
        )
        report = _report(reader_subject(reader_id, secret), erased_at, str(settings.acting), reason)
        report |= {"rows": rows, "files": [asdict(one) for one in files], "kept": KEPT}
        report = json.loads(json.dumps(report, default=str))
        signature = signature_of(report, secret)
        with transaction(connection):
            erasures.keep_report(connection, report["subject"], report, signature)
            after = {"rows": sum(rows.values()), "files": len(files), "signature": signature}
            audit.record(connection, "reader forget", report["subject"], report["actor"], reason, None, after)
        _note_beside_backups(settings, connection)
    if out is not None:
        out.write_text(json.dumps({"report": report, "signature": signature}, indent=1, ensure_ascii=False))
    n = sum(rows.values())
    details = {"files": len(files), "expiring": sum(one.outcome == "expires" for one in files), "signature": signature}
    return Summary("forget", n, n, artifact=report["subject"], details=details)


def _note_beside_backups(settings: Settings, connection: Connection) -> None:
    """A restore to an earlier moment has to forget them again, so that it is written down where no restore reaches."""
    backups = backups_of(settings)
    if backups.key_file.exists():
        known = {one: about.erased_at for one, about in erasures.erased(connection).items()}
        backups.note_erased({**backups.erased(), **known})


def _delete(connection: Connection, reader_id: str, email: str | None, key: int, secret: str) -> dict[str, int]:
    with transaction(connection):
        rows = erasures.delete_rows(connection, key)
        return rows | erasures.delete_mentions(connection, reader_id, email, reporter_of(key, secret), key)


def _report(subject: str, erased_at: datetime, actor: str, reason: str) -> dict[str, Any]:
    return {"subject": subject, "erased_at": erased_at, "actor": actor, "reason": reason, "made_at": datetime.now(UTC)}
