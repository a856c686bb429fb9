"""Log in with a key, and out again; only where the desk is alone."""

from datetime import UTC, datetime
from typing import Annotated

from fastapi import APIRouter, Depends
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from frontpage.core.identity.api_keys import key_hash
from frontpage.desk.gates import COOKIE, person_of
from frontpage.desk.people import SESSION_TIME
from frontpage.desk.templating import filled
from frontpage.desk.visit import Desk, form_of, root_of
from frontpage.store import audit, keys
from frontpage.store.connect import connect
from frontpage.store.server import database_url

router = APIRouter()
Form = Annotated[dict[str, str], Depends(form_of)]
_WRONG = "No key in force that opens the desk. An administrator makes one: frontpage key create --scope viewer"


@router.get("/login")
def ask(request: Request) -> HTMLResponse:
    """Ask for a key."""
    return HTMLResponse(filled("login.html", {"root": root_of(request), "wrong": ""}))


@router.post("/login")
def enter(request: Request, form: Form) -> Response:
    """Begin a session of the key's owner; audited."""
    desk: Desk = request.app.state.desk
    now = datetime.now(UTC)
    with connect(database_url(desk.settings), application="frontpage desk") as connection:
        key = keys.by_hash(connection, key_hash(form.get("key", "").strip()))
        person = person_of(key, "")
        if key is None or person is None:
            return HTMLResponse(filled("login.html", {"root": root_of(request), "wrong": _WRONG}), 401)
        audit.record(connection, "desk log-in", f"key:{key['key_id']}", person.actor, "the desk")
    response = RedirectResponse(f"{root_of(request)}/", 303)
    response.set_cookie(
        COOKIE, desk.seal.session(key["key_id"], now), max_age=int(SESSION_TIME.total_seconds()), httponly=True,
        samesite="lax", secure=request.url.scheme == "https", path=root_of(request) or "/",
    )  # fmt: skip
    return response


@router.get("/logout")
def leave(request: Request) -> RedirectResponse:
    """End the session in this browser."""
    response = RedirectResponse(f"{root_of(request)}/login", 303)
    response.delete_cookie(COOKIE, path=root_of(request) or "/")
    return response
