"""The shapes of catalogues: rows as in canonical files, and what became of a batch."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any, Final, Literal

import orjson
from pydantic import BaseModel, Field

from frontpage.core import columns as c
from frontpage.core.schema import fields as f
from frontpage.core.schema.canonical import Kind, fields
from frontpage.core.schema.fields import Layer, Type
from serving.http.problems import bad_body, invalid_request

MAX_ROWS: Final = 1_000
MAX_BYTES: Final = 8 * 1024 * 1024
_SHOWN_ERRORS: Final = 10
#: What the API knows itself, or takes to be now.
_OURS: Final = frozenset({c.RECORDED_AT})
_OPTIONAL: Final = frozenset({c.FIRST_SEEN_AT})
ID_OF: Final = {Kind.ARTICLES: c.ARTICLE_ID, Kind.READERS: c.READER_ID}
_JSON_TYPES: Final[dict[Type, dict[str, Any]]] = {
    Type.TEXT: {"type": "string"},
    Type.TIME: {"type": "string", "format": "date-time"},
    Type.BOOLEAN: {"type": "boolean"},
    Type.TEXTS: {"type": "array", "items": {"type": "string"}},
}
_EXAMPLES: Final[dict[Kind, dict[str, Any]]] = {
    Kind.ARTICLES: {
        "article_id": "a-901", "url": "https://gazette.example/ferries", "title": "Ferries stop as the harbour freezes",
        "category": "weather", "published_at": "2026-03-01T08:40:00Z",
    },
    Kind.READERS: {
        "reader_id": "reader-17", "signed_up_at": "2026-02-01T12:00:00Z", "region": "north", "interests": ["science"],
    },
}  # fmt: skip


class BatchTaken(BaseModel):
    """A batch that is on disk."""

    batch_id: str = Field(description="ask /v1/batches/{batch_id} what becomes of it")
    rows: int
    repeated: bool = Field(description="whether it is one that was taken in before; it counts once")


class RejectedRow(BaseModel):
    """Why one row of a batch is in quarantine."""

    index: int = Field(ge=0, description="its place in the batch, from 0")
    reason: str = Field(description="missing_field, bad_time, ...: those of rows of files")
    detail: str


class BatchAnswer(BaseModel):
    """What became of a batch."""

    batch_id: str
    kind: Literal["articles", "readers"]
    state: Literal["received", "extracted"] = Field(description="received: it waits for the next extract")
    rows: int
    received_at: datetime
    extracted_at: datetime | None
    loaded: int | None = Field(description="new articles or readers; null until it is extracted")
    updated: int | None = Field(description="new versions")
    unchanged: int | None = Field(description="said what was known")
    quarantined: int | None = Field(description="could not be used; see `rejected`")
    rejected: list[RejectedRow]
    first_listed_at: datetime | None = Field(description="when a list with an article of it was first published")
    seconds_to_first_list: float | None = Field(description="from the answer to the batch on")


def row_schema(kind: Kind) -> dict[str, Any]:
    """JSON Schema of a row: the fields of canonical files, but when it was recorded, which is when it is received."""
    known = [field for field in fields(kind) if field.name not in _OURS]
    required = [field.name for field in known if Layer.FILE in field.required and field.name not in _OPTIONAL]
    return {
        "type": "object", "title": "ArticleRow" if kind is Kind.ARTICLES else "ReaderRow",
        "properties": {field.name: _property(field) for field in known}, "required": required,
        "examples": [_EXAMPLES[kind]],
    }  # fmt: skip


def _property(field: f.Field) -> dict[str, Any]:
    return {**_JSON_TYPES[field.type], "description": field.meaning}


def body_of(schema: Mapping[str, Any]) -> dict[str, Any]:
    """The request body for OpenAPI."""
    return {"required": True, "content": {"application/json": {"schema": dict(schema)}}}


def one_row_body(kind: Kind) -> dict[str, Any]:
    """The request body of a PUT, whose path has the id."""
    schema = row_schema(kind)
    return body_of({**schema, "required": [name for name in schema["required"] if name != ID_OF[kind]]})


def rows_body(kind: Kind) -> dict[str, Any]:
    """The request body of many: one that is not as it should be does not keep the others out."""
    items = {"anyOf": [row_schema(kind), {"type": "object", "description": "taken in; the next extract says why not"}]}
    return body_of({"type": "array", "items": items, "minItems": 1, "maxItems": MAX_ROWS})


def parse_row(body: bytes, kind: Kind, name: str) -> dict[str, Any]:
    """The row of a PUT, with the id of its path. Raises ProblemError: 400, or 422 for no object or another id."""
    row = _loaded(body)
    if not isinstance(row, dict):
        raise invalid_request([{"field": "body", "detail": "is not a JSON object"}])
    if row.get(ID_OF[kind], name) != name:
        raise invalid_request([{"field": ID_OF[kind], "detail": "is another one than in the path"}])
    return {**row, ID_OF[kind]: name}


def parse_rows(body: bytes) -> list[dict[str, Any]]:
    """The rows of an array, not looked at further. Raises ProblemError: 400, or 422 for what is no array of objects."""
    rows = _loaded(body)
    if not isinstance(rows, list) or not 1 <= len(rows) <= MAX_ROWS:
        raise invalid_request([{"field": "body", "detail": f"is not an array of 1 to {MAX_ROWS} rows"}])
    wrong = [index for index, row in enumerate(rows) if not isinstance(row, dict)]
    if wrong:
        raise invalid_request(
            [{"field": f"{index}", "detail": "is not a JSON object"} for index in wrong[:_SHOWN_ERRORS]]
        )
    return rows


def _loaded(body: bytes) -> Any:
    try:
        return orjson.loads(body)
    except orjson.JSONDecodeError as error:
        raise bad_body(400, str(error)) from None
