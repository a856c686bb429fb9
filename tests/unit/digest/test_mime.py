"""A mail as bytes."""

from dataclasses import replace
from datetime import UTC, date, datetime
from email import message_from_bytes
from email.policy import default

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontpage.core.errors import BadInputError
from frontpage.digest.address import one_line
from frontpage.digest.mime import message, sender_domain
from frontpage.digest.render import Mail, Sheet, render
from frontpage.store.delivery.digests import DigestItem

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


def test_a_domain_beyond_ascii_goes_in_ascii():
    """As DNS knows it (IDNA 2008: the sharp s stays one), so that any server takes it; sender and List-ID as well."""
    raw = message(MAIL, "F <f@größe.example>", "zoe@Größe.example", "<id@x.example>", OPENED)
    assert b"To: zoe@xn--gre-6ka8i.example\r\n" in raw
    assert b"From: F <f@xn--gre-6ka8i.example>\r\n" in raw
    assert b"List-ID: Frontpage digest <digest.xn--gre-6ka8i.example>\r\n" in raw


def test_a_local_part_beyond_ascii_stays_as_it_is():
    """Its server has to speak SMTPUTF8."""
    raw = message(MAIL, "F <f@x.example>", "zoë@x.example", "<id@x.example>", OPENED)
    assert "To: zoë@x.example\r\n".encode() in raw


@given(st.text(), st.text(), st.text().filter(one_line))
def test_no_text_breaks_the_headers_or_the_lines(title, name, publisher):
    """Whatever stands in a title, in the sender's name, or in a publisher's: the same headers, no line of its own."""
    said, plain = (_said(title, publisher), _said("Title", "Publisher"))
    raw = message(said, f"{name} <f@x.example>", "a@y.example", "<id@x.example>", OPENED)
    assert not {"\r", "\n", "\0"} & set(raw.replace(b"\r\n", b"").decode())
    headers = raw.partition(b"\r\n\r\n")[0].split(b"\r\n")
    assert [line.split(b":")[0].decode() for line in headers if not line.startswith(b" ")] == [
        "From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "List-ID", "List-Unsubscribe",
        "List-Unsubscribe-Post", "MIME-Version", "Content-Type",
    ]  # fmt: skip
    parsed = message_from_bytes(raw, policy=default)
    assert parsed["From"].addresses[0].addr_spec == "f@x.example"
    assert len(parsed.get_body(("plain",)).get_content().splitlines()) == len(plain.text.splitlines())


def _said(title: str, publisher: str) -> Mail:
    item = DigestItem("a1", title, "https://x.example/1", publisher=publisher, category=publisher)
    return render(Sheet("e", date(2026, 3, 1), "en", UTC, [item], ["https://fp.example/r/1"], GOODBYE))


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
