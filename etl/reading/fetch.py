"""The bytes of one feed document, from a file or over http(s), with limits and good manners."""

import hashlib
import ipaddress
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.request import getproxies

import httpx

from etl.reading.decode import READ_ERRORS, check_damage, decompressed
from etl.reading.files import open_binary, remote_errors
from etl.reading.sources import without_secrets
from frontpage.core.errors import UnavailableError

#: A longer document is cut; 8 MiB hold some ten thousand entries.
MAX_FEED_BYTES = 8 * 1024 * 1024
_PIECE_BYTES = 64 * 1024
#: Seconds: to connect, between two pieces, and in all (against servers that drip).
CONNECT_SECONDS = 10.0
READ_SECONDS = 30.0
TOTAL_SECONDS = 90.0
MAX_REDIRECTS = 5
USER_AGENT = "Frontpage/0.1 (feed reader; conditional requests; at most once per refresh)"
_ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.5"


@dataclass(frozen=True, slots=True)
class Document:
    """A fetched feed. `is_cut`: it was longer than MAX_FEED_BYTES. `state`: what makes the next request conditional.

    url: where it was found in the end, after redirects, without user and password.
    """

    data: bytes
    is_cut: bool
    content_type: str
    state: dict[str, Any]
    url: str = ""


def fetch(url: str, known: Mapping[str, Any]) -> Document | None:
    """The document, or None where it has not changed since the request that left `known`.

    Raises UnavailableError where the server or the file does not answer or answers with an error.
    """
    document = _http(url, known) if url.startswith(("http://", "https://")) else _file(url)
    if document is not None and document.state["digest"] == known.get("digest"):
        return None
    return document


def _http(url: str, known: Mapping[str, Any]) -> Document | None:
    conditions = {"If-None-Match": known.get("etag"), "If-Modified-Since": known.get("modified")}
    # A server may have sent what no request can carry.
    sendable = {name: said for name, said in conditions.items() if said and said.isascii()}
    headers = {"User-Agent": USER_AGENT, "Accept": _ACCEPT, **sendable}
    timeout = httpx.Timeout(READ_SECONDS, connect=CONNECT_SECONDS)
    shown = without_secrets(url)
    try:
        with (
            httpx.Client(
                timeout=timeout,
                follow_redirects=True,
                max_redirects=MAX_REDIRECTS,
                event_hooks={"request": [partial(_refuse_inner, httpx.URL(url).host)]},
            ) as client,
            client.stream("GET", url, headers=headers) as response,
        ):
            if response.status_code == httpx.codes.NOT_MODIFIED:
                return None
            if not response.is_success:
                raise UnavailableError(f"feed {shown} answers {response.status_code}; check the address or try later")
            data, is_cut = _body(response, shown)
            found_at = str(response.url.copy_with(userinfo=b""))
            content_type = response.headers.get("content-type", "")
            return Document(data, is_cut, content_type, _state(data, response.headers), found_at)
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise UnavailableError(f"feed {shown} does not answer ({error or type(error).__name__}); try later") from error


def _refuse_inner(named: str, request: httpx.Request) -> None:
    """Follow no redirect to a host within, which the operator has not named: it could be any service of the network.

    Raises httpx.UnsupportedProtocol. Behind a proxy of the environment names are the proxy's to look up and to refuse.
    """
    if request.url.host == named or getproxies():
        return
    port = request.url.port or (443 if request.url.scheme == "https" else 80)
    try:
        found = socket.getaddrinfo(request.url.host, port, type=socket.SOCK_STREAM)
    except OSError:
        return  # the request itself says so
    if any(not ipaddress.ip_address(str(address[0]).split("%")[0]).is_global for *_, address in found):
        raise httpx.UnsupportedProtocol(f"it redirects to {request.url.host}, which is no public address")


def _body(response: httpx.Response, shown: str) -> tuple[bytes, bool]:
    began = time.monotonic()
    data = bytearray()
    for piece in response.iter_bytes():
        data += piece
        if len(data) > MAX_FEED_BYTES:
            return bytes(data[:MAX_FEED_BYTES]), True
        if time.monotonic() - began > TOTAL_SECONDS:
            raise UnavailableError(f"feed {shown} takes longer than {TOTAL_SECONDS:g} s; try later")
    return bytes(data), False


def _file(url: str) -> Document:
    compression = "gzip" if url.endswith(".gz") else "zstd" if url.endswith(".zst") else ""
    with remote_errors(url), open_binary(url) as raw, decompressed(raw, compression) as handle:
        data = _readable(handle, url)
    return Document(data[:MAX_FEED_BYTES], len(data) > MAX_FEED_BYTES, "", _state(data, {}))


def _readable(handle: Any, url: str) -> bytes:
    """The document, a little more than MAX_FEED_BYTES of it at most; of a damaged archive what lies before the damage.

    What is missing shows where the document is parsed.
    """
    data = bytearray()
    try:
        while len(data) <= MAX_FEED_BYTES and (piece := handle.read1(_PIECE_BYTES)):
            data += piece
    except READ_ERRORS as error:
        check_damage(error, url)
    return bytes(data)


def _state(data: bytes, headers: Mapping[str, str]) -> dict[str, Any]:
    return {
        "etag": headers.get("etag", ""),
        "modified": headers.get("last-modified", ""),
        "digest": hashlib.blake2b(data, digest_size=16).hexdigest(),
    }
