"""Answers: JSON with a strong ETag, 304 for who has it already, gzip for who asks for it."""

import hashlib
import re
import zlib
from http import HTTPStatus
from typing import Any, NamedTuple

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Scope

#: A list may change with the next run or retraction, so caches must ask again.
_HEADERS = ((b"cache-control", b"private, no-cache"), (b"vary", b"accept-encoding"))
#: Shorter answers fit into one packet as they are.
_WORTH_GZIP_BYTES = 1_000
_GZIP_LEVEL = 1
_GZIP_WINDOW = 31
_ETAG_BYTES = 12


class Tagged(NamedTuple):
    """JSON that is encoded, and what its tags are made of."""

    body: bytes
    digest: bytes


class Encoded(Response):
    """An answer whose bytes and headers are complete; nothing of it is looked at again."""

    def __init__(self, status: int, headers: list[tuple[bytes, bytes]], body: bytes = b"") -> None:
        self.status_code, self.raw_headers, self.body, self.background = status, headers, body, None


def json_response(request: Request, body: Any) -> Response:
    """A 200 with times as RFC 3339 in UTC."""
    return tagged_response(request, tagged(orjson.dumps(body, option=orjson.OPT_UTC_Z)))


def tagged(body: bytes) -> Tagged:
    """JSON that is encoded already, ready to be sent as often as it is asked for."""
    return Tagged(body, hashlib.blake2b(body, digest_size=_ETAG_BYTES).hexdigest().encode())


def tagged_response(request: Request, answer: Tagged) -> Response:
    """A 200 with it, or a 304 where the caller has the same bytes."""
    accepted, known = _asked(request.scope)
    is_gzip = _is_gzip(accepted, answer.body)
    # Strong: the same tag means the same bytes, so the two codings have tags of their own.
    etag = b'"%b-gzip"' % answer.digest if is_gzip else b'"%b"' % answer.digest
    headers = [(b"etag", etag), *_HEADERS]
    if known and _has(known, etag):
        return Encoded(HTTPStatus.NOT_MODIFIED, headers)
    return _full(headers, answer.body, is_gzip=is_gzip)


def untagged_response(request: Request, body: bytes) -> Response:
    """A 200 with JSON that is encoded already, to a request that cannot be repeated from a cache."""
    return _full([*_HEADERS], body, is_gzip=_is_gzip(_asked(request.scope)[0], body))


def takes_gzip(request: Request) -> bool:
    """Whether the caller accepts an answer by gzip."""
    return _takes_gzip(_asked(request.scope)[0])


def _full(headers: list[tuple[bytes, bytes]], body: bytes, *, is_gzip: bool) -> Response:
    if is_gzip:
        headers.append((b"content-encoding", b"gzip"))
        body = _gzip(body)
    headers += ((b"content-type", b"application/json"), (b"content-length", b"%d" % len(body)))
    return Encoded(HTTPStatus.OK, headers, body)


def _is_gzip(accepted: bytes, body: bytes) -> bool:
    return accepted != b"" and len(body) > _WORTH_GZIP_BYTES and _takes_gzip(accepted)


def _asked(scope: Scope) -> tuple[bytes, bytes]:
    """Accept-Encoding and If-None-Match, empty where they were not sent."""
    accepted = known = b""
    for name, value in scope["headers"]:
        if name == b"accept-encoding":
            accepted = value
        elif name == b"if-none-match":
            known = known + b"," + value if known else value
    return accepted, known


def _takes_gzip(accepted: bytes) -> bool:
    """Whether Accept-Encoding names gzip without refusing it."""
    for coding in accepted.lower().split(b","):
        name, _, weight = coding.partition(b";")
        if name.strip() == b"gzip":
            return re.fullmatch(rb"\s*q\s*=\s*0(\.0*)?\s*", weight) is None
    return False


def _has(if_none_match: bytes, etag: bytes) -> bool:
    """Whether one of the caller's tags is ours; the weak form of ours counts too (RFC 9110, 13.1.2)."""
    tags = {tag.strip().removeprefix(b"W/") for tag in if_none_match.split(b",")}
    return etag in tags or b"*" in tags


def _gzip(body: bytes) -> bytes:
    packer = zlib.compressobj(_GZIP_LEVEL, wbits=_GZIP_WINDOW)
    return packer.compress(body) + packer.flush()
