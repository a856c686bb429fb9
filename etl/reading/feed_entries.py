"""One feed entry to the fields of an article: identity, address, plain texts, publisher, date."""

import calendar
import hashlib
import html
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

from etl.blocks import Bad, payload
from etl.reading.feed_dates import parse_date
from etl.rows.languages import clean_language
from etl.rows.reasons import RejectReason
from etl.rows.values import can_have_been
from frontpage.core import columns as c

#: Words of the text that stand in for a missing title.
_TITLE_WORDS = 12
#: Read as plain dict keys: feedparser's own access stands one in for another, with a warning.
_DATES = ("published", "updated", "created")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HIDDEN = re.compile(r"(?is)<(script|style|head|template)\b.*?</\1\s*>|<!--.*?-->")
_BREAK = re.compile(r"(?i)<(?:br|/?p|/?div|/?li|/?h[1-6]|/?tr|/?ul|/?ol|/?blockquote)\b[^>]*>")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<![^<>]*>")
#: What no plain text has by chance.
_MARKUP = re.compile(r"</[a-zA-Z]|&#?\w+;")
_GLOBAL_GUID = re.compile(r"(?i)^(https?://|urn:|tag:)")
_HOST_FIRST = re.compile(r"(?i)^www\.[^/\s]+\.[a-z]{2,}(/|$)")
_MAIL_ADDRESS = re.compile(
    r"(?i)(?:mailto:)?[\w.+'-]+(?:@|\s*[\[(]\s*at\s*[\])]\s*)[\w-]+(?:(?:\.|\s*[\[(]\s*dot\s*[\])]\s*)[\w-]+)*"
)
_LONGEST_NAME = 1000
_WEB = ("http", "https")


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry as found: what names it, where it is, its fields, or why it cannot be used."""

    guid: str
    url: str
    fields: dict[str, Any] = field(default_factory=dict)
    bad: Bad | None = None

    @property
    def global_guid(self) -> str:
        """The guid, within its host where its form does not make it unique."""
        return self.guid if _GLOBAL_GUID.match(self.guid) else f"{urlsplit(self.url).netloc}|{self.guid}"


def feed_id(identity: str) -> str:
    """The id of an article that a feed names so."""
    return "feed:" + hashlib.blake2b(identity.encode("utf-8", "replace"), digest_size=12).hexdigest()


@dataclass(frozen=True, slots=True)
class Found:
    """Where and when the document was found: what its addresses are relative to, when it was asked for, its bytes."""

    base: str
    as_of: datetime
    data: bytes = b""


def from_xml_feed(entry: Any, feed: Any, found: Found) -> Entry:
    """Entry of an RSS or Atom feed as feedparser gives it."""
    guid = _clean(entry.get("id"))
    bodies = [_declared(content.get("value"), content.get("type")) for content in entry.get("content") or []]
    tags = [_lenient(tag.get("term") or tag.get("label")) for tag in entry.get("tags") or []]
    url = _xml_address(entry, guid, found)
    language = _language((entry.get("title_detail") or {}).get("language"), feed.get("language"))
    return _entry(
        guid,
        url,
        {
            c.TITLE: _declared(entry.get("title"), (entry.get("title_detail") or {}).get("type")),
            c.SUMMARY: _declared(entry.get("summary"), _summary_type(entry)),
            c.BODY: max((body for body in bodies if body), key=len, default=None),
            c.LANGUAGE: language,
            c.CATEGORY: next((tag for tag in tags if tag), None),
            c.PUBLISHER: _publisher(entry, feed, url),
            c.AUTHOR: _name(entry.get("author")),
            c.PUBLISHED_AT: _published(_xml_dates(entry, language), found.as_of),
        },
        entry,
    )


def from_json_feed(item: Any, feed: Mapping[str, Any], found: Found) -> Entry:
    """Item of a JSON Feed (jsonfeed.org, version 1 and 1.1)."""
    if not isinstance(item, dict):
        return Entry("", "", bad=Bad(RejectReason.BAD_ENTRY, f"the item is a {type(item).__name__}", str(item)[:200]))
    guid = _clean(item.get("id"))
    home = str(feed.get("home_page_url") or "")
    base = found.base if urlsplit_or_none(home) is None else urljoin(found.base, home)
    authors = _listed(item.get("authors")) or [item.get("author")]
    attached = [one.get("url") for one in _listed(item.get("attachments")) if isinstance(one, dict)]
    return _entry(
        guid,
        _address([item.get("url"), item.get("external_url")], [guid], attached, base=base),
        {
            c.TITLE: spaced(item.get("title")),
            c.SUMMARY: spaced(item.get("summary")),
            c.BODY: spaced(item.get("content_text")) or plain_text(item.get("content_html")),
            c.LANGUAGE: _language(item.get("language"), feed.get("language")),
            c.CATEGORY: next((tag for one in _listed(item.get("tags")) if (tag := spaced(one))), None),
            c.AUTHOR: next((_name(one.get("name")) for one in authors if isinstance(one, dict)), None),
            c.PUBLISHED_AT: _published(_json_dates(item), found.as_of),
        },
        item,
    )


def plain_text(markup: Any) -> str | None:
    """Text without tags, scripts and entities, spacing collapsed; None where nothing is left."""
    if not isinstance(markup, str):
        return None
    return spaced(html.unescape(_TAG.sub("", _BREAK.sub(" ", _HIDDEN.sub(" ", markup)))))


def spaced(text: Any) -> str | None:
    """Plain text as it is, spacing collapsed; None where nothing is left."""
    return " ".join(_clean(text).split()) or None if isinstance(text, str) else None


def _declared(text: Any, content_type: Any) -> str | None:
    """Plain text of what is declared plain or markup; feedparser has looked into RSS, which does not say.

    Nothing where it is neither, such as a picture.
    """
    kind = str(content_type or "text/plain").lower()
    if kind.endswith(("html", "xml")):
        return plain_text(text)
    return spaced(text) if kind.startswith("text/") else None


def _summary_type(entry: Any) -> str:
    """As declared; of a summary that feedparser made from the content, as that was declared."""
    declared: Any = entry.get("summary_detail") or next(
        (one for one in entry.get("content") or [] if one.get("value") == entry.get("summary")), {}
    )
    return str(declared.get("type") or "text/html")


def _lenient(text: Any) -> str | None:
    """Plain text of a name that should be plain and often is not: `Arts &amp; Culture`."""
    return plain_text(text) if isinstance(text, str) and _MARKUP.search(text) else spaced(text)


def _name(text: Any) -> str | None:
    """The name beside an e-mail address, which readers are not shown; None where there is an address alone."""
    given = _lenient(text[:_LONGEST_NAME] if isinstance(text, str) else None)
    if given is None or not _MAIL_ADDRESS.search(given):
        return given
    return spaced(re.sub(r"[()<>\[\]]", " ", _MAIL_ADDRESS.sub(" ", given)).strip(" ,;:-"))


def _publisher(entry: Any, feed: Any, url: str | None) -> str | None:
    """Who published it, by name: Dublin Core's publisher, else the source of an entry whose address is elsewhere.

    An address of whatever kind is no name. RSS knows a webmaster and a managing editor, who are no publishers;
    `etl.reading.feeds` keeps the former, which feedparser takes for one, out.
    """
    source = entry.get("source") or {}
    there, here = _host(source.get("href")), _host(url)
    is_elsewhere = bool(there and here) and not (f".{here}".endswith(f".{there}") or f".{there}".endswith(f".{here}"))
    named = [entry.get("publisher"), source.get("title") if is_elsewhere else None, feed.get("publisher")]
    return next((name for one in named if one and (name := _name(one)) == _lenient(one) and not _host(one)), None)


def _entry(guid: str, url: str | None, fields: dict[str, Any], shown: Any) -> Entry:
    body = None if fields[c.BODY] == fields[c.SUMMARY] else fields[c.BODY]
    text = fields[c.TITLE] or fields[c.SUMMARY] or body
    if url is None:
        return Entry(
            guid, "", bad=Bad(RejectReason.BAD_ENTRY, "the entry has no address, and its id is none", payload(shown))
        )
    if text is None:
        return Entry(
            guid, url, bad=Bad(RejectReason.BAD_ENTRY, "the entry has neither a title nor a text", payload(shown))
        )
    return Entry(guid, url, {**fields, c.BODY: body, c.TITLE: fields[c.TITLE] or _first_words(text), c.URL: url})


def _first_words(text: str) -> str:
    words = text.split()
    return " ".join(words[:_TITLE_WORDS]) + (" ..." if len(words) > _TITLE_WORDS else "")


def _language(*declared: Any) -> str | None:
    """The first of the declared languages that is one."""
    return next((code for one in declared if isinstance(one, str) and (code := clean_language(one))), None)


def _xml_address(entry: Any, guid: str, found: Found) -> str | None:
    links = entry.get("links") or []
    enclosures = [link.get("href") for link in links if link.get("rel") == "enclosure"]
    alternates = [link.get("href") for link in links if link.get("rel") in (None, "alternate")]
    link = dict.get(entry, "link")
    # feedparser says whether a guid may be a link, but not beside an empty one; it joins a guid to an xml:base, too.
    may_be_link = dict.get(entry, "guidislink", True) or link == ""
    is_written = html.escape(guid, quote=False).encode("utf-8", "replace") in found.data
    return _address(
        [link if link != guid else None, *alternates],
        [guid] if may_be_link and is_written else [],
        enclosures,
        base=found.base,
    )


def _address(links: Iterable[Any], ids: Iterable[Any], enclosures: Iterable[Any], *, base: str) -> str | None:
    """The first http(s) URL: of links and enclosures, which may be relative to where the document was found; an id is
    one or is none.
    """
    absolute = (_clean(one) for one in ids if one)
    candidates = [*_resolved(links, base), *absolute, *_resolved(enclosures, base)]
    return next((one.replace(" ", "%20") for one in candidates if _host(one)), None)


def _resolved(links: Iterable[Any], base: str) -> Iterator[str]:
    for link in (_clean(one) for one in links if one):
        if _HOST_FIRST.match(link):
            yield f"https://{link}"
        elif urlsplit_or_none(link) is not None and (base or link.startswith("//")):
            yield _joined(base or "https:", link)
        else:
            yield link


def _joined(base: str, link: str) -> str:
    try:
        return urljoin(base, link)
    except ValueError:
        return link


def _host(url: Any) -> str | None:
    """The host of an http(s) URL."""
    try:
        parts = urlsplit(str(url or ""))
        return parts.hostname if parts.scheme.lower() in _WEB else None
    except ValueError:
        return None


def _clean(value: Any) -> str:
    """Text without NUL and without halves of characters, which references like `&#xD800;` leave behind."""
    return str(value or "").replace("\x00", "").encode("utf-8", "replace").decode().strip()


def urlsplit_or_none(text: str) -> str | None:
    """The scheme, empty for a relative address, None where it is no address at all."""
    try:
        return urlsplit(text).scheme.lower()
    except ValueError:
        return None


def _listed(value: Any) -> list[Any]:
    """The value where it is the list it should be."""
    return value if isinstance(value, list) else []


def _published(dates: Iterable[datetime | None], as_of: datetime) -> datetime | None:
    """The first date that can be read and can be true; without one an entry is news all the same."""
    return next((date for date in dates if date is not None and can_have_been(date, as_of)), None)


def _xml_dates(entry: Any, language: str | None) -> Iterator[datetime | None]:
    for name in _DATES:
        written = str(dict.get(entry, name) or "")
        # Without Latin letters there is no name of a zone that feedparser could take for UTC; it knows Korean dates.
        is_foreign = not written.isascii() and not re.search("[A-Za-z]", written)
        yield parse_date(written, language) or (_struct_time(dict.get(entry, f"{name}_parsed")) if is_foreign else None)


def _json_dates(item: Mapping[str, Any]) -> Iterator[datetime | None]:
    for name in ("date_published", "date_modified"):
        yield parse_date(str(item.get(name) or ""))


def _struct_time(parsed: Any) -> datetime | None:
    try:
        return None if parsed is None else _EPOCH + timedelta(seconds=calendar.timegm(parsed))
    except (ValueError, OverflowError):
        return None
