"""One feed entry to the fields of an article: identity, address, texts without markup, date."""

import calendar
import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import urljoin, urlsplit

from core import columns as c
from etl.blocks import Bad, payload
from etl.reasons import Reason

#: Words of the text that stand in for a missing title.
_TITLE_WORDS = 12
#: Read as plain dict keys: feedparser's own access stands one in for another, with a warning.
_DATES = ("published_parsed", "updated_parsed", "created_parsed")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_HIDDEN = re.compile(r"(?is)<(script|style|head|template)\b.*?</\1\s*>|<!--.*?-->")
_BREAK = re.compile(r"(?i)<(?:br|/?p|/?div|/?li|/?h[1-6]|/?tr|/?ul|/?ol|/?blockquote)\b[^>]*>")
_TAG = re.compile(r"</?[a-zA-Z][^<>]*>|<![^<>]*>")
_GLOBAL_GUID = re.compile(r"(?i)^(https?://|urn:|tag:)")


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


def from_xml_feed(entry: Any, feed: Any, base: str) -> Entry:
    """Entry of an RSS or Atom feed as feedparser gives it."""
    guid = _clean(entry.get("id"))
    texts = [str(content.get("value") or "") for content in entry.get("content") or []]
    tags = [tag.get("term") or tag.get("label") for tag in entry.get("tags") or []]
    return _entry(
        guid,
        _address([entry.get("link"), *_hrefs(entry.get("links")), guid, *_hrefs(entry.get("enclosures"))], base),
        {
            c.TITLE: entry.get("title"),
            c.SUMMARY: entry.get("summary"),
            c.BODY: max(texts, key=len, default=""),
            c.LANGUAGE: (entry.get("title_detail") or {}).get("language") or feed.get("language"),
            c.CATEGORY: next((tag for tag in tags if tag), None),
            c.PUBLISHER: entry.get("publisher") or feed.get("publisher"),
            c.AUTHOR: entry.get("author"),
        },
        _struct_time(next((found for name in _DATES if (found := dict.get(entry, name))), None)),
        entry,
    )


def from_json_feed(item: Any, feed: Mapping[str, Any], url: str) -> Entry:
    """Item of a JSON Feed (jsonfeed.org, version 1 and 1.1)."""
    if not isinstance(item, dict):
        return Entry("", "", bad=Bad(Reason.BAD_ENTRY, f"the item is a {type(item).__name__}", str(item)[:200]))
    guid = _clean(item.get("id"))
    home = str(feed.get("home_page_url") or "")
    base = url if urlsplit_or_none(home) is None else urljoin(url, home)
    authors = _listed(item.get("authors")) or [item.get("author")]
    return _entry(
        guid,
        _address([item.get("url"), item.get("external_url"), guid], base),
        {
            c.TITLE: item.get("title"),
            c.SUMMARY: item.get("summary"),
            c.BODY: item.get("content_text") or item.get("content_html"),
            c.LANGUAGE: item.get("language") or feed.get("language"),
            c.CATEGORY: next((tag for tag in _listed(item.get("tags")) if isinstance(tag, str)), None),
            c.AUTHOR: next((one.get("name") for one in authors if isinstance(one, dict)), None),
        },
        _iso_time(item.get("date_published") or item.get("date_modified")),
        item,
    )


def plain_text(markup: Any) -> str | None:
    """Text without tags, scripts and entities, spacing collapsed; None where nothing is left."""
    if not isinstance(markup, str):
        return None
    text = _TAG.sub("", _BREAK.sub(" ", _HIDDEN.sub(" ", markup)))
    return " ".join(_clean(html.unescape(text)).split()) or None


def _entry(guid: str, url: str | None, raw: Mapping[str, Any], published_at: datetime | None, shown: Any) -> Entry:
    fields = {name: plain_text(value) for name, value in raw.items()}
    if fields[c.BODY] == fields[c.SUMMARY]:
        fields[c.BODY] = None
    text = fields[c.TITLE] or fields[c.SUMMARY] or fields[c.BODY]
    if url is None:
        return Entry(
            guid, "", bad=Bad(Reason.BAD_ENTRY, "the entry has no address, and its id is none", payload(shown))
        )
    if text is None:
        return Entry(guid, url, bad=Bad(Reason.BAD_ENTRY, "the entry has neither a title nor a text", payload(shown)))
    fields[c.TITLE] = fields[c.TITLE] or _first_words(text)
    return Entry(guid, url, {**fields, c.URL: url, c.PUBLISHED_AT: published_at})


def _first_words(text: str) -> str:
    words = text.split()
    return " ".join(words[:_TITLE_WORDS]) + (" ..." if len(words) > _TITLE_WORDS else "")


def _address(candidates: Iterable[Any], base: str) -> str | None:
    """The first candidate that is, or with the feed's own address becomes, an http(s) URL."""
    given = [_clean(one) for one in candidates if one]
    is_web = urlsplit_or_none(base) in ("http", "https")
    for one in given:
        if urlsplit_or_none(one) in ("http", "https"):
            return one.replace(" ", "%20")
    for one in given:
        if urlsplit_or_none(one) == "" and one.startswith(("/", "./", "../")) and is_web:
            return urljoin(base, one).replace(" ", "%20")
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


def _hrefs(links: Any) -> list[Any]:
    return [link.get("href") for link in links or []]


def _struct_time(parsed: Any) -> datetime | None:
    """A date that nobody can read is left out: an entry is news all the same."""
    if parsed is None:
        return None
    try:
        return _EPOCH + timedelta(seconds=calendar.timegm(parsed))
    except (ValueError, OverflowError):
        return None


def _iso_time(text: Any) -> datetime | None:
    try:
        parsed = datetime.fromisoformat(str(text).strip()) if text else None
    except ValueError:
        return None
    return parsed if parsed is None or parsed.tzinfo else parsed.replace(tzinfo=UTC)
