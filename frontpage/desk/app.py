"""The desk as one application, alone or mounted in Airflow."""

from http import HTTPStatus
from pathlib import Path

from fastapi import APIRouter, FastAPI
from starlette.exceptions import HTTPException
from starlette.middleware.base import BaseHTTPMiddleware, RequestResponseEndpoint
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.staticfiles import StaticFiles

from frontpage.core.errors import (
    BadInputError,
    CheckFailedError,
    FrontpageError,
    NothingPublishedError,
    NothingToDoError,
    UnavailableError,
)
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.desk.gates import by_airflow, by_key
from frontpage.desk.people import Seal
from frontpage.desk.templating import filled
from frontpage.desk.visit import Desk, answered, root_of

STATIC = Path(__file__).parent / "static"
_STATUS: tuple[tuple[type[FrontpageError], int], ...] = (
    (NothingToDoError, 409),
    (BadInputError, 400),
    (NothingPublishedError, 404),
    (CheckFailedError, 409),
    (UnavailableError, 503),
)


def create_app(settings: Settings, params: Params, *, in_airflow: bool = False) -> FastAPI:
    """The desk of an installation. in_airflow: Airflow's users come in, and nobody by a key of ours."""
    from frontpage.desk.pages import ROUTERS, login

    seal = Seal.of(settings.pseudonym_secret.get_secret_value())
    gate = by_airflow() if in_airflow else by_key(seal)
    app = FastAPI(title="Frontpage desk", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.desk = Desk(settings, params, gate, seal, is_alone=not in_airflow)
    app.add_middleware(BaseHTTPMiddleware, dispatch=_kept_to_itself)
    app.add_exception_handler(HTTPException, _refused)
    app.add_exception_handler(FrontpageError, _sorry)
    routers: list[APIRouter] = [*ROUTERS, *([] if in_airflow else [login.router])]
    for router in routers:
        app.include_router(router)
    app.mount("/static", StaticFiles(directory=STATIC))
    return app


async def _kept_to_itself(request: Request, call_next: RequestResponseEndpoint) -> Response:
    return answered(await call_next(request))


async def _refused(request: Request, error: Exception) -> Response:
    """A browser that is not logged in is led to where that is done; whoever else is refused reads why."""
    assert isinstance(error, HTTPException)
    desk: Desk = request.app.state.desk
    if error.status_code == HTTPStatus.UNAUTHORIZED and desk.is_alone and _is_a_visit(request):
        return RedirectResponse(f"{root_of(request)}/login", 303)
    return _told(request, error.status_code, str(error.detail))


def _is_a_visit(request: Request) -> bool:
    return request.method == "GET" and "text/html" in request.headers.get("accept", "")


async def _sorry(request: Request, error: Exception) -> Response:
    status = next((code for kind, code in _STATUS if isinstance(error, kind)), 500)
    return _told(request, status, str(error))


def _told(request: Request, status: int, sentence: str) -> HTMLResponse:
    values = {"root": root_of(request), "status": status, "title": HTTPStatus(status).phrase, "sentence": sentence}
    is_part = request.headers.get("hx-request") == "true"
    return HTMLResponse(filled("refused_part.html" if is_part else "refused.html", values), status)
