"""OpenAPI that says what the API really answers: problems as application/problem+json, keys only where needed."""

from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from serving.access.security import GUARDED
from serving.http.problems import MEDIA_TYPE

JSON = "application/json"
_ERROR_STATUS = 400
_SCHEMES = {
    "ApiKey": {"type": "apiKey", "in": "header", "name": "X-API-Key"},
    "Bearer": {"type": "http", "scheme": "bearer"},
}
_EITHER_HEADER: list[dict[str, list[str]]] = [{name: []} for name in _SCHEMES]


def install(app: FastAPI, *, with_keys: bool = False) -> None:
    """Replace the application's OpenAPI document by the accurate one; `with_keys`: /v1 needs one."""

    def document() -> dict[str, Any]:
        if app.openapi_schema is None:
            plain = get_openapi(title=app.title, version=app.version, description=app.description, routes=app.routes)
            app.openapi_schema = with_security(with_problems(plain)) if with_keys else with_problems(plain)
        return app.openapi_schema

    app.openapi = document  # type: ignore[method-assign]


def with_problems(document: dict[str, Any]) -> dict[str, Any]:
    """The same document with every error answer typed as a problem."""
    paths = {path: {verb: _operation(op) for verb, op in item.items()} for path, item in document["paths"].items()}
    return {**document, "paths": paths}


def with_security(document: dict[str, Any]) -> dict[str, Any]:
    """The same document with a key, in either header, on everything that needs one."""
    paths = {
        path: {verb: {**operation, "security": _EITHER_HEADER} for verb, operation in item.items()}
        if path.startswith(GUARDED)
        else item
        for path, item in document["paths"].items()
    }
    return {**document, "paths": paths, "components": {**document.get("components", {}), "securitySchemes": _SCHEMES}}


def _operation(operation: dict[str, Any]) -> dict[str, Any]:
    responses = {status: _response(int(status), answer) for status, answer in operation["responses"].items()}
    return {**operation, "responses": responses}


def _response(status: int, answer: dict[str, Any]) -> dict[str, Any]:
    if status < _ERROR_STATUS or JSON not in answer.get("content", {}):
        return answer
    return {**answer, "content": {MEDIA_TYPE: answer["content"][JSON]}}
