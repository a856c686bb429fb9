"""Article text made comparable: canonical address, language, content hash."""

import functools
import hashlib
import re
import threading
import unicodedata
from urllib.parse import urlsplit

import py3langid
from w3lib.url import canonicalize_url

from etl.reasons import Reason, RowError
from etl.values import MAX_URL_BYTES

#: Query fields that say where a click came from, not what it leads to.
_TRACKING = re.compile(r"(?i)^(utm_.*|fbclid|gclid|dclid|msclkid|mc_cid|mc_eid|igshid|yclid|_ga|cmpid|ncid|ocid|amp)$")
_LANGUAGE = re.compile(r"^[a-z]{2,3}$")
_WORD = re.compile(r"\w+")
#: Characters that language recognition looks at; more changes nothing and costs time.
_LANGUAGE_CHARACTERS = 600
_LANGUAGE_MIN_LETTERS = 12
_MODEL = threading.Lock()
#: A shorter text ("Untitled", "Morning briefing") says nothing about being the same article.
MIN_CONTENT_WORDS = 12


def check_url(url: str) -> str:
    """The address, its scheme in lower case, if it is an absolute http(s) URL of bearable length."""
    scheme, _, rest = url.partition("://")
    try:
        host = urlsplit(url).hostname
    except ValueError as error:
        raise RowError(Reason.BAD_URL, f"{url[:120]!r} is not a URL") from error
    if scheme.lower() not in ("http", "https") or not host or any(mark in url for mark in " \t\r\n"):
        raise RowError(Reason.BAD_URL, f"{url[:120]!r} is not an absolute http or https URL")
    if len(url.encode()) > MAX_URL_BYTES:
        raise RowError(Reason.TOO_LARGE, f"the url is longer than {MAX_URL_BYTES} bytes")
    return f"{scheme.lower()}://{rest}"


def canonical_url(url: str) -> str:
    """The same page under one name: https, lower-case host, sorted query without tracking fields, no fragment.

    Raises RowError: `bad_url` for a host or port that is none, `too_large` where escaping makes it too long to index.
    """
    try:
        parts = urlsplit(canonicalize_url(url))
        port = f":{parts.port}" if parts.port not in (None, 80, 443) else ""
    except ValueError as error:
        raise RowError(Reason.BAD_URL, f"{url[:120]!r} has no usable host and port") from error
    query = "&".join(item for item in parts.query.split("&") if item and not _TRACKING.match(item.split("=", 1)[0]))
    host = (parts.hostname or "").rstrip(".")
    result = parts._replace(scheme="https", netloc=host + port, query=query, fragment="").geturl()
    if len(result.encode()) > MAX_URL_BYTES:
        raise RowError(Reason.TOO_LARGE, f"the canonical url is longer than {MAX_URL_BYTES} bytes")
    return result


def names_a_page(canonical: str) -> bool:
    """Whether the address can identify an article: a site's front page (no path, no query) cannot."""
    parts = urlsplit(canonical)
    return parts.path not in ("", "/") or bool(parts.query)


@functools.lru_cache(maxsize=4096)
def host_name(url: str) -> str:
    """Publisher of last resort: the host without `www.`."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


def clean_language(declared: str | None) -> str | None:
    """`en` from `en`, `EN-us` or `en_GB`; None where that is not a language code."""
    primary = re.split(r"[-_]", (declared or "").strip().lower(), maxsplit=1)[0]
    return primary if _LANGUAGE.match(primary) else None


def recognise_language(content: str) -> str | None:
    """ISO 639-1 code recognised from the text; None where there are too few letters to tell."""
    sample = content[:_LANGUAGE_CHARACTERS]
    if sum(map(str.isalpha, sample)) < _LANGUAGE_MIN_LETTERS:
        return None
    with _MODEL:  # loaded at the first call, which two threads must not do at once
        return str(py3langid.classify(sample)[0])


def comparable(title: str, summary: str | None, body: str | None) -> str:
    """Title, summary and body as one text without case, compatibility forms and spacing."""
    joined = " ".join(part for part in (title, summary, body) if part)
    return " ".join(unicodedata.normalize("NFKC", joined).casefold().split())


def content_hash(content: str, canonical: str) -> str:
    """128-bit hash of `comparable` text; texts under MIN_CONTENT_WORDS are told apart by their address too."""
    short = sum(1 for _ in zip(range(MIN_CONTENT_WORDS), _WORD.finditer(content), strict=False)) < MIN_CONTENT_WORDS
    material = f"{content}\n{canonical}" if short else content
    return hashlib.blake2b(material.encode("utf-8", "replace"), digest_size=16).hexdigest()
