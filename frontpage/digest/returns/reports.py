"""What comes back: bounces (RFC 3464) and complaints (RFC 5965), read out of the mails that carry them. Pure."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from email import message_from_bytes, message_from_string, policy
from email.message import EmailMessage, Message

from frontpage.digest.returns.bounces import is_dead, without_addresses

#: Feedback that is no complaint: a mail taken out of the spam folder, and reports about SPF, DKIM and DMARC.
_NO_COMPLAINT = ("not-spam", "auth-failure")


@dataclass(frozen=True, slots=True)
class Returned:
    """One report: what it says of which mail of ours.

    fingerprint: of the report's bytes. is_final: the address is dead; always so for a complaint. detail: no addresses.
    """

    fingerprint: str
    kind: str
    message_id: str
    is_final: bool
    detail: str


def parse_report(raw: bytes) -> Returned | None:
    """The report that a mail carries; None for a delay, a receipt, an out-of-office note, or anything else.

    What is torn or malformed is never an error: mail comes from anywhere.
    """
    mail = message_from_bytes(raw, policy=policy.default.clone(raise_on_defect=False))
    assert isinstance(mail, EmailMessage), "by the policy"
    if mail.get_content_type() != "multipart/report":
        return None
    message_id = _original_id(mail)
    said = _complaint(mail) or _bounce(mail)
    if not message_id or said is None:
        return None
    kind, is_final, detail = said
    words = without_addresses(detail, *_recipients(mail))
    return Returned(hashlib.sha256(raw).hexdigest(), kind, message_id, is_final, words)


def _bounce(mail: EmailMessage) -> tuple[str, bool, str] | None:
    """The first recipient's failure; our mails have one recipient."""
    for block in _blocks(mail, "message/delivery-status"):
        if _field(block, "Action").lower() == "failed":
            words = f"{_field(block, 'Status')} {_field(block, 'Diagnostic-Code')}".strip()
            return "bounce", is_dead(words), words
    return None


def _recipients(mail: EmailMessage) -> Iterator[str]:
    """Whom the report is about, so that its words can be rid of them."""
    for block in _blocks(mail, "message/delivery-status"):
        for name in ("Final-Recipient", "Original-Recipient"):
            yield _field(block, name).rpartition(";")[2].strip()


def _complaint(mail: EmailMessage) -> tuple[str, bool, str] | None:
    for block in _blocks(mail, "message/feedback-report"):
        feedback = _field(block, "Feedback-Type").lower()
        if feedback and feedback not in _NO_COMPLAINT:
            return "complaint", True, feedback
    return None


def _original_id(mail: EmailMessage) -> str:
    """The Message-ID of the mail that is reported on, which comes with the report whole or as its headers."""
    for part in mail.walk():
        if part is mail:
            continue
        if part.get_content_type() == "text/rfc822-headers":
            return _field(message_from_string(str(part.get_payload())), "Message-ID")
        if part.get_content_type() == "message/rfc822":
            return next((_field(original, "Message-ID") for original in _payload(part)), "")
    return ""


def _blocks(mail: EmailMessage, content_type: str) -> Iterator[Message]:
    """Groups of fields in the parts of that type."""
    for part in mail.walk():
        if part.get_content_type() == content_type:
            yield from _payload(part)


def _payload(part: Message) -> list[Message]:
    payload = part.get_payload()
    return [block for block in payload if isinstance(block, Message)] if isinstance(payload, list) else []


def _field(block: Message, name: str) -> str:
    return " ".join(str(block.get(name, "")).split())
