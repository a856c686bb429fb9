"""`frontpage export-reader`: give a person what is kept of them."""

import json
from pathlib import Path
from typing import Any

from frontpage.core import columns as c
from frontpage.core.errors import BadInputError
from frontpage.core.identity.addresses import AddressKeys
from frontpage.core.identity.pseudonym import Pseudonyms, reader_subject
from frontpage.core.pages.templating import filled
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.privacy.policy import load_policy
from frontpage.store import audit
from frontpage.store.connect import connect
from frontpage.store.governance import erasures
from frontpage.store.server import database_url


def run(settings: Settings, _params: Params, reader_id: str, *, reason: str, out: Path) -> Summary:
    """Write READER.json and READER.html into a folder: every row, with what it is for and how long it is kept.

    Raises BadInputError without a reason, and for a reader of whom nothing is kept.
    """
    if not reason.strip():
        raise BadInputError("give a reason, which goes into the audit log: --reason 'asked on 3 March, ticket 17'")
    secret = settings.pseudonym_secret.get_secret_value()
    with connect(database_url(settings), application="frontpage export-reader") as connection:
        key = Pseudonyms(secret, erasures.erased(connection)).key(reader_id)
        found = erasures.everything_of(connection, key, reader_id)
        if not found:
            raise BadInputError(f"nothing is kept of a reader {reader_id!r}; ids are case-sensitive")
        for contact in found.get("public.reader_contact", ()):
            if contact[c.EMAIL] is not None:
                contact[c.EMAIL] = AddressKeys.of(settings).open(contact[c.EMAIL], key)
        n = sum(map(len, found.values()))
        after = {"rows": n, "tables": sorted(found)}
        subject = reader_subject(reader_id, secret)
        audit.record(connection, "reader export", subject, str(settings.acting), reason, None, after)
    out.mkdir(parents=True, exist_ok=True)
    (out / "reader.json").write_text(json.dumps(found, default=str, ensure_ascii=False, indent=1))
    (out / "reader.html").write_text(_page(reader_id, found))
    return Summary("export-reader", n, n, artifact=str(out), details={"tables": len(found)})


def _page(reader_id: str, found: dict[str, list[dict[str, Any]]]) -> str:
    policy = load_policy()
    tables = [(name, policy.of(name.split(".")[-1]), rows) for name, rows in found.items()]
    return filled("frontpage.steps", "export_reader.html", reader_id=reader_id, tables=tables)
