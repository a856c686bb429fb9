"""A mail as bytes."""

from dataclasses import replace
from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest

from core.errors import BadInputError
from digest.mime import message, sender_domain
from digest.render import Mail

OPENED = datetime(2026, 3, 1, 5, 45, tzinfo=UTC)
GOODBYE = "https://fp.example/unsubscribe/" + "t" * 300
MAIL = Mail("Ice on the river", "<p>Größe</p>\n", "Größe · 大\n.\n-- \nend \n", GOODBYE)


def test_the_same_mail_twice_is_the_same_bytes():
    """A mail sent again after an interruption can be told by its Message-ID, and differs in nothing else either."""
    one, two = (message(MAIL, "F <f@x.example>", "a@y.example", "<id@x.example>", OPENED) for _ in "12")
    assert one == two


def test_headers_and_alternatives():
    """Plain text first, HTML second, UTF-8, and the headers that make it traceable, as a receiver reads them."""
    mail = replace(MAIL, subject=" ".join(["Größe · 大"] * 10))
    raw = message(mail, "Frontpäge <f@x.example>", "a@y.example", "<id@x.example>", OPENED)
    parsed = message_from_bytes(raw, policy=default)
    assert parsed["Subject"] == mail.subject
    assert (parsed["From"], parsed["To"], parsed["Message-ID"]) == (
        "Frontpäge <f@x.example>", "a@y.example", "<id@x.example>",
    )  # fmt: skip
    assert parsed["Date"].datetime == OPENED
    assert [part.get_content_type() for part in parsed.iter_parts()] == ["text/plain", "text/html"]
    assert parsed.get_body(("plain",)).get_content().splitlines() == MAIL.text.splitlines()
    assert parsed.get_body(("html",)).get_content().splitlines() == MAIL.html.splitlines()
    assert parsed.defects == []
    assert all(len(line) <= 78 for line in raw.split(b"\r\n") if not line.startswith(b"List-Unsubscribe:"))
    assert b"\n" not in raw.replace(b"\r\n", b"")


def test_the_goodbye_is_readable_however_long_it_is():
    """On one line and as it is: no mailbox provider decodes it."""
    lines = message(MAIL, "F <f@x.example>", "a@y.example", "<id@x.example>", OPENED).split(b"\r\n")
    assert f"List-Unsubscribe: <{GOODBYE}>".encode() in lines
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click" in lines


def test_an_address_beyond_ascii_stays_as_it_is():
    """Its server has to speak SMTPUTF8."""
    raw = message(MAIL, "F <f@x.example>", "zoe@größe.example", "<id@x.example>", OPENED)
    assert "To: zoe@größe.example\r\n".encode() in raw


@pytest.mark.parametrize(
    "address", ["", "nobody", "a@b\r\nBcc: c@d.example", "a@b.example, c@d.example", "@x.example", "a@"]
)
def test_what_is_no_address_is_refused(address):
    """One mail goes to one address; anything else is refused before it reaches a server."""
    with pytest.raises(BadInputError, match="not an e-mail address"):
        message(MAIL, "F <f@x.example>", address, "<id@x.example>", OPENED)


def test_the_sender_needs_a_domain():
    """Message-IDs end in it."""
    assert sender_domain("Frontpage <digest@frontpage.example>") == "frontpage.example"
    with pytest.raises(BadInputError, match="FRONTPAGE_MAIL_FROM"):
        sender_domain("Frontpage")
