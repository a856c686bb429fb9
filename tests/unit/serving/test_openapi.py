"""The OpenAPI document says what the API answers."""

from pydantic import SecretStr

from frontpage.core.settings import Settings
from serving.app import create_app
from serving.http.openapi import with_problems

URL = "postgresql://u:p@127.0.0.1:1/frontpage"


def document(keys: str = "") -> dict:
    """The document of an API with these keys."""
    return create_app(Settings(database_url=URL, api_keys=SecretStr(keys))).openapi()


def test_the_paths_are_the_promised_ones():
    """Version 1 and the probes; a reader's id is one path parameter."""
    assert sorted(document()["paths"]) == [
        "/health/live", "/health/ready", "/metrics", "/v1/articles/{article_id}", "/v1/articles/{article_id}/reports",
        "/v1/articles/{article_id}/retraction", "/v1/articles/{article_id}/similar",
        "/v1/batches/{batch_id}", "/v1/catalogue/articles", "/v1/catalogue/readers", "/v1/digest/reports",
        "/v1/events", "/v1/popular", "/v1/readers/{reader_id}",
        "/v1/readers/{reader_id}/explanations", "/v1/readers/{reader_id}/interests",
        "/v1/readers/{reader_id}/preferences", "/v1/readers/{reader_id}/recommendations", "/v1/readers:batch",
        "/v1/runs/current", "/v1/sessions:recommend",
    ]  # fmt: skip


def test_every_error_is_a_problem():
    """Errors are application/problem+json of schema Problem, success is application/json."""
    paths = document("k" * 20)["paths"]
    assert list(paths.pop("/metrics")["get"]["responses"]["200"]["content"]) == ["text/plain"]
    operations = [operation for path in paths.values() for operation in path.values()]
    for operation in operations:
        for status, answer in operation["responses"].items():
            media = "application/json" if status in ("200", "202") else "application/problem+json"
            assert list(answer["content"]) == [media]
            if media != "application/json":
                assert answer["content"][media]["schema"] == {"$ref": "#/components/schemas/Problem"}


def test_limits_are_in_the_document():
    """The limit is 1 to 10 with default 10."""
    parameters = document()["paths"]["/v1/readers/{reader_id}/recommendations"]["get"]["parameters"]
    limit = next(part for part in parameters if part["name"] == "limit")
    assert (limit["schema"]["minimum"], limit["schema"]["maximum"], limit["schema"]["default"]) == (1, 10, 10)


def test_keys_are_in_the_document_only_where_they_are_needed():
    """Without keys no security; with keys either header, on /v1 only, and a 401."""
    path = "/v1/runs/current"
    assert "security" not in document()["paths"][path]["get"]
    keyed = document("k" * 20)["paths"]
    assert keyed[path]["get"]["security"] == [{"ApiKey": []}, {"Bearer": []}]
    assert "401" in keyed[path]["get"]["responses"]
    assert "security" not in keyed["/health/ready"]["get"]


def test_answers_without_json_stay_as_they_are():
    """Only typed JSON errors are renamed."""
    plain = {"paths": {"/a": {"get": {"responses": {"404": {"description": "gone"}}}}}}
    assert with_problems(plain) == plain
