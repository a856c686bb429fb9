"""Addresses and texts made comparable."""

import pytest

from etl.rows import texts
from etl.rows.reasons import RejectReason, RowError


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        ("HTTP://WWW.Example.com:80/a/b?b=2&a=1#top", "https://www.example.com/a/b?a=1&b=2"),
        ("https://example.com/a?utm_source=x&utm_medium=y&fbclid=z&id=3", "https://example.com/a?id=3"),
        ("https://example.com/a?amp", "https://example.com/a"),
        ("https://example.com/a;jsessionid=7F3?id=3", "https://example.com/a?id=3"),
        ("https://example.com/a?PHPSESSID=7f3&p=3", "https://example.com/a?p=3"),
        ("https://example.com/a#comments", "https://example.com/a"),
        ("https://example.com/#!/story/7", "https://example.com/#!/story/7"),
        ("https://example.com/app#/story/7", "https://example.com/app#/story/7"),
        ("https://example.com:8443/a", "https://example.com:8443/a"),
        ("https://user:pw@example.com/a", "https://example.com/a"),
        ("https://example.com/caf\u00e9", "https://example.com/caf%C3%A9"),
    ],
)
def test_the_same_page_has_one_canonical_address(given: str, canonical: str):
    """Scheme, host case, default port, user, tracking fields and fragment say nothing; path and other fields do."""
    assert texts.canonical_url(given) == canonical


def test_the_scheme_is_kept_in_lower_case():
    """Of an address only the scheme is written anew."""
    assert texts.check_url("HTTPS://Example.com/Story?A=b") == "https://Example.com/Story?A=b"


@pytest.mark.parametrize(
    "url",
    [
        "",
        "\x01https://a.example/",
        "mailto:a@b",
        "javascript:alert(1)",
        "//x.example/a",
        "http://",
        "http://[bad/",
        "https://a b/",
    ],
)
def test_what_is_no_web_address_is_refused(url: str):
    """Only absolute http and https URLs with a host can be opened by a reader."""
    with pytest.raises(RowError) as caught:
        texts.check_url(url)
    assert caught.value.reason is RejectReason.BAD_URL


def test_a_front_page_names_no_article():
    """Entries that all link to the site's front page are not copies of each other."""
    assert not texts.names_a_page("https://example.com/")
    assert texts.names_a_page("https://example.com/?p=7")
    assert texts.names_a_page("https://example.com/#!/story/7")


def test_short_texts_are_not_the_same_article():
    """Below twelve words equal texts at other addresses have other hashes; from twelve on they are equal."""
    short, long = "morning briefing", " ".join(f"w{n}" for n in range(12))
    assert texts.content_hash(short, "https://a/1") != texts.content_hash(short, "https://a/2")
    assert texts.content_hash(long, "https://a/1") == texts.content_hash(long, "https://a/2")


def test_case_spacing_and_compatibility_forms_do_not_count():
    """`ﬁne  PRINT` and `Fine print` compare equal."""
    assert texts.comparable("\ufb01ne  PRINT", None, "x") == texts.comparable("Fine print", "x", None)
