"""Every kind of answer has exactly the fields of the model that the API document shows for it."""

import json
from collections.abc import Iterator, Sequence
from typing import Any, get_args

import pytest
from pydantic import BaseModel

from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.steps import retract
from frontpage.store.connect import connect
from serving.articles.schemas import PopularAnswer, SimilarAnswer
from serving.articles.sessions import SessionAnswer
from serving.events.schemas import Accepted
from serving.health import Alive, Ready
from serving.lists.schemas import CurrentRunAnswer, Explanations, RecommendationList, RecommendationLists
from serving.preferences.schemas import PickedInterests, PreferencesAnswer

from .serving_client import path, running
from .serving_world import World

EXPLAINED = {"candidate_source", "contribution"}
BATCH = {"reader_ids": ["ann", "nobody"]}
EVENT = {
    "event_id": "e1", "reader_id": "ann", "article_id": "a1", "kind": "read", "occurred_at": "2026-03-01T10:30:00Z",
}  # fmt: skip
#: Model, request and body for each path that answers JSON with 2xx, and what it leaves out.
ANSWERS = [
    (RecommendationList, "GET", path("ann"), None, EXPLAINED),
    (RecommendationList, "GET", path("ann") + "?explain=true", None, ()),
    (RecommendationList, "GET", path("nobody"), None, EXPLAINED),
    (RecommendationList, "GET", path("nobody") + "?explain=true", None, ()),
    (RecommendationLists, "POST", "/v1/readers:batch", BATCH, EXPLAINED),
    (Explanations, "GET", "/v1/readers/ann/explanations", None, ()),
    (Explanations, "GET", "/v1/readers/nobody/explanations", None, ()),
    (CurrentRunAnswer, "GET", "/v1/runs/current", None, ()),
    (PopularAnswer, "GET", "/v1/popular", None, ()),
    (SimilarAnswer, "GET", "/v1/articles/a1/similar", None, ()),
    (SessionAnswer, "POST", "/v1/sessions:recommend", {"articles": ["a1"]}, ()),
    (PreferencesAnswer, "GET", "/v1/readers/ann/preferences", None, ()),
    (PreferencesAnswer, "PUT", "/v1/readers/ann/preferences", {"digest": False}, ()),
    (PickedInterests, "PUT", "/v1/readers/ann/interests", {"interests": ["sport"]}, ()),
    (Accepted, "POST", "/v1/events", [EVENT, {**EVENT, "kind": "stare"}], ()),
    (Alive, "GET", "/health/live", None, ()),
    (Ready, "GET", "/health/ready", None, ()),
]


@pytest.fixture
def world(database: str, settings: Settings) -> Iterator[World]:
    """A reader with a list, fallbacks, two articles with the same readers, and a retracted one that ann had read."""
    with connect(database) as connection:
        made = World(connection, settings)
        made.articles(["a1", "a2", "g1"])
        for name in ("ann", "bob"):
            made.reader(name)
            for article in ("a1", "a2"):
                made.read(name, article)
        made.publish({"ann": ["a2", "a1"]}, {("global", ""): ["g1", "a1"]})
        made.articles(["r1"])
        made.read("ann", "r1")
        retract.run(settings, Params(), "r1", reason="false")
        yield made


def check(model: type[BaseModel], body: Any, left_out: Sequence[str], seen: set[type[BaseModel]]) -> None:
    """The members of a JSON object are the model's fields but those left out, down to the innermost."""
    assert set(body) == set(model.model_fields) - set(left_out), model.__name__
    seen.add(model)
    for name, inner in parts(model):
        for part in body[name]:
            check(inner, part, left_out, seen)
    model.model_validate_json(json.dumps(body))


def parts(model: type[BaseModel]) -> list[tuple[str, type[BaseModel]]]:
    """Fields that hold other models, with these."""
    return [
        (name, one)
        for name, field in model.model_fields.items()
        for one in get_args(field.annotation)
        if isinstance(one, type) and issubclass(one, BaseModel)
    ]


async def test_every_answer_has_the_fields_of_its_model(world, settings):
    """Own lists, fallbacks and batches, with `explain` and without, and everything beside lists."""
    seen: set[type[BaseModel]] = set()
    async with running(settings.model_copy(update={"clock": "2026-03-01T11:00:00Z"})) as client:
        for model, method, url, asked, left_out in ANSWERS:
            response = await client.request(method, url, json=asked)
            assert response.is_success, (url, response.text)
            check(model, response.json(), left_out, seen)
    assert {inner for model in seen for _, inner in parts(model)} <= seen, "of some parts there was none to look at"
