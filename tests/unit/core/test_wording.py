"""Reasons in words: one file, every language complete, older runs' sentences as they were."""

from string import Formatter

import pytest

from frontpage.core.lists import Reason
from frontpage.core.wording import reason_of, said, spans, worded, wordings

LANGUAGES = {"en", "es", "pt", "fr"}


def test_every_wording_and_span_is_there_in_every_language() -> None:
    """A code, a form or a number of hours that lacks a language turns this red."""
    assert {code for code, texts in wordings().items() if set(texts) != LANGUAGES} == set()
    for form, by_language in spans().items():
        assert set(by_language) == LANGUAGES, form
        assert all(set(hours) == set(by_language["en"]) for hours in by_language.values()), form


def test_a_translation_names_what_the_english_names() -> None:
    """The same placeholders in the same forms, none missing and none left over; each form is used and known."""
    for code, texts in wordings().items():
        assert {language: fields(text) for language, text in texts.items()} == dict.fromkeys(
            LANGUAGES, fields(texts["en"])
        ), code
    used = {form for texts in wordings().values() for _, form in fields(texts["en"])}
    assert used - {""} == set(spans())


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "much read in north in the last half hour"),
        ("es", "muy leído en north en la última media hora"),
        ("pt", "muito lido em north na última meia hora"),
        ("fr", "très lu (north) cette dernière demi-heure"),
    ],
)
def test_arguments_are_put_into_words(language: str, words: str) -> None:
    """Labels as they are, hours as the language says them."""
    assert said(Reason("much_read_in_place", {"hours": 0.5, "place": "north"}), language) == words


def test_braces_in_a_label_are_text() -> None:
    """Labels come from anywhere: nothing in them is filled in."""
    assert said(Reason("reads_publisher", {"publisher": "{0.__class__} {hours:last}"})) == (
        "you often read {0.__class__} {hours:last}"
    )


def test_a_reason_of_an_older_run_is_said_as_it_was_stored() -> None:
    """A sentence without arguments, in whatever language is asked for; with or without what it counted."""
    stored = {"code": "popular", "text": "much read in the last hour"}
    assert reason_of(stored) == Reason("popular", {}, 0.0, "much read in the last hour")
    assert said(reason_of(stored), "fr") == "much read in the last hour"
    assert worded(reason_of({**stored, "contribution": 0.5})) == {**stored, "args": {}}


@pytest.mark.parametrize(
    "stored",
    [
        {"code": "much_read_lately", "args": {}},
        {"code": "much_read", "args": {"hours": 5}},
        {"code": "reads_category"},
    ],
)
def test_what_has_no_wording_is_said_by_its_code(stored: dict) -> None:
    """Codes, spans and arguments of another version of the code must not break an answer or a mail."""
    assert said(reason_of(stored), "es") == stored["code"].replace("_", " ")


def fields(text: str) -> set[tuple[str, str]]:
    """(argument, form) of each placeholder."""
    return {(name, form or "") for _, name, form, _ in Formatter().parse(text) if name is not None}
