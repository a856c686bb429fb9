"""What one reader's mail says, as subject, HTML and plain text: a pure function of a sheet."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, tzinfo
from typing import Any
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from frontpage.core.wording import said
from frontpage.digest.address import one_line
from frontpage.digest.words import day_in, moment_in, words_in
from frontpage.store.delivery.digests import Correction, DigestItem

#: Longer subjects are cut by mail clients anyway.
MAX_SUBJECT = 110
_MAX_SUMMARY = 280
_MAX_REASONS = 2


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one mail is made of: `items` best first and at least one, `urls` of their signed links in the same order.

    An item whose own address is no web address has no link; `zone` is the clock that times are said by.
    """

    edition_id: str
    day: date
    language: str
    zone: tzinfo
    items: Sequence[DigestItem]
    urls: Sequence[str]
    unsubscribe_url: str
    corrections: Sequence[Correction] = ()
    report_urls: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Mail:
    """What a mail says, without an address on it."""

    subject: str
    html: str
    text: str
    unsubscribe_url: str


def render(sheet: Sheet) -> Mail:
    """The mail of a sheet; the subject is the top title."""
    words = words_in(sheet.language)
    shown = [_shown(item, url, sheet) for item, url in zip(sheet.items, sheet.urls, strict=True)]
    subject = _cut(shown[0]["title"], MAX_SUBJECT)
    facts = {
        "words": words,
        "language": sheet.language,
        "masthead": words["masthead"].format(n=len(shown)),
        "edition": words["edition"].format(edition=sheet.edition_id),
        "day": day_in(sheet.language, sheet.day),
        "subject": subject,
        "preview": " · ".join(item["title"] for item in shown[1:4]),
        "items": shown,
        "report_urls": sheet.report_urls,
        "corrections": [one_line(correction.title) for correction in sheet.corrections],
        "unsubscribe_url": sheet.unsubscribe_url,
    }
    return Mail(subject, fill("mail.html", facts), fill("mail.txt", facts), sheet.unsubscribe_url)


def is_web(url: str) -> bool:
    """Whether an address may be a link: http or https, and nothing that a mail client would run."""
    return urlsplit(url).scheme in ("http", "https")


def fill(template: str, facts: Mapping[str, Any]) -> str:
    """One of our templates with these facts in it; what goes into HTML is escaped."""
    return _environment().get_template(template).render(facts)


def _shown(item: DigestItem, url: str, sheet: Sheet) -> dict[str, Any]:
    """An item as the templates show it: one-line texts, only web links, at most two reasons."""
    published = moment_in(sheet.language, item.published_at, sheet.zone) if item.published_at else None
    return {
        "title": one_line(item.title) or words_in(sheet.language)["untitled"],
        "url": url if is_web(item.url) else None,
        "summary": _cut(one_line(item.summary or ""), _MAX_SUMMARY),
        "language": item.language or sheet.language,
        "source": " · ".join(filter(None, map(one_line, (item.publisher or "", item.category or "", published or "")))),
        "why": one_line("; ".join(said(reason, sheet.language) for reason in item.reasons[:_MAX_REASONS])),
    }


def _cut(text: str, length: int) -> str:
    if len(text) <= length:
        return text
    return text[:length].rsplit(" ", 1)[0][: length - 1].rstrip(" ,;:-") + "…"


@functools.cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("frontpage.digest"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )
