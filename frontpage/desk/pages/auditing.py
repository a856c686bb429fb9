"""The audit log: who changed what, when and why, and whether the record is whole."""

from fastapi import APIRouter
from starlette.responses import HTMLResponse

from frontpage.core.identity.pseudonym import reader_subject
from frontpage.desk.visit import Auditor
from frontpage.store import audit

router = APIRouter()
_ROWS = 50


@router.get("/audit")
def overview(
    visit: Auditor, action: str = "", subject: str = "", actor: str = "", reader: str = "", before: int | None = None
) -> HTMLResponse:
    """Entries, newest first; of a reader by their id, which the log does not hold."""
    wanted = reader_subject(reader, visit.settings.pseudonym_secret.get_secret_value()) if reader else subject
    asked = {"action": action, "subject": wanted, "actor": actor}
    rows = visit.rows("audited", before=before, most=_ROWS, **{name: _literal(text) for name, text in asked.items()})
    more = rows[-1]["entry_id"] if len(rows) == _ROWS else None
    return visit.page("audit.html", rows=rows, action=action, subject=subject, actor=actor, reader=reader, more=more)


@router.get("/audit-verify")
def verify(visit: Auditor) -> HTMLResponse:
    """Whether no entry was changed, removed or inserted."""
    return visit.page("audit_verified.html", found=audit.verify(visit.connection))


def _literal(text: str) -> str:
    """Text of which no character is a wildcard of LIKE."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
