"""Language codes of every kind become ISO 639-1, or none."""

import pytest

from etl.rows.languages import clean_language, recognise_language


@pytest.mark.parametrize(
    ("declared", "code"),
    [
        ("en", "en"), ("EN-us", "en"), ("pt_BR", "pt"), ("zh-Hans", "zh"), ("en_US.UTF-8", "en"), (" de ", "de"),
        ("eng", "en"), ("ENG", "en"), ("deu", "de"), ("ger", "de"), ("fra", "fr"), ("fre", "fr"), ("chi", "zh"),
        ("zho", "zh"), ("cmn-Hans-CN", "zh"), ("nob", "nb"), ("per", "fa"), ("fil", "tl"), ("tl", "tl"),
        ("iw", "he"), ("in", "id"), ("ji", "yi"), ("mo", "ro"), ("sh", "sr"),
        ("english", "en"), ("Deutsch", "de"), ("Français", "fr"), ("English (US)", "en"), ("en-US,en;q=0.9", "en"),
    ],
)  # fmt: skip
def test_a_declared_language_is_a_two_letter_code(declared: str, code: str):
    """Tags, three-letter codes (both kinds), withdrawn codes and names of languages."""
    assert clean_language(declared) == code


@pytest.mark.parametrize(
    "declared",
    [
        "und",
        "mul",
        "zxx",
        "mis",
        "qaa",
        "und-Latn",
        "x-klingon",
        "i-lux",
        "xx",
        "us",
        "c",
        "gsw",
        "en,fr",
        "42",
        "",
        None,
    ],
)
def test_what_declares_no_language_is_none(declared: str | None):
    """Undetermined, several, private, none of ISO 639-1, or no code at all."""
    assert clean_language(declared) is None


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("el gobierno anunció el martes que el presupuesto se votará en marzo", "es"),
        ("Ferries stop as the harbour freezes over in the north", "en"),
        ("Die Fähren im Hafen stehen wegen des Eises seit Montag still", "de"),
        ("Президент подписал закон о бюджете на следующий год", "ru"),
        ("総理大臣が昨夜の記者会見で辞任を表明した", "ja"),
    ],
)
def test_a_language_is_recognised_from_enough_text(text: str, code: str):
    """A sentence is enough."""
    assert recognise_language(text) == code


@pytest.mark.parametrize(
    "text", ["42 : 17", "cest", "IBM buys Red Hat", "Trump Putin Berlin", "Chrono24 Xiaomi Mi 11 Ultra", "Podcast 17"]
)
def test_a_text_too_short_to_say_is_left_open(text: str):
    """Names and three words could be in any language; a rare one is not guessed."""
    assert recognise_language(text) is None
