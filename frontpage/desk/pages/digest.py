"""The digest: tomorrow's mail of some readers, what became of editions, and the stop button."""

from datetime import timedelta

from fastapi import APIRouter
from starlette.responses import HTMLResponse, RedirectResponse

from frontpage.desk.visit import Anybody, LooksAtReaders, Operator
from frontpage.digest.letter import Letterhead
from frontpage.digest.preview import preview_page
from frontpage.steps import digest

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
    served = visit.row("served")
    as_of = served["as_of"] if served else visit.now - timedelta(hours=1)
    page, _ = preview_page(
        visit.connection, Letterhead.of(visit.settings, visit.desk.params.digest), as_of, digest.VARIANT
    )
    return HTMLResponse(page, headers={"Content-Security-Policy": _MAIL_POLICY})


@router.post("/digest-stop")
def stop(visit: Operator) -> RedirectResponse:
    """Stop an edition, or all; or let it go on."""
    edition, is_resume = visit.form.get("edition", "all"), visit.form.get("do") == "resume"
    step = digest.resume if is_resume else digest.stop
    visit.does("digest", step, edition, reason=visit.form.get("reason", ""))
    return visit.back("/digest", f"{edition}: {'goes on with the next run' if is_resume else 'nothing more is sent'}")
