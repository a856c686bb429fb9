"""The bytes of a list have the members of the models that the API document is made of."""

import json
from dataclasses import fields
from datetime import UTC, datetime

import pytest

from frontpage.store.read.browse import PopularArticle, SimilarArticle
from frontpage.store.read.lists import CurrentRun, FallbackItem
from frontpage.store.read.preferences import Preferences
from serving.articles.cache import article_piece
from serving.articles.schemas import PopularItem, SimilarItem
from serving.lists.encoding import fallback_pieces, list_head, place_pieces, run_body, whole_list
from serving.lists.schemas import (
    CurrentRunAnswer,
    Explanations,
    ListedArticle,
    ListedReason,
    RecommendationList,
)
from serving.preferences.schemas import PreferencesAnswer

TEN = datetime(2026, 3, 1, 10, tzinfo=UTC)
RUN = CurrentRun(7, TEN, "champion", "model-1", "snapshot", "checksum", 2, 20, TEN, TEN)
ARTICLE = {
    "article_id": "a1", "title": "Title", "url": "https://news.example/a1", "publisher": "Gazette", "category": "sport",
    "published_at": TEN, "is_live": True,
}  # fmt: skip
REASONS = '[{"code": "popular", "text": "much read", "contribution": 0.5}]'
ROW = {"rank": 1, "article_id": "a1", "score": 0.123450003, "candidate_source": "popular", "reasons": REASONS}
FALLBACK = FallbackItem("global", "", 4, "a1", 0.123450003, "popular", REASONS)


def answer(kind: str, *, explain: bool) -> dict:
    """A list of one item as it would be sent: the reader's own, or a fallback."""
    places = place_pieces([ROW], explain=explain) if kind == "own" else fallback_pieces([FALLBACK], explain=explain)
    head = list_head("ann", RUN, None if kind == "own" else "global", explain=explain)
    return json.loads(whole_list(head, [article_piece(ARTICLE) + places[0]]))


@pytest.mark.parametrize("kind", ["own", "fallback"])
def test_with_explain_every_field_is_there_in_the_order_of_the_model(kind):
    """And the values are those of the row: the model reads them back."""
    body = answer(kind, explain=True)
    assert list(body) == [*(name for name in Explanations.model_fields if name != "items"), "items"]
    assert list(body["items"][0]) == list(ListedArticle.model_fields)
    assert list(body["items"][0]["reasons"][0]) == list(ListedReason.model_fields)
    parsed = Explanations.model_validate(body)
    assert (parsed.run_id, parsed.checksum, parsed.fallback) == (7, "checksum", None if kind == "own" else "global")
    item = parsed.items[0]
    assert (item.title, item.rank, item.score, item.candidate_source) == ("Title", 1, 0.12345, "popular")
    assert item.reasons == [ListedReason(code="popular", text="much read", contribution=0.5)]


@pytest.mark.parametrize("kind", ["own", "fallback"])
def test_without_explain_two_fields_are_left_out(kind):
    """Where an article came from, and how much a reason counted."""
    body = answer(kind, explain=False)
    assert list(body) == list(RecommendationList.model_fields)
    item = body["items"][0]
    assert list(item) == [name for name in ListedArticle.model_fields if name != "candidate_source"]
    assert list(item["reasons"][0]) == [name for name in ListedReason.model_fields if name != "contribution"]


def test_the_current_run_has_the_fields_of_its_model():
    """Age included."""
    assert list(run_body(RUN, TEN)) == list(CurrentRunAnswer.model_fields)


@pytest.mark.parametrize(
    ("stored", "model"),
    [(PopularArticle, PopularItem), (SimilarArticle, SimilarItem), (Preferences, PreferencesAnswer)],
)
def test_what_is_answered_as_it_is_stored_has_the_fields_of_its_model(stored, model):
    """These are sent by `asdict`: a field more or less in one of the two would go out unannounced, or be missed."""
    assert {field.name for field in fields(stored)} == set(model.model_fields)
