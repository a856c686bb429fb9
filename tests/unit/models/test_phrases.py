"""Reasons: every group and feature exists, every sentence is documented and short."""

from pathlib import Path

import numpy as np
import pytest

from frontpage.features.pairs import GROUPS
from models.explaining.explain import Explained, _phrases
from models.explaining.phrases import LAST_RESORT, PHRASES
from models.explaining.rows import MAX_SENTENCE
from models.retrieval.candidates import SOURCES

PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "models.md"


def test_phrases_speak_of_features_that_exist() -> None:
    """Each phrase's feature is one of the ranker's, in the group that the feature belongs to."""
    assert {(phrase.feature, phrase.group) for phrase in PHRASES} <= set(GROUPS.items())


def test_every_group_but_the_reader_has_a_phrase() -> None:
    """What is the same for all of a reader's articles explains none of them."""
    assert {phrase.group for phrase in PHRASES} == set(GROUPS.values()) - {"reader"}


def test_the_page_knows_every_sentence_and_source() -> None:
    """docs/reference/models.md holds each sentence and each candidate source."""
    page = PAGE.read_text()
    assert [phrase.text for phrase in (*PHRASES, LAST_RESORT) if phrase.text not in page] == []
    assert [name for name in SOURCES if name not in page] == []
    assert max(len(phrase.text) for phrase in PHRASES) < MAX_SENTENCE


@pytest.mark.parametrize(
    ("age_hours", "says"), [(0.5, "came out within the last hour"), (20, "new today"), (50, "from the last 3 days")]
)
def test_age_is_said_as_it_is(age_hours: float, says: str) -> None:
    """The phrase whose range holds the value is chosen, even where age contributes most to the score."""
    explained = Explained(np.array([[1.0]]), 0.0, ("article_age_hours",))
    rerank, is_true = _phrases(explained, np.log1p(np.array([[age_hours]], dtype=np.float32)))
    texts = [PHRASES[code].text for code, true in zip(rerank[0], is_true[0], strict=True) if true]
    assert texts == [says]


def test_nothing_true_is_said_of_an_old_article() -> None:
    """Four days old: no phrase of freshness holds, whatever its contribution."""
    explained = Explained(np.array([[1.0]]), 0.0, ("article_age_hours",))
    _, is_true = _phrases(explained, np.log1p(np.array([[96.0]], dtype=np.float32)))
    assert not is_true.any()
