"""`/newspaper`: a small newspaper on the API, for trying out who is shown what. Only where no key is needed."""

from functools import cache
from pathlib import Path

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.responses import HTMLResponse, Response

from serving.pages.common import PAGE_HEADERS, READ_METHODS

_FOLDER = Path(__file__).parent / "newspaper_page"
_MEDIA_TYPES = {"newspaper.css": "text/css", "newspaper.js": "text/javascript"}
#: Its own files and the API's answers, and nothing else.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src data:; connect-src 'self'; "
    "frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


def newspaper() -> APIRouter:
    """The page and its files."""
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/newspaper", page, methods=READ_METHODS)
    router.add_api_route("/newspaper/{name}", file, methods=READ_METHODS)
    return router


async def page() -> Response:
    """The page, which asks the API for all that it shows."""
    return HTMLResponse(_text("newspaper.html"), headers={**PAGE_HEADERS, "Content-Security-Policy": _POLICY})


async def file(name: str) -> Response:
    """Its style, or its script."""
    if name not in _MEDIA_TYPES:
        raise HTTPException(404)
    return Response(_text(name), headers=PAGE_HEADERS, media_type=_MEDIA_TYPES[name])


@cache
def _text(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")
