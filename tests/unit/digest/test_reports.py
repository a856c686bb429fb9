"""Bounces and complaints as providers write them."""

import pytest

from frontpage.digest.returns.bounces import is_dead, without_addresses
from frontpage.digest.returns.reports import parse_report

ORIGINAL = "From: Frontpage <digest@frontpage.example>\nMessage-ID: <e.1@frontpage.example>\nSubject: Ice\n"


def bounce(fields: str, original: str = "message/rfc822", headers: str = ORIGINAL) -> bytes:
    """A delivery status notification with these fields of the recipient."""
    return (
        "From: MAILER-DAEMON@mx.example\nTo: digest@frontpage.example\nSubject: Undelivered\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nIt did not work for <ann@readers.example>.\n\n"
        "--b\nContent-Type: message/delivery-status\n\nReporting-MTA: dns; mx.example\n\n"
        f"Final-Recipient: rfc822; ann@readers.example\n{fields}\n\n"
        f"--b\nContent-Type: {original}\n\n{headers}\n--b--\n"
    ).encode()


def complaint(feedback: str) -> bytes:
    """An abuse report."""
    return (
        "From: fbl@provider.example\nSubject: complaint\nMIME-Version: 1.0\n"
        'Content-Type: multipart/report; report-type=feedback-report; boundary="b"\n\n'
        "--b\nContent-Type: text/plain\n\nThis is a report.\n\n"
        f"--b\nContent-Type: message/feedback-report\n\nFeedback-Type: {feedback}\nUser-Agent: FBL/1.0\nVersion: 1\n\n"
        f"--b\nContent-Type: message/rfc822\n\n{ORIGINAL}\nHello\n--b--\n"
    ).encode()


@pytest.mark.parametrize("original", ["message/rfc822", "text/rfc822-headers"])
def test_a_mailbox_that_is_not_there(original):
    """Found by the Message-ID of our mail, whole or only its headers; the address is not kept."""
    fields = "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 <ann@readers.example>: unknown\n user"
    found = parse_report(bounce(fields, original))
    assert (found.kind, found.message_id, found.is_final) == ("bounce", "<e.1@frontpage.example>", True)
    assert found.detail == "5.1.1 smtp; 550 5.1.1 <address>: unknown user"


@pytest.mark.parametrize(
    ("fields", "is_final"),
    [
        ("Action: failed\nStatus: 5.2.2\nDiagnostic-Code: smtp; 552 mailbox full", False),
        ("Action: failed\nStatus: 4.4.7", False),
        ("Action: failed\nStatus: 5.7.1\nDiagnostic-Code: smtp; 550 5.7.1 spam", False),
        ("Action: FAILED\nStatus: 5.0.0\nDiagnostic-Code: smtp; 550 5.1.10 RESOLVER.ADR.RecipientNotFound", True),
        ("Action: failed\nStatus: 5.2.1", True),
    ],
)
def test_which_failures_are_for_good(fields, is_final):
    """Full, late or refused as spam may change; no such mailbox does not."""
    assert parse_report(bounce(fields)).is_final == is_final


@pytest.mark.parametrize("action", ["delayed", "delivered", "relayed", "expanded", ""])
def test_what_is_no_failure_is_no_bounce(action):
    """A mail that is late may still come."""
    assert parse_report(bounce(f"Action: {action}\nStatus: 4.4.1")) is None


@pytest.mark.parametrize(("feedback", "kind"), [("abuse", "complaint"), ("fraud", "complaint"), ("not-spam", None)])
def test_complaints(feedback, kind):
    """Taken out of the spam folder is the opposite of a complaint; so are reports about DMARC."""
    found = parse_report(complaint(feedback))
    assert (found.kind if found else None) == kind
    assert parse_report(complaint("auth-failure")) is None


@pytest.mark.parametrize(
    "raw",
    [
        b"", b"\xff\xfe\x00", b"Subject: out of office\n\nI am away", bounce("Action: failed", headers="X: y\n"),
        b"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/delivery-status\n\n",
        b"Content-Type: multipart/report; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n--b--",
        bounce("Action: failed")[:350],
    ],
)  # fmt: skip
def test_what_is_no_report_or_torn_is_none(raw):
    """Mail comes from anywhere; nothing of it is an error."""
    assert parse_report(raw) is None


@pytest.mark.parametrize(
    ("words", "dead"),
    [("550 5.1.1 no", True), ("550 no such user", False), ("554 5.7.1", False), ("5.1.15", False), ("15.1.1", False)],
)
def test_only_an_enhanced_code_says_that_an_address_is_dead(words, dead):
    """RFC 3463."""
    assert is_dead(words) == dead


def test_words_are_kept_without_addresses():
    """In any bracket, in any number."""
    assert without_addresses("550 <a@b.example> to a.b+c@d.example,\n [x@y.example]") == (
        "550 <address> to <address>, [<address>]"
    )
