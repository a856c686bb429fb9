"""Feed documents (RSS 0.9x, 1, 2, Atom, JSON Feed) to raw article rows. No network here."""

import io
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from typing import Any
from xml.etree.ElementTree import ParseError
from xml.sax import SAXException

import defusedxml.ElementTree
import feedparser
from defusedxml.common import DefusedXmlException

from etl.blocks import BLOCK_ROWS, MAX_ROW_BYTES, Bad, Range, RowBlock, SourcePart, payload
from etl.reading.feed_entries import Entry, Found, feed_id, from_json_feed, from_xml_feed
from etl.reading.fetch import Document, fetch
from etl.reading.formats.json_lines import parse_json
from etl.rows import tombstones
from etl.rows.reasons import RejectReason
from frontpage.core import columns as c

#: A longer feed is an archive, not news: the first entries are loaded, the rest is one quarantine row.
MAX_ENTRIES = 10_000
#: Counts what changes how documents are read: one that has not changed since an older reader read it is read again.
READER_VERSION = 2
_ENTRY_END = re.compile(rb"</(?:[A-Za-z_][\w.-]*:)?(item|entry)\s*>", re.IGNORECASE)
_CLOSING = {b"item": b"</channel></rss>", b"entry": b"</feed>"}

#: What feedparser lets through when a document is broken in a way that it does not know.
_PARSER_FAULTS = (ValueError, LookupError, TypeError, AttributeError, AssertionError, ArithmeticError, RecursionError)
#: A technician's address, which feedparser takes for the publisher.
_WEBMASTER = re.compile(
    rb"(?i)<webMaster\b[^<>]{0,200}>[^<]{0,500}(?:<!\[CDATA\[[^\]]{0,500}\]\]>\s{0,100})?</webMaster\s{0,100}>"
)
_CHARACTER = re.compile(rb"&#(?:[xX]([0-9a-fA-F]+)|([0-9]+));?")

Row = dict[str, Any] | Bad


def read_feed_blocks(part: SourcePart, state: dict[str, object], as_of: datetime) -> Iterator[RowBlock]:
    """Blocks of the entries of one feed in its order; none where it did not change. Every entry is a row or Bad.

    A date that an entry cannot have at `as_of` is left out, since a document that does not change is not read again.

    Raises UnavailableError where it cannot be fetched.
    """
    known = dict(part.options.get("state", {}))
    document = fetch(part.url, known)
    told = known if document is None else document.state
    state.update({**part.options.get("file", {}), **told, "reader": READER_VERSION})
    if document is None:
        return
    rows = list(feed_rows(document, Found(document.url, as_of)))
    state.update(tombstones.said(part.options.get("retract", ()), document.data, rows, known))
    for start in range(0, len(rows), BLOCK_ROWS):
        chunk = rows[start : start + BLOCK_ROWS]
        keys = [f"{part.file}#{key}" for key, _ in chunk]
        numbered = [(start + 1 + index, row) for index, (_, row) in enumerate(chunk)]
        yield RowBlock(numbered, Range(start + 1, len(chunk)), keys)


def feed_rows(document: Document, found: Found) -> Iterator[tuple[str, Row]]:
    """(key, raw article row or Bad) of each entry; damage of the document is a Bad row of its own."""
    stripped = document.data.removeprefix(b"\xef\xbb\xbf").lstrip()
    parse = _json_entries if stripped.startswith(b"{") else _xml_entries
    entries, damage = parse(document, found)
    yield from _rows(entries)
    for index, bad in enumerate(damage):
        yield f"document-{index}" if index else "document", bad


def _rows(entries: list[Entry]) -> Iterator[tuple[str, Row]]:
    ids = _article_ids(entries)
    seen: dict[str, dict[str, Any]] = {}
    for index, (entry, article_id) in enumerate(zip(entries, ids, strict=True), 1):
        key = (entry.guid or entry.url or str(index))[:300].replace("\x00", "")
        if isinstance(entry.bad, Bad):
            yield key, entry.bad
            continue
        row = {**entry.fields, c.ARTICLE_ID: article_id}
        yield key, _checked(row, seen.setdefault(article_id, row))


def _checked(row: dict[str, Any], first: dict[str, Any]) -> Row:
    if sum(len(value) for value in row.values() if isinstance(value, str)) > MAX_ROW_BYTES:
        return Bad(RejectReason.TOO_LARGE, f"the entry is longer than {MAX_ROW_BYTES} characters", payload(row))
    if row != first:
        return Bad(
            RejectReason.REPEATED_ENTRY, "an entry of the same identity came before it in this feed", payload(row)
        )
    return row


def _article_ids(entries: list[Entry]) -> list[str]:
    """Stable ids: from the guid, or from the address where there is none or several entries share it.

    A guid that is not globally unique by its form counts within its host.
    """
    addresses: dict[str, set[str]] = {}
    for entry in entries:
        addresses.setdefault(entry.guid, set()).add(entry.url)
    return [
        feed_id(entry.global_guid if entry.guid and len(addresses[entry.guid]) == 1 else entry.url) for entry in entries
    ]


def _json_entries(document: Document, found: Found) -> tuple[list[Entry], list[Bad]]:
    if document.is_cut:
        return [], [_too_long(document)]
    try:
        feed = parse_json(document.data.removeprefix(b"\xef\xbb\xbf"))
    except ValueError as error:
        return [], [Bad(RejectReason.BAD_FEED, f"not JSON: {error}", _shown(document))]
    items = feed.get("items")
    if "jsonfeed.org/version" not in str(feed.get("version")) or not isinstance(items, list):
        return [], [Bad(RejectReason.BAD_FEED, "the JSON document is not a JSON Feed", _shown(document))]
    damage = [_too_many(len(items) - MAX_ENTRIES)] if len(items) > MAX_ENTRIES else []
    return [from_json_feed(item, feed, found) for item in items[:MAX_ENTRIES]], damage


def _xml_entries(document: Document, found: Found) -> tuple[list[Entry], list[Bad]]:
    """Entries of an XML feed. Entity definitions are refused before the parser that would expand them sees them."""
    data, damage = _bounded(document)
    data = _WEBMASTER.sub(b"", _CHARACTER.sub(_possible_character, data.lstrip()))
    try:
        defusedxml.ElementTree.fromstring(data, forbid_entities=True, forbid_external=True)
    except DefusedXmlException as error:
        return [], [Bad(RejectReason.BAD_FEED, f"the document defines or fetches entities ({error})", _shown(document))]
    except (ParseError, ValueError, LookupError):
        pass  # not well-formed: feedparser reads what can be read and says so below
    try:
        parsed = _parse(data, document)
    except _PARSER_FAULTS as error:
        detail = f"the parser gave up ({type(error).__name__}: {str(error)[:200]})"
        return [], [Bad(RejectReason.BAD_FEED, detail, _shown(document))]
    there = replace(found, base=_base(parsed.feed, found.base), data=data)
    entries = [from_xml_feed(entry, parsed.feed, there) for entry in parsed.entries]
    return entries, damage + _damage(parsed, document)


def _base(feed: Any, url: str) -> str:
    """What relative addresses of entries are relative to: the feed's own address, or one that it names."""
    named = [feed.get("link"), *(link.get("href") for link in feed.get("links") or [])]
    return next((str(one) for one in (url, *named) if str(one).startswith(("http://", "https://"))), "")


def _possible_character(reference: re.Match[bytes]) -> bytes:
    """The reference itself, or the replacement character for one to no character, which stops feedparser."""
    hexadecimal, decimal = reference.groups()
    digits = (hexadecimal or decimal).lstrip(b"0")[:9]
    code = int(digits or b"0", 16 if hexadecimal else 10)
    return reference.group() if 0 < code < 0xD800 or 0xDFFF < code < 0x110000 else b"&#xFFFD;"


def _parse(data: bytes, document: Document) -> Any:
    # A stream, never a string: feedparser would take a string for an address or a file name. It is not told where the
    # document was found, since it would make any guid an address of that place.
    headers = {"content-type": document.content_type} if document.content_type else {}
    return feedparser.parse(
        io.BytesIO(data), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
    )


def _damage(parsed: Any, document: Document) -> list[Bad]:
    error = parsed.get("bozo_exception")
    broken = isinstance(error, SAXException) and not document.is_cut
    if not parsed.get("version") and not parsed.entries:
        return [Bad(RejectReason.BAD_FEED, "the document is no RSS, Atom or JSON Feed", _shown(document))]
    if broken:
        detail = f"damaged ({str(error)[:200]}); the entries that can be read are taken"
        return [Bad(RejectReason.BAD_FEED, detail, _shown(document))]
    return []


def _bounded(document: Document) -> tuple[bytes, list[Bad]]:
    """The document with at most MAX_ENTRIES entries, closed again after the last one."""
    ends = list(_ENTRY_END.finditer(document.data))
    if len(ends) <= MAX_ENTRIES and not document.is_cut:
        return document.data, []
    if not ends:
        return b"", [_too_long(document)]
    last = ends[min(len(ends), MAX_ENTRIES) - 1]
    bad = _too_long(document) if document.is_cut else _too_many(len(ends) - MAX_ENTRIES)
    return document.data[: last.end()] + _CLOSING[last.group(1).lower()], [bad]


def _too_many(n_left: int) -> Bad:
    return Bad(RejectReason.TOO_MANY_ENTRIES, f"{n_left} entries after the first {MAX_ENTRIES} were not read", "")


def _too_long(document: Document) -> Bad:
    detail = f"longer than {len(document.data)} bytes; entries after them, or after {MAX_ENTRIES}, were not read"
    return Bad(RejectReason.TOO_MANY_ENTRIES, detail, _shown(document))


def _shown(document: Document) -> str:
    return document.data[:1000].decode("utf-8", "backslashreplace").replace("\x00", "")
