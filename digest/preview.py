"""A dry run: what an edition would look like, on a page, with nothing sent and nothing written to the database."""

from datetime import datetime
from pathlib import Path

from digest.render import preview_page, render
from store import digests
from store.connect import Connection
from store.digests import Edition

N_READERS = 5


def write_preview(connection: Connection, edition_id: str, as_of: datetime, variant: str, out: Path) -> int:
    """Write `out`, showing the mails of some opted-in readers without their addresses; how many.

    Raises NothingPublishedError where there is no run for `as_of`.
    """
    run_id = digests.run_for(connection, as_of, variant)
    edition = Edition(edition_id, as_of, run_id, "preview", as_of)
    keys = digests.opted_in(connection, as_of, N_READERS)
    lists = digests.items(connection, run_id, keys, as_of)
    mails = [render(edition, lists[key]) for key in keys if key in lists]
    out.parent.mkdir(parents=True, exist_ok=True)
    out.write_text(preview_page(edition_id, run_id, mails))
    return len(mails)
