"""One reader's mail as subject, HTML and plain text: pure functions of the edition and its items."""

import functools
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from email.errors import MessageError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from hashlib import sha256
from typing import Any
from unicodedata import category
from urllib.parse import urlsplit

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape

from core.errors import BadInputError
from store.digests import DigestItem, Edition

#: Longer subjects are cut by mail clients anyway.
MAX_SUBJECT = 110
_MAX_SUMMARY = 280
_MAX_REASONS = 2


@dataclass(frozen=True, slots=True)
class Mail:
    """What a mail says, without an address on it."""

    subject: str
    html: str
    text: str


def render(edition: Edition, items: Sequence[DigestItem]) -> Mail:
    """The mail for a non-empty list, best first; the subject is the top title."""
    shown = [_shown(item) for item in items]
    subject = _cut(shown[0]["title"], MAX_SUBJECT)
    facts = {
        "edition_id": edition.edition_id,
        "day": f"{edition.as_of:%A}, {edition.as_of.day} {edition.as_of:%B %Y}",
        "subject": subject,
        "preview": " · ".join(item["title"] for item in shown[1:4]),
        "items": shown,
    }
    return Mail(subject, _fill("mail.html", facts), _fill("mail.txt", facts))


def preview_page(edition_id: str, run_id: int, mails: Sequence[Mail]) -> str:
    """A page that shows mails side by side as HTML and text; no address is in it."""
    return _fill("preview.html", {"edition_id": edition_id, "run_id": run_id, "mails": mails})


def message(mail: Mail, sender: str, recipient: str, message_id: str, sent_at: datetime) -> EmailMessage:
    """The mail as RFC 5322 text and HTML alternatives; the same arguments give the same bytes.

    Raises BadInputError for a recipient that is not one e-mail address.
    """
    made = EmailMessage(policy=SMTP)
    made["From"] = sender
    made["To"] = _address(recipient)
    made["Subject"] = mail.subject
    made["Date"] = format_datetime(sent_at)
    made["Message-ID"] = message_id
    made["Auto-Submitted"] = "auto-generated"
    made.set_content(mail.text, cte="quoted-printable")
    made.add_alternative(mail.html, subtype="html", cte="quoted-printable")
    made.set_boundary("=_" + sha256(message_id.encode()).hexdigest()[:32])
    return made


def sender_domain(mail_from: str) -> str:
    """The domain of `Name <user@domain>`.

    Raises BadInputError where there is none.
    """
    user, _, domain = parseaddr(mail_from)[1].rpartition("@")
    if not (user and domain):
        raise BadInputError(
            f"FRONTPAGE_MAIL_FROM {mail_from!r} is no address; write it like `Frontpage <digest@example.org>`"
        )
    return domain


def _address(recipient: str) -> Address:
    try:
        address = Address(addr_spec=recipient)
    except (ValueError, IndexError, MessageError) as error:
        raise BadInputError("not an e-mail address") from error
    if not (address.username and address.domain):
        raise BadInputError("not an e-mail address")
    return address


def _shown(item: DigestItem) -> dict[str, Any]:
    """An item as the templates show it: one-line texts, only web links, at most two reasons."""
    published = f"{item.published_at.day} {item.published_at:%B, %H:%M} UTC" if item.published_at else None
    return {
        "title": _one_line(item.title) or "(untitled)",
        "url": item.url if urlsplit(item.url).scheme in ("http", "https") else None,
        "summary": _cut(_one_line(item.summary or ""), _MAX_SUMMARY),
        "language": item.language,
        "source": " · ".join(part for part in (item.publisher, item.category, published) if part),
        "why": "; ".join(_one_line(reason.text) for reason in item.reasons[:_MAX_REASONS]),
    }


def _one_line(text: str) -> str:
    """No line breaks or other control characters, which have no place in a subject or a heading."""
    return " ".join("".join(" " if category(char) == "Cc" else char for char in text).split())


def _cut(text: str, length: int) -> str:
    if len(text) <= length:
        return text
    return text[:length].rsplit(" ", 1)[0][: length - 1].rstrip(" ,;:-") + "…"


@functools.cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("digest"),
        autoescape=select_autoescape(["html"]),
        undefined=StrictUndefined,
        keep_trailing_newline=True,
    )


def _fill(template: str, facts: Mapping[str, Any]) -> str:
    return _environment().get_template(template).render(facts)
