"""What a mail says and how it is put together."""

import re
from datetime import UTC, datetime, tzinfo
from zoneinfo import ZoneInfo

import pytest

from frontpage.core.lists import Reason
from frontpage.digest.render import MAX_SUBJECT, Mail, Sheet, render
from frontpage.digest.words import language_of
from frontpage.store.delivery.digests import DigestItem

OPENED = datetime(2026, 3, 1, 5, 45, tzinfo=UTC)
SECOND = DigestItem("a2", "Second", "https://news.example/2")
TOP = DigestItem(
    "a1",
    "Ice on the river",
    "https://news.example/ice?a=1&b=2",
    summary="It came overnight.",
    publisher="The Example",
    category="weather",
    language="en",
    published_at=OPENED,
    reasons=(
        Reason("much_read", {"hours": 1}, 0.5),
        Reason("new_today", contribution=0.1),
        Reason("third"),
    ),
)


def sheet(*items: DigestItem, language: str = "en", zone: tzinfo = UTC) -> Sheet:
    """A sheet of these items, linked as /r/1, /r/2 and so on."""
    urls = [f"https://fp.example/r/{n}?a&b" for n in range(1, len(items) + 1)]
    return Sheet(
        "2026-03-01.north.0700", OPENED.date(), language, zone, items, urls, "https://fp.example/unsubscribe/t"
    )


def mail_of(*items: DigestItem, language: str = "en") -> Mail:
    """The mail of these items."""
    return render(sheet(*items, language=language))


def test_both_parts_say_the_same():
    """Title, link, source and the two strongest reasons stand in HTML and text; the top title is the subject."""
    mail = mail_of(TOP, SECOND)
    assert mail.subject == "Ice on the river"
    for part in (mail.html, mail.text):
        assert "Sunday, March 1, 2026" in part
        assert "It came overnight." in part
        assert "The Example · weather · Mar 1, 5:45 AM" in part
        assert "Why: much read in the last hour; new today" in part
        assert "third" not in part
    assert '<a href="https://fp.example/r/1?a&amp;b"' in mail.html
    assert "\n   https://fp.example/r/1?a&b\n" in mail.text


@pytest.mark.parametrize(
    ("language", "day", "published", "why", "goodbye"),
    [
        ("en", "Sunday, March 1, 2026", "Mar 1, 2:45", "Why: much read in the last hour", "Unsubscribe"),
        ("es", "domingo, 1 de marzo de 2026", "1 mar, 2:45", "Por qué: muy leído en la última hora", "Darse de baja"),
        ("pt", "domingo, 1 de março de 2026", "1 de mar., 02:45", "Por quê: muito lido", "Cancelar a inscrição"),
        ("fr", "dimanche 1 mars 2026", "1 mars, 02:45", "Pourquoi: très lu", "Se désabonner"),
    ],
)
def test_a_mail_speaks_the_readers_language_and_keeps_their_clock(language, day, published, why, goodbye):
    """Dates by CLDR's rules, times by the reader's time zone, fixed words and reasons translated, titles not."""
    mail = render(sheet(TOP, SECOND, language=language, zone=ZoneInfo("America/Sao_Paulo")))
    for said in (day, published, why, goodbye, "Ice on the river"):
        assert said in mail.text
        assert said in mail.html
    assert f'<html lang="{language}"' in mail.html
    assert '<h2 class="ink top" dir="auto" lang="en"' in mail.html


def test_the_plain_text_in_full():
    """The whole text part of a list of two; what is unknown of an article leaves no trace."""
    mail = mail_of(DigestItem("a1", "First", "https://news.example/1", publisher="The Example"), SECOND)
    assert mail.text == (
        "FRONTPAGE\n"
        "Sunday, March 1, 2026 - 2 articles for you\n"
        "\n"
        "\n"
        "1. First\n"
        "   The Example\n"
        "   https://fp.example/r/1?a&b\n"
        "\n"
        "\n"
        "2. Second\n"
        "   https://fp.example/r/2?a&b\n"
        "\n"
        "\n"
        "-- \n"
        "You get this mail because you asked for the daily digest. Edition 2026-03-01.north.0700\n"
        "Unsubscribe: https://fp.example/unsubscribe/t\n"
    )


def test_markup_in_a_title_is_text():
    """Articles come from anywhere: no tag, attribute or script of theirs reaches the mail."""
    item = DigestItem("a1", '<script>alert(1)</script>"', "https://news.example/1", language='en" onload="x')
    html = mail_of(item).html
    assert "<script>" not in html
    assert 'onload="x' not in html
    assert "&lt;script&gt;alert(1)&lt;/script&gt;&#34;" in html


@pytest.mark.parametrize("url", ["javascript:alert(1)", "data:text/html,x", "news.example/1", "", "file:///etc/passwd"])
def test_only_web_links_are_links(url):
    """A title with any other address stands without a link, in both parts."""
    mail = mail_of(DigestItem("a1", "Title", url))
    assert mail.html.count("<a ") == 1
    assert "/r/" not in mail.html + mail.text


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
    found = mail_of(DigestItem("a1", title, "https://news.example/1")).subject
    assert found == subject
    assert len(found) <= MAX_SUBJECT


def test_the_mail_works_without_images_and_in_the_dark():
    """No image, script or outside resource; a dark scheme is declared; layout tables are hidden from screen readers."""
    html = mail_of(TOP).html
    assert "<img" not in html
    assert "src=" not in html
    assert "@import" not in html
    assert 'name="color-scheme" content="light dark"' in html
    assert "prefers-color-scheme: dark" in html
    assert html.count("<table") == html.count('<table role="presentation"')
    assert '<html lang="en"' in html


def test_a_reason_of_an_older_run_stays_as_it_was_stored():
    """Its sentence is English whatever the mail's language; line breaks in it are spaces."""
    item = DigestItem("a1", "Title", "https://news.example/1", reasons=(Reason("desk", text="chosen by\nthe desk"),))
    assert "Pourquoi: chosen by the desk" in mail_of(item, language="fr").text


@pytest.mark.parametrize(
    ("wanted", "language"),
    [(("pt-BR", "es"), "pt"), ((None, "es"), "es"), (("de", "fr_CA"), "fr"), (("de",), "en"), ((), "en")],
)
def test_the_language_is_the_first_that_mails_are_written_in(wanted, language):
    """What the reader reads most, else what is read in the region, else English."""
    assert language_of(*wanted) == language


@pytest.mark.parametrize(
    ("ink", "paper"),
    [
        *((ink, "ffffff") for ink in ("1c1b19", "33312d", "66625a", "2c6e54")),
        *((ink, "1b1d1f") for ink in ("f0ede6", "a9aeb2", "8fc0a9")),
    ],
)
def test_text_can_be_told_from_its_background(ink, paper):
    """WCAG 2: a contrast of at least 4.5 to 1, light and dark; each of these colours is one of the mail's."""
    lighter, darker = sorted((luminance(ink), luminance(paper)), reverse=True)
    assert (lighter + 0.05) / (darker + 0.05) >= 4.5
    assert {f"#{ink}", f"#{paper}"} <= set(re.findall(r"#[0-9a-f]{6}", mail_of(TOP).html))


def luminance(colour: str) -> float:
    """Relative luminance of an sRGB colour, by WCAG's formula."""
    parts = (int(colour[at : at + 2], 16) / 255 for at in (0, 2, 4))
    red, green, blue = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue
