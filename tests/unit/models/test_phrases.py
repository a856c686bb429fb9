"""Reasons: every group and feature exists, every code has its words and its line on the page."""

import json
from pathlib import Path
from string import Formatter

import numpy as np
import pytest

from frontpage.core.lists import Reason
from frontpage.core.schema.states import HALF_LIVES_HOURS
from frontpage.core.wording import reason_of, said, spans, wordings
from frontpage.features.interactions import interaction_dataset
from frontpage.features.pairs import GROUPS
from models.context import scoring_context
from models.explaining.counts import reasons_of_counts
from models.explaining.explain import Explained, _Heads, _phrases
from models.explaining.phrases import LAST_RESORT, PHRASES
from models.explaining.rows import MAX_LABEL, reason_head
from models.retrieval.candidates import SOURCES

from .newsroom_world import PARAMS
from .worlds import NOW, article, history, reader

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "models.md"


def by_counts() -> set[tuple[str, tuple]]:
    """Codes and arguments that counts give: of a new and an old article, read and unread, at every half-life."""
    past = history([article("new", age_hours=1), article("old", age_hours=100)], [], [reader(1)])
    now = scoring_context(interaction_dataset(past), NOW, PARAMS)
    return {
        (reason.code, tuple(reason.args.items()))
        for hours in (None, *HALF_LIVES_HOURS)
        for place in ("", "north")
        for counts in (np.zeros(2), np.ones(2))
        for text in reasons_of_counts(now, np.arange(2), counts, hours, place)
        for reason in map(reason_of, json.loads(text))
    }


def given() -> set[tuple[str, tuple]]:
    """All codes that models give, each with arguments as it is given."""
    by_trees = {(phrase.code, tuple(phrase.args("sport").items())) for phrase in (*PHRASES, LAST_RESORT)}
    return by_trees | by_counts()


def test_phrases_speak_of_features_that_exist() -> None:
    """Each phrase's feature is one of the ranker's, in the group that the feature belongs to."""
    assert {(phrase.feature, phrase.group) for phrase in PHRASES} <= set(GROUPS.items())


def test_every_group_but_the_reader_has_a_phrase() -> None:
    """What is the same for all of a reader's articles explains none of them."""
    assert {phrase.group for phrase in PHRASES} == set(GROUPS.values()) - {"reader"}


def test_every_reason_has_words_and_no_words_are_left_over() -> None:
    """The codes are those of the wordings; each is given with just the arguments that they name."""
    named = {
        code: {name for _, name, _, _ in Formatter().parse(texts["en"]) if name is not None}
        for code, texts in wordings().items()
    }
    assert {code for code, _ in given()} == set(named)
    assert [code for code, args in given() if {name for name, _ in args} != named[code]] == []


@pytest.mark.parametrize("language", ["en", "es", "pt", "fr"])
def test_every_reason_is_said_in_every_language(language: str) -> None:
    """Whatever its arguments: nothing falls back on the code's own words, and no two reasons are said alike."""
    texts = {(code, args): said(Reason(code, dict(args)), language) for code, args in given()}
    unsaid = {code for (code, _), text in texts.items() if text == code.replace("_", " ")}
    assert unsaid == {code for code in unsaid if code.replace("_", " ") == wordings()[code][language]}
    assert not any("{" in text for text in texts.values())
    alike = {"reads_category", "category_read_slowly"}  # as those of a publisher, but for the label
    assert len({text for (code, _), text in texts.items()}) == len(texts) - len(alike)


def test_no_span_is_left_over() -> None:
    """Each number of hours has words in each form because some reason is given with it."""
    forms = {(code, form) for code, texts in wordings().items() for _, _, form, _ in Formatter().parse(texts["en"])}
    used = {(form, dict(args)["hours"]) for code, args in given() for of, form in forms if of == code and form}
    assert used == {(form, hours) for form, languages in spans().items() for hours in languages["en"]}


def test_the_page_knows_every_code_and_source() -> None:
    """docs/reference/models.md holds each code beside its words, and each candidate source."""
    page = PAGE.read_text()
    rows = [f"| `{code}` | {texts['en']} |" for code, texts in wordings().items()]
    assert [row for row in rows if row not in page] == []
    assert [name for name in SOURCES if name not in page] == []


def test_a_label_is_bounded() -> None:
    """A long one is cut where it is stored; the JSON is closed by the contribution."""
    head = reason_head("reads_category", {"category": "x" * 500})
    assert json.loads(head + "0.5}") == {
        "code": "reads_category", "args": {"category": "x" * MAX_LABEL}, "contribution": 0.5,
    }  # fmt: skip


def test_a_label_that_the_article_lacks_is_not_named() -> None:
    """No `you often read None`: a phrase of a label has no head where there is none, others have theirs."""
    names = interaction_dataset(history([article("a", category="sport", publisher="p")], [], [reader(1)])).names
    heads, phrases = _Heads.of(names), np.array([[code for code, _ in enumerate(PHRASES)]])
    without = heads.codes(phrases, (np.array([-1]), np.array([-1])))[0]
    assert {PHRASES[at].label is None for at in np.flatnonzero(without >= 0)} == {True}
    assert {PHRASES[at].label for at in np.flatnonzero(without < 0)} == {"category", "publisher"}
    with_both = heads.codes(phrases, (np.array([0]), np.array([0])))[0]
    assert [json.loads(heads.texts[int(at)].as_py() + "0}")["code"] for at in with_both] == [p.code for p in PHRASES]


@pytest.mark.parametrize(("age_hours", "code"), [(0.5, "new_this_hour"), (20, "new_today"), (50, "new_in_three_days")])
def test_age_is_said_as_it_is(age_hours: float, code: str) -> None:
    """The phrase whose range holds the value is chosen, even where age contributes most to the score."""
    explained = Explained(np.array([[1.0]]), 0.0, ("article_age_hours",))
    chosen, is_true = _phrases(explained, np.log1p(np.array([[age_hours]], dtype=np.float32)))
    assert [PHRASES[at].code for at, true in zip(chosen[0], is_true[0], strict=True) if true] == [code]


def test_nothing_true_is_said_of_an_old_article() -> None:
    """Four days old: no phrase of freshness holds, whatever its contribution."""
    explained = Explained(np.array([[1.0]]), 0.0, ("article_age_hours",))
    _, is_true = _phrases(explained, np.log1p(np.array([[96.0]], dtype=np.float32)))
    assert not is_true.any()
