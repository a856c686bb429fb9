"""`frontpage audit`: who changed what, when and why, and whether that record is whole."""

import json

from frontpage.core.errors import CheckFailedError
from frontpage.core.identity.pseudonym import reader_subject
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.store import audit
from frontpage.store.connect import connect
from frontpage.store.server import database_url


def verify(settings: Settings, _params: Params, expect: str = "") -> Summary:
    """Whether no entry was changed, removed or inserted; prints the last hash, to be noted elsewhere.

    expect: a hash that was noted earlier. Raises CheckFailedError with the first fault.
    """
    with connect(database_url(settings), application="frontpage audit") as connection:
        found = audit.verify(connection, expect or None)
    if found.faults:
        more = f" (and {len(found.faults) - 1} more)" if len(found.faults) > 1 else ""
        raise CheckFailedError(f"the audit log was tampered with: {found.faults[0]}{more}")
    return Summary("audit verify", rows_in=found.n_entries, rows_out=found.n_entries, artifact=f"sha256:{found.hash}")


def show(
    settings: Settings, _params: Params, *, action: str = "", subject: str = "", reader: str = "", most: int = 100
) -> Summary:
    """Print the newest entries as JSON lines. reader: a reader's id, whose entries are found by its keyed hash."""
    wanted = reader_subject(reader, settings.pseudonym_secret.get_secret_value()) if reader else subject or None
    with connect(database_url(settings), application="frontpage audit") as connection:
        rows = audit.entries(connection, action or None, wanted, most)
    for row in rows:
        print(json.dumps(row, default=str, ensure_ascii=False))  # noqa: T201 - this verb's result is what it prints
    return Summary("audit list", rows_out=len(rows))
