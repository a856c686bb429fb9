"""A reader: the front page as they see it, why, and why not. Every look is audited."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import quote

from fastapi import APIRouter
from starlette.responses import HTMLResponse, Response

from frontpage.core import columns as c
from frontpage.core.errors import BadInputError
from frontpage.core.identity.pseudonym import reader_subject
from frontpage.desk.visit import LooksAtReaders, Operator, Visit
from frontpage.store import audit
from frontpage.store.connect import fetch_all
from frontpage.store.governance import erasures
from frontpage.store.queries import query

router = APIRouter()
_READS, _FOUND = 30, 20


@router.get("/readers")
def find(visit: LooksAtReaders, q: str = "") -> HTMLResponse:
    """Readers by the beginning of their id."""
    prefix = q.strip()
    found = visit.rows("readers", prefix=_literal(prefix), most=_FOUND) if prefix else []
    is_part = visit.request.headers.get("hx-request") == "true"
    return visit.page("readers_found.html" if is_part else "readers.html", found=found, q=prefix)


@router.get("/readers/{reader_id:path}")
def show(visit: LooksAtReaders, reader_id: str, run: int | None = None) -> HTMLResponse:
    """One reader; the look goes into the audit log."""
    subject = reader_subject(reader_id, visit.settings.pseudonym_secret.get_secret_value())
    audit.record(visit.connection, "reader look-up", subject, visit.person.actor, "the desk")
    reader = visit.row("reader", reader_id=reader_id, now=visit.now)
    if not reader:
        gone = erasures.reports(visit.connection, subject)
        return visit.page("reader_unknown.html", reader_id=reader_id, gone=gone)
    rows = listed_rows(visit, reader_id, run)
    listed = [row[c.ARTICLE_ID] for row in rows]
    before = visit.rows("reader_before", reader_key=reader[c.READER_KEY], run_id=rows[0][c.RUN_ID]) if rows else []
    return visit.page(
        "reader.html",
        reader=reader,
        items=rows or visit.rows("fallback", region=reader[c.REGION]),
        is_own=bool(rows),
        new=set(listed) - {row[c.ARTICLE_ID] for row in before} if before else set(),
        gone=[row for row in before if row[c.ARTICLE_ID] not in listed],
        reads=visit.rows("reader_reads", reader_key=reader[c.READER_KEY], article_ids=listed, most=_READS),
        wishes=visit.rows("reader_wishes", reader_key=reader[c.READER_KEY]),
    )


@router.get("/why/{reader_id:path}")
def explain(visit: LooksAtReaders, reader_id: str, article: str = "") -> HTMLResponse:
    """The list made once more: the way from candidates to ten, and why an article is, or is not, among them."""
    from frontpage.steps import why

    rows = listed_rows(visit, reader_id, None)
    if not rows:
        return visit.page("why_part.html", found={}, article=article, titles={})
    found = why.rebuilt(visit.settings, visit.desk.params, rows, article.strip())
    names = [one[c.ARTICLE_ID] for one in found.get("candidates", ())]
    return visit.page("why_part.html", found=found, article=article.strip(), titles=_titles(visit, names))


@router.post("/reader-export/{reader_id:path}")
def export(visit: Operator, reader_id: str) -> Response:
    """What is kept of a person, as one page to give them; audited with the reason."""
    with TemporaryDirectory() as folder:
        out = Path(folder)
        visit.does("export-reader", reader_id, module="export_reader", reason=visit.form.get("reason", ""), out=out)
        page = (out / "reader.html").read_text(encoding="utf-8")
    return HTMLResponse(page, headers={"Content-Disposition": "attachment; filename=reader.html"})


@router.post("/reader-forget/{reader_id:path}")
def erase(visit: Operator, reader_id: str) -> Response:
    """Delete what is kept of a person, for whoever types their id once more."""
    if visit.form.get("again", "") != reader_id:
        raise BadInputError("the id that was typed is not this reader's; nothing was deleted")
    done = visit.does("forget", reader_id, reason=visit.form.get("reason", ""))
    return visit.back(f"/readers/{quote(reader_id, safe='')}", f"{done.rows_out:,} rows were deleted")


def listed_rows(visit: Visit, reader_id: str, run_id: int | None) -> list[dict[str, Any]]:
    """A reader's list with everything that made it; of a run that was dropped from the archive."""
    rows = fetch_all(visit.connection, query("lists/why"), {"reader_id": reader_id, "run_id": run_id})
    if rows or run_id is None:
        return rows
    from frontpage.steps import why

    return why.rows_of(visit.connection, visit.settings, reader_id, run_id)


def _titles(visit: Visit, article_ids: list[str]) -> dict[str, str]:
    rows = (
        fetch_all(visit.connection, query("history/texts"), {"article_ids": article_ids, "as_of": visit.now})
        if article_ids
        else []
    )
    return {row[c.ARTICLE_ID]: row[c.TITLE] for row in rows}


def _literal(text: str) -> str:
    """Text of which no character is a wildcard of LIKE."""
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
