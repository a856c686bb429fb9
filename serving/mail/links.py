"""Where the links of mails lead: to an article, with the click recorded, or to the end of the mails."""

import logging
from collections.abc import Sequence
from typing import Annotated

import asyncpg
from fastapi import APIRouter, Depends
from starlette.background import BackgroundTask
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from frontpage.core.errors import UnavailableError
from frontpage.core.identity.links import Link, link_keys, read
from frontpage.core.settings import Settings
from frontpage.store.write.editorial import report_misleading
from frontpage.store.write.mails import record_click, unsubscribe
from serving.context import AppContext, context_of, writer_of
from serving.mail.bots import device, verdict
from serving.mail.pages import HEADERS, ask_page, done_page, gone_page, later_page, report_page, reported_page

_ONE_CLICK = b"List-Unsubscribe"
_MAX_BODY_BYTES = 4096
_log = logging.getLogger("frontpage.links")

App = Annotated[AppContext, Depends(context_of)]
Writer = Annotated[asyncpg.Pool, Depends(writer_of)]


def links(settings: Settings) -> APIRouter:
    """The routes behind a mail's links: for readers and their mail providers, so they need no key and are no API.

    Raises BadInputError for a link secret that is too short.
    """
    handlers = _Handlers(link_keys(settings))
    router = APIRouter(include_in_schema=False)
    router.add_api_route("/r/{token}", handlers.follow, methods=["GET", "HEAD"])
    router.add_api_route("/unsubscribe/{token}", handlers.ask, methods=["GET", "HEAD"])
    router.add_api_route("/unsubscribe/{token}", handlers.unsubscribe_reader, methods=["POST"])
    router.add_api_route("/report/{token}", handlers.ask_report, methods=["GET", "HEAD"])
    router.add_api_route("/report/{token}", handlers.report, methods=["POST"])
    return router


class _Handlers:
    """The endpoints, which know the keys that links are signed with."""

    def __init__(self, keys: Sequence[bytes]) -> None:
        self._keys = keys

    async def follow(self, token: str, request: Request, app: App, writer: Writer) -> Response:
        """Redirect to the article, then record the click; only to where a link of ours says, not after its time."""
        link = read(token, self._keys)
        if link is None or not link.url:
            return gone_page(404)
        if link.is_expired(app.now()):
            return gone_page(410, link.language)
        record = BackgroundTask(
            _record, writer, link, verdict(request.method, request.headers), device(request.headers)
        )
        return RedirectResponse(link.url, 302, HEADERS, record if link.kind == "article" else None)

    async def ask(self, token: str) -> Response:
        """A page with a button; changes nothing."""
        link = read(token, self._keys)
        return gone_page(404) if link is None or link.url else ask_page(link.language)

    async def unsubscribe_reader(self, token: str, request: Request, writer: Writer) -> Response:
        """Unsubscribe the reader of a mail: the one click of RFC 8058, or the button of the page. Twice is as once."""
        link = read(token, self._keys)
        if link is None or link.url:
            return gone_page(404)
        how = "one-click" if _ONE_CLICK in await _start_of_body(request) else "page"
        try:
            if link.kind == "unsubscribe":
                await unsubscribe(writer, link, how)
        except UnavailableError:
            return later_page(link.language)
        return done_page(link.language)

    async def ask_report(self, token: str) -> Response:
        """A page with a button; changes nothing."""
        link = read(token, self._keys)
        return gone_page(404) if link is None or link.kind != "report" else report_page(link.language)

    async def report(self, token: str, app: App, writer: Writer) -> Response:
        """Take a reader's report of an article of their mail; twice is as once."""
        link = read(token, self._keys)
        if link is None or link.kind != "report":
            return gone_page(404)
        try:
            await report_misleading(writer, link.article_id, app.reporter(link.reader_key), "mail", "")
        except UnavailableError:
            return later_page(link.language)
        return reported_page(link.language)


async def _record(writer: asyncpg.Pool, link: Link, by_request: str, kind_of_device: str) -> None:
    """Recorded after the redirect, so that nobody waits for it; a click that is lost costs a row in a table."""
    try:
        await record_click(writer, link, by_request, kind_of_device)
    except UnavailableError as error:
        _log.warning("a click of edition %s was not recorded: %s", link.edition_id, error)


async def _start_of_body(request: Request) -> bytes:
    body = b""
    async for piece in request.stream():
        body += piece
        if len(body) >= _MAX_BODY_BYTES:
            break
    return body[:_MAX_BODY_BYTES]
