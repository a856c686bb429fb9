"""`/docs`: the OpenAPI document as a page on which requests can be tried; Swagger UI from this package, offline too."""

import gzip
from functools import cache
from pathlib import Path
from typing import Final

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from serving.http.responses import takes_gzip
from serving.pages.common import PAGE_HEADERS, READ_METHODS

#: Of Swagger UI. It is part of the addresses of its files, so caches may keep them for ever.
VERSION: Final = "5.35.0"
_FOLDER = Path(__file__).parent / "swagger_ui"
_BUNDLE, _STYLE, _START = "swagger-ui-bundle.js", "swagger-ui.css", "start.js"
_MEDIA_TYPES = {_BUNDLE: "text/javascript", _STYLE: "text/css", _START: "text/javascript"}
_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}
_PAGE = f"""<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,">
<link rel="stylesheet" href="docs/{VERSION}/{_STYLE}">
<title>Frontpage API</title>
</head>
<body>
<div id="api"></div>
<noscript>This page needs JavaScript; openapi.json says the same.</noscript>
<script src="docs/{VERSION}/{_BUNDLE}"></script>
<script src="docs/{VERSION}/{_START}"></script>
</body>
</html>
"""
#: Its own files and nothing else; styles and pictures are also written into the page by Swagger UI.
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
)


def docs() -> APIRouter:
    """The page and its files; they need no key, the requests tried on it do where keys are set."""
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/docs", page, methods=READ_METHODS)
    router.add_api_route(f"/docs/{VERSION}/{{name}}", file, methods=READ_METHODS)
    return router


async def page() -> Response:
    """The page around Swagger UI."""
    return HTMLResponse(_PAGE, headers={**PAGE_HEADERS, "Content-Security-Policy": _POLICY})


async def file(request: Request, name: str) -> Response:
    """One of the page's files, packed for who accepts that."""
    if name not in _MEDIA_TYPES:
        raise HTTPException(404)
    kept = PAGE_HEADERS if name == _START else _FOR_EVER
    headers = {**kept, "Vary": "Accept-Encoding", "Content-Type": f"{_MEDIA_TYPES[name]}; charset=utf-8"}
    if takes_gzip(request):
        return Response(_packed(name), headers={**headers, "Content-Encoding": "gzip"})
    return Response(gzip.decompress(_packed(name)), headers=headers)


@cache
def _packed(name: str) -> bytes:
    """The bytes of a file by gzip, read once; half a megabyte in all."""
    path = _FOLDER / f"{name}.gz"
    return path.read_bytes() if path.exists() else gzip.compress((_FOLDER / name).read_bytes(), mtime=0)
