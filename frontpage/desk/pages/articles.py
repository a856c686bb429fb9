"""An article: from publication to readers; and what editors decide about it."""

from pathlib import Path
from tempfile import TemporaryDirectory
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from frontpage.core.errors import NothingPublishedError
from frontpage.desk.visit import Anybody, Auditor, Editor
from frontpage.store.connect import fetch_all
from frontpage.store.queries import query

router = APIRouter()
_FOUND, _RUNS = 40, 6


@router.get("/articles")
def find(visit: Anybody, q: str = "") -> HTMLResponse:
    """Articles by words of their titles or by id, and what was reported."""
    words = q.strip()
    since = visit.now - visit.desk.params.max_age
    found = visit.rows("articles", words=words, article_id=words, since=since, most=_FOUND)
    if visit.request.headers.get("hx-request") == "true":
        return visit.page("articles_found.html", found=found, q=words)
    reported, retracted = visit.rows("reported", most=_FOUND), visit.rows("retracted", most=10)
    return visit.page("articles.html", found=found, q=words, reported=reported, retracted=retracted)


@router.get("/articles/{article_id:path}")
def show(visit: Anybody, article_id: str) -> HTMLResponse:
    """One article."""
    article = visit.row("article", article_id=article_id)
    if not article:
        raise NothingPublishedError(f"there is no article {article_id!r}; look for words of its title")
    return visit.page(
        "article.html",
        article=article,
        family=fetch_all(visit.connection, query("rules/family"), {"article_id": article_id}),
    )


@router.get("/exposure/{article_id:path}")
def exposure(visit: Anybody, article_id: str) -> HTMLResponse:
    """In how many lists it stood and stands, and when it was read."""
    return visit.page(
        "article_exposure.html",
        listed=visit.row("article_lists", article_id=article_id),
        runs=visit.rows("article_runs", article_id=article_id, most=_RUNS),
        hours=visit.rows("article_hours", article_id=article_id),
    )


@router.post("/article-retract/{article_id:path}")
def take_out(visit: Editor, article_id: str) -> Response:
    """Retract it with its copies, or take that back."""
    with_near, is_back = "with_near" in visit.form, visit.form.get("do") == "undo"
    verb, function = ("unretract", "undo") if is_back else ("retract", "run")
    done = visit.does(
        verb, article_id, module="retract", function=function, reason=visit.form.get("reason", ""), with_near=with_near
    )
    said = "may be listed again" if is_back else f"out of every list; {done.details['readers']} readers were shown it"
    return visit.back(f"/articles/{quote(article_id, safe='')}", f"{done.rows_out} articles are {said}")


@router.post("/article-report/{article_id:path}")
def report(visit: Editor, article_id: str) -> Response:
    """Say that it is misleading, or decide about what others said."""
    reason, evidence, what = visit.form.get("reason", ""), visit.form.get("evidence", ""), visit.form.get("do")
    if what == "report":
        visit.does("reports add", article_id, module="reports", function="add", reason=reason, evidence=evidence)
        said = "it was reported"
    else:
        is_misleading = what == "uphold"
        told = {"is_misleading": is_misleading, "reason": reason, "evidence": evidence}
        visit.does("reports decide", article_id, module="reports", function="decide", **told)
        said = "it is held back as misleading" if is_misleading else "it may be listed"
    return visit.back(f"/articles/{quote(article_id, safe='')}", said)


@router.post("/article-shown-to/{article_id:path}")
def shown_to(visit: Auditor, article_id: str) -> Response:
    """Who was shown it, by pseudonym, as CSV; audited."""
    with TemporaryDirectory() as folder:
        out = Path(folder) / "shown-to.csv"
        visit.does("shown-to", article_id, module="retract", function="shown_to", out=out)
        text = out.read_text(encoding="utf-8")
    headers = {"Content-Disposition": "attachment; filename=shown-to.csv"}
    return Response(text, media_type="text/csv; charset=utf-8", headers=headers)
