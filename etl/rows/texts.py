"""Article text made comparable: canonical address, content hash."""

import functools
import hashlib
import re
import unicodedata
from urllib.parse import unquote, urlsplit

from w3lib.url import canonicalize_url

from etl.rows.reasons import RejectReason, RowError
from etl.rows.tracking import KEPT_LIST, TrackingFields
from etl.rows.values import MAX_URL_BYTES

#: `;jsessionid=...`, which is no part of a path.
_SESSION = re.compile(r"(?i);(?:jsessionid|phpsessid)=[^/?#]*")
#: A fragment by which pages that draw themselves name what they show; any other is a place within a page.
_ROUTE = re.compile(r"[!/].")
_WORD = re.compile(r"\w+")
#: A shorter text ("Untitled", "Morning briefing") says nothing about being the same article.
MIN_CONTENT_WORDS = 12


def check_url(url: str) -> str:
    """The address, its scheme in lower case, if it is an absolute http(s) URL of bearable length."""
    scheme, _, rest = url.partition("://")
    try:
        host = urlsplit(url).hostname
    except ValueError as error:
        raise RowError(RejectReason.BAD_URL, f"{url[:120]!r} is not a URL") from error
    if scheme.lower() not in ("http", "https") or not host or any(mark in url for mark in " \t\r\n"):
        raise RowError(RejectReason.BAD_URL, f"{url[:120]!r} is not an absolute http or https URL")
    if len(url.encode()) > MAX_URL_BYTES:
        raise RowError(RejectReason.TOO_LARGE, f"the url is longer than {MAX_URL_BYTES} bytes")
    return f"{scheme.lower()}://{rest}"


def canonical_url(url: str, tracking: TrackingFields = KEPT_LIST) -> str:
    """The same page under one name: https, lower-case host, sorted query without tracking fields and session, no
    fragment but one that names a page (`#/story/7`).

    Raises RowError: `bad_url` for a host or port that is none, `too_large` where escaping makes it too long to index.
    """
    try:
        parts = urlsplit(canonicalize_url(url, keep_fragments=True))
        port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    except ValueError as error:
        raise RowError(RejectReason.BAD_URL, f"{url[:120]!r} has no usable host and port") from error
    path = _SESSION.sub("", parts.path) or "/"
    fields = [item for item in parts.query.split("&") if item]
    query = "&".join(item for item in fields if not _is_tracking(item, tracking, path_names_page=path != "/"))
    host = (parts.hostname or "").rstrip(".")
    fragment = parts.fragment if _ROUTE.match(parts.fragment) else ""
    kept = parts._replace(scheme="https", netloc=host + port, path=path, query=query, fragment=fragment)
    result = kept.geturl()
    if len(result.encode()) > MAX_URL_BYTES:
        raise RowError(RejectReason.TOO_LARGE, f"the canonical url is longer than {MAX_URL_BYTES} bytes")
    return result


def _is_tracking(item: str, tracking: TrackingFields, *, path_names_page: bool) -> bool:
    name, _, value = item.partition("=")
    return tracking.holds(unquote(name), unquote(value), path_names_page=path_names_page)


def names_a_page(canonical: str) -> bool:
    """Whether the address can identify an article: a site's front page (no path, query, fragment) cannot."""
    parts = urlsplit(canonical)
    return parts.path not in ("", "/") or bool(parts.query or parts.fragment)


@functools.lru_cache(maxsize=4096)
def host_name(url: str) -> str:
    """Publisher of last resort: the host without `www.`."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


def comparable(title: str, summary: str | None, body: str | None) -> str:
    """Title, summary and body as one text without case, compatibility forms and spacing."""
    joined = " ".join(part for part in (title, summary, body) if part)
    return " ".join(unicodedata.normalize("NFKC", joined).casefold().split())


def content_hash(content: str, canonical: str) -> str:
    """128-bit hash of `comparable` text; texts under MIN_CONTENT_WORDS are told apart by their address too."""
    short = sum(1 for _ in zip(range(MIN_CONTENT_WORDS), _WORD.finditer(content), strict=False)) < MIN_CONTENT_WORDS
    material = f"{content}\n{canonical}" if short else content
    return hashlib.blake2b(material.encode("utf-8", "replace"), digest_size=16).hexdigest()
