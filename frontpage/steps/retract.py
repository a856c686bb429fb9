"""`frontpage retract`, `unretract`, `shown-to`: take an article out of everything, and say who saw it."""

import time
from functools import partial
from pathlib import Path

from frontpage.core import columns as c
from frontpage.core.errors import BadInputError
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.scoring import shown as who
from frontpage.scoring.archive import Archive
from frontpage.store import audit
from frontpage.store.connect import Connection, connect
from frontpage.store.governance import retractions
from frontpage.store.server import database_url


def run(
    settings: Settings,
    _params: Params,
    article_id: str,
    *,
    reason: str,
    with_near: bool = False,
    out: Path | None = None,
) -> Summary:
    """Retract an article with its copies; the summary says who saw it, and which near-duplicates are left.

    Answers, lists and mails that are still to be sent hold it no more once the first transaction is committed. The
    readers who were shown it are written down after that, in a second one.
    Raises BadInputError without a reason, and for an article that nobody knows.
    """
    started = time.monotonic()
    with connect(database_url(settings), application="frontpage retract") as connection:
        _check(connection, article_id, reason)
        options = {"is_retracted": True, "with_near": with_near}
        changed = retractions.set_retracted(connection, article_id, str(settings.acting), reason, **options)
        gone_seconds = time.monotonic() - started
        shown = partial(who.shown_to, connection, Archive.of(settings))
        n_readers = retractions.note_corrections(connection, shown)
        left = [row for row in retractions.family(connection, article_id) if row["status"] == "live"]
        if out is not None:
            _write(settings, connection, article_id, out)
    details = {"articles": changed, "gone_seconds": round(gone_seconds, 3), "readers": n_readers}
    if left:
        details["near_duplicates_left"] = [row[c.ARTICLE_ID] for row in left]
    return Summary("retract", len(changed) + len(left), len(changed), artifact=f"article:{article_id}", details=details)


def undo(settings: Settings, _params: Params, article_id: str, *, reason: str, with_near: bool = False) -> Summary:
    """Take a retraction back; the next refresh may list the article again. Corrections not mailed yet are dropped.

    Raises BadInputError without a reason, and for an article that nobody knows.
    """
    with connect(database_url(settings), application="frontpage unretract") as connection:
        _check(connection, article_id, reason)
        options = {"is_retracted": False, "with_near": with_near}
        changed = retractions.set_retracted(connection, article_id, str(settings.acting), reason, **options)
    details = {"articles": changed}
    return Summary("unretract", len(changed), len(changed), artifact=f"article:{article_id}", details=details)


def shown_to(settings: Settings, _params: Params, article_id: str, *, out: Path) -> Summary:
    """Write who was shown an article or one of its copies, and who read it, as CSV; the look is audited.

    Lists whose rows were dropped are looked up in the archive. Raises UnavailableError where it cannot be read.
    """
    with connect(database_url(settings), application="frontpage shown-to") as connection:
        _check(connection, article_id, "shown-to")
        n_rows, n_readers = _write(settings, connection, article_id, out)
    return Summary("shown-to", n_rows, n_rows, artifact=str(out), details={"readers": n_readers})


def _write(settings: Settings, connection: Connection, article_id: str, out: Path) -> tuple[int, int]:
    ids = [row[c.ARTICLE_ID] for row in retractions.family(connection, article_id)]
    found = who.shown_to(connection, Archive.of(settings), ids)
    out.parent.mkdir(parents=True, exist_ok=True)
    found.to_csv(out, index=False)
    n_readers = int(found[c.READER_KEY].nunique())
    after = {"readers": n_readers, "file": out.name}
    audit.record(connection, "readers shown", f"article:{article_id}", str(settings.acting), "shown-to", None, after)
    return len(found), n_readers


def _check(connection: Connection, article_id: str, reason: str) -> None:
    if not reason.strip():
        raise BadInputError("give a reason, which goes into the audit log: --reason 'the quote was made up'")
    if not retractions.family(connection, article_id):
        raise BadInputError(f"there is no article {article_id!r}; `frontpage why READER` and the API show ids")
