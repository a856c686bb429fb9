"""What a mail says and how it is put together."""

from datetime import UTC, datetime
from email import message_from_bytes
from email.policy import default

import pytest

from core.errors import BadInputError
from core.lists import Reason
from digest.render import MAX_SUBJECT, message, preview_page, render, sender_domain
from store.digests import DigestItem, Edition

OPENED = datetime(2026, 3, 1, 5, 45, tzinfo=UTC)
EDITION = Edition("2026-03-01", OPENED, 7, "sending", OPENED)
TOP = DigestItem(
    "Ice on the river",
    "https://news.example/ice?a=1&b=2",
    summary="It came overnight.",
    publisher="The Example",
    category="weather",
    language="en",
    published_at=OPENED,
    reasons=(
        Reason("popular", "much read in the north", 0.5),
        Reason("new", "new today", 0.1),
        Reason("x", "third", 0),
    ),
)


def test_both_parts_say_the_same():
    """Title, link, source and the two strongest reasons stand in HTML and text; the top title is the subject."""
    mail = render(EDITION, [TOP, DigestItem("Second", "https://news.example/2")])
    assert mail.subject == "Ice on the river"
    for part in (mail.html, mail.text):
        assert "Sunday, 1 March 2026" in part
        assert "The Example · weather · 1 March, 05:45 UTC" in part
        assert "Why: much read in the north; new today" in part
        assert "third" not in part
    assert '<a href="https://news.example/ice?a=1&amp;b=2"' in mail.html
    assert "\n   https://news.example/ice?a=1&b=2\n" in mail.text


def test_the_plain_text_in_full():
    """The whole text part of a list of two; what is unknown of an article leaves no trace."""
    mail = render(EDITION, [TOP, DigestItem("Second", "https://news.example/2")])
    assert mail.text == (
        "FRONTPAGE\n"
        "Sunday, 1 March 2026 - 2 for you\n"
        "\n"
        "\n"
        "1. Ice on the river\n"
        "   The Example · weather · 1 March, 05:45 UTC\n"
        "   Why: much read in the north; new today\n"
        "   https://news.example/ice?a=1&b=2\n"
        "\n"
        "\n"
        "2. Second\n"
        "   https://news.example/2\n"
        "\n"
        "\n"
        "--\n"
        "You get this mail because you asked for the daily digest. Edition 2026-03-01.\n"
    )


def test_markup_in_a_title_is_text():
    """Articles come from anywhere: no tag, attribute or script of theirs reaches the mail."""
    item = DigestItem('<script>alert(1)</script>"', "https://news.example/1", language='en" onload="x')
    html = render(EDITION, [item]).html
    assert "<script>" not in html
    assert 'onload="x' not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&#34;" in html


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "news.example/1", "", "file:///etc/passwd"])
def test_only_web_links_are_links(url):
    """A title with any other address stands without a link, in both parts."""
    mail = render(EDITION, [DigestItem("Title", url)])
    assert "<a " not in mail.html
    assert "http" not in mail.text


@pytest.mark.parametrize(
    ("title", "subject"),
    [
        ("One\r\nBcc: x@y.example", "One Bcc: x@y.example"),
        ("  tab\tand\x00nul ", "tab and nul"),
        ("\n", "(untitled)"),
        ("word " * 40, "word " * 21 + "word…"),
        ("👩‍👩‍👧 family", "👩‍👩‍👧 family"),
    ],
)
def test_a_subject_is_one_line_of_bounded_length(title, subject):
    """Line breaks and control characters become spaces; long titles are cut at a word; emoji stay whole."""
    found = render(EDITION, [DigestItem(title, "https://news.example/1")]).subject
    assert found == subject
    assert len(found) <= MAX_SUBJECT


def test_the_mail_works_without_images_and_in_the_dark():
    """No image, script or outside resource; a dark scheme is declared; layout tables are hidden from screen readers."""
    html = render(EDITION, [TOP]).html
    assert "<img" not in html
    assert "src=" not in html
    assert "@import" not in html
    assert 'name="color-scheme" content="light dark"' in html
    assert "prefers-color-scheme: dark" in html
    assert html.count("<table") == html.count('<table role="presentation"')
    assert '<html lang="en"' in html


def test_the_same_mail_twice_is_the_same_bytes():
    """A mail sent again after an interruption can be told by its Message-ID, and differs in nothing else either."""
    one, two = (
        message(render(EDITION, [TOP]), "F <f@x.example>", "a@y.example", "<id@x.example>", OPENED) for _ in "12"
    )
    assert bytes(one) == bytes(two)


def test_headers_and_alternatives():
    """Plain text first, HTML second, UTF-8, and the headers that make it traceable."""
    mail = render(EDITION, [DigestItem("Größe · 大", "https://news.example/1")])
    raw = bytes(message(mail, "Frontpage <f@x.example>", "a@y.example", "<id@x.example>", OPENED))
    parsed = message_from_bytes(raw, policy=default)
    assert parsed["Subject"] == "Größe · 大"
    assert (parsed["To"], parsed["Message-ID"]) == ("a@y.example", "<id@x.example>")
    assert parsed["Date"].datetime == OPENED
    assert [part.get_content_type() for part in parsed.iter_parts()] == ["text/plain", "text/html"]
    assert "Größe · 大" in parsed.get_body(("plain",)).get_content()
    assert max(len(line) for line in raw.splitlines()) <= 998


@pytest.mark.parametrize(
    "address", ["", "nobody", "a@b\r\nBcc: c@d.example", "a@b.example, c@d.example", "@x.example", "a@"]
)
def test_what_is_no_address_is_refused(address):
    """One mail goes to one address; anything else is refused before it reaches a server."""
    with pytest.raises(BadInputError, match="not an e-mail address"):
        message(render(EDITION, [TOP]), "F <f@x.example>", address, "<id@x.example>", OPENED)


def test_the_sender_needs_a_domain():
    """Message-IDs end in it."""
    assert sender_domain("Frontpage <digest@frontpage.example>") == "frontpage.example"
    with pytest.raises(BadInputError, match="FRONTPAGE_MAIL_FROM"):
        sender_domain("Frontpage")


def test_the_preview_shows_mails_as_they_are():
    """HTML goes into a sandboxed frame as an attribute, so that it cannot reach the page."""
    page = preview_page("2026-03-01", 7, [render(EDITION, [TOP])])
    assert 'sandbox srcdoc="&lt;!DOCTYPE html&gt;' in page
    assert "Made from run 7. Nothing was sent." in page
