"""The API's root: what this is and where to go on, as a page for browsers and as JSON for everybody else.

The page is filled by `str.format`: the base install brings no Jinja2.
"""

from collections.abc import Mapping
from html import escape

import orjson
from fastapi import APIRouter, FastAPI
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from serving.pages.common import PAGE_HEADERS, READ_METHODS

#: Path below the root, and what is there.
_LINKS = {
    "docs": "every request, to read and to try out",
    "openapi.json": "the same for machines (OpenAPI)",
    "health/ready": "whether lists can be served now",
    "health/live": "whether the process answers",
    "v1/runs/current": "the run being served: what it was made of and how old it is",
    "v1/popular": "what was read most in the last 24 hours",
}
#: Only where no key is needed.
_OPEN_LINKS = {"newspaper": "a small newspaper made of the lists: be a reader, read, hide, and see the next edition"}
_KEYS = {
    True: "Requests under /v1/ need a key, in X-API-Key or as Authorization: Bearer.",
    False: "No key is needed here.",
}
_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>{name}</title>
<style>
  body {{ font: 18px/1.5 Georgia, serif; margin: 10vh auto; max-width: 38em; padding: 0 20px; }}
  code, dt {{ font: 16px/1.6 monospace; }}
  dd {{ margin: 0 0 0.8em 1.5em; }}
</style>
</head>
<body>
<main>
<h1>{name}</h1>
<p>{what}</p>
<p><code>GET /v1/readers/READER/recommendations</code> answers with a reader's list. {keys}</p>
<dl>
{links}
</dl>
<p>Version {version} of the API.</p>
</main>
</body>
</html>
"""
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; frame-ancestors 'none'; base-uri 'none'"


def landing(app: FastAPI, *, with_keys: bool) -> APIRouter:
    """The route of the root; it needs no key, and says whether others do. Links are relative, for gateways."""
    links = _LINKS if with_keys else _LINKS | _OPEN_LINKS
    page, data = _page(app, _KEYS[with_keys], links), _data(app, with_keys, links)

    async def root(request: Request) -> Response:
        headers = {**PAGE_HEADERS, "Vary": "Accept"}
        if "text/html" in request.headers.get("accept", "").lower():
            return HTMLResponse(page, headers={**headers, "Content-Security-Policy": _POLICY})
        return Response(data, headers=headers, media_type="application/json")

    router = APIRouter()
    router.add_api_route("/", root, methods=READ_METHODS, include_in_schema=False)
    return router


def _data(app: FastAPI, needs_key: bool, links: Mapping[str, str]) -> bytes:  # noqa: FBT001 - a fact, not a switch
    return orjson.dumps(
        {
            "name": app.title,
            "what": app.description,
            "version": app.version,
            "needs_key": needs_key,
            "lists": "/v1/readers/{reader_id}/recommendations",
            "links": {f"/{path}": what for path, what in links.items()},
        }
    )


def _page(app: FastAPI, keys: str, named: Mapping[str, str]) -> str:
    links = "\n".join(f'<dt><a href="{path}">/{path}</a></dt><dd>{escape(what)}</dd>' for path, what in named.items())
    return _PAGE.format(
        name=escape(app.title), what=escape(app.description), keys=keys, links=links, version=escape(app.version)
    )
