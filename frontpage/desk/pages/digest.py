"""The digest: tomorrow's mail of some readers, what became of editions, and the stop button."""

from datetime import timedelta

from fastapi import APIRouter
from starlette.responses import HTMLResponse, RedirectResponse

from frontpage.desk.visit import Anybody, LooksAtReaders, Operator

router = APIRouter()
_EDITIONS = 20
_MAIL_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'; frame-src 'self'; frame-ancestors 'self'"


@router.get("/digest")
def overview(visit: Anybody) -> HTMLResponse:
    """Editions, newest first."""
    return visit.page("digest.html", editions=visit.rows("editions", most=_EDITIONS), post=visit.row("post"))


@router.get("/digest-preview")
def preview(visit: LooksAtReaders) -> HTMLResponse:
    """What would be mailed of the lists that are served now, without addresses; nothing is recorded."""
    from frontpage.digest.letter import Letterhead
    from frontpage.digest.preview import preview_page

    served = visit.row("served")
    as_of = served["as_of"] if served else visit.now - timedelta(hours=1)
    letterhead = Letterhead.of(visit.settings, visit.desk.params.digest)
    page, _ = preview_page(visit.connection, letterhead, as_of, "champion")
    return HTMLResponse(page, headers={"Content-Security-Policy": _MAIL_POLICY})


@router.post("/digest-stop")
def stop(visit: Operator) -> RedirectResponse:
    """Stop an edition, or all; or let it go on."""
    edition, is_resume = visit.form.get("edition", "all"), visit.form.get("do") == "resume"
    visit.does("digest", edition, function="resume" if is_resume else "stop", reason=visit.form.get("reason", ""))
    return visit.back("/digest", f"{edition}: {'goes on with the next run' if is_resume else 'nothing more is sent'}")
