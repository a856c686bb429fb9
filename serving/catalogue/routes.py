"""Catalogues by PUT and in bulk: on disk before the answer says so, judged by the next extract as files are."""

import hashlib
import uuid
from collections.abc import Sequence
from http.client import NOT_FOUND
from typing import Annotated, Any

import asyncpg
import orjson
from fastapi import APIRouter, Depends, Header, Path
from starlette.requests import Request
from starlette.responses import Response

from frontpage.core import columns as c
from frontpage.core.schema.canonical import Kind
from frontpage.store.write.catalogue import CatalogueBatch, append_batch, fetch_batch
from serving.access.security import acting
from serving.catalogue.schemas import (
    ID_OF,
    MAX_BYTES,
    BatchAnswer,
    BatchTaken,
    one_row_body,
    parse_row,
    parse_rows,
    rows_body,
)
from serving.context import AppContext, context_of, writer_of
from serving.http.bodies import BODY_REFUSALS, read_json_body
from serving.http.problems import ProblemError, invalid_request
from serving.http.schemas import Problem
from serving.preferences.schemas import storable_id, storable_reader_id

Row = dict[str, Any]
App = Annotated[AppContext, Depends(context_of)]
Writer = Annotated[asyncpg.Pool, Depends(writer_of)]
IdempotencyKey = Annotated[
    str | None,
    Header(min_length=1, max_length=255, pattern=r"^[\x21-\x7e]+$", description="the same again is the same batch"),
]
Id = Annotated[str, Path(min_length=1, max_length=512, pattern=r"^[^/]+$", description="without a slash; else in bulk")]
BatchId = Annotated[str, Path(pattern=r"^[0-9a-f]{32}$", description="of the answer to the batch")]
_UNKNOWN: dict[int | str, dict[str, Any]] = {NOT_FOUND: {"model": Problem, "description": "No such batch"}}


def catalogue() -> APIRouter:
    """The routes that take articles and readers in, and the one that says what became of them."""
    router = APIRouter(prefix="/v1")
    for method, path, take, body in (
        ("PUT", "/articles/{article_id}", put_article, one_row_body(Kind.ARTICLES)),
        ("PUT", "/readers/{reader_id}", put_reader, one_row_body(Kind.READERS)),
        ("POST", "/catalogue/articles", post_articles, rows_body(Kind.ARTICLES)),
        ("POST", "/catalogue/readers", post_readers, rows_body(Kind.READERS)),
    ):
        router.add_api_route(
            path, take, methods=[method], status_code=202, response_model=BatchTaken, responses=BODY_REFUSALS,
            openapi_extra={"requestBody": body},
        )  # fmt: skip
    router.add_api_route("/batches/{batch_id}", batch, response_model=BatchAnswer, responses=_UNKNOWN)
    return router


async def put_article(
    request: Request, article_id: Id, app: App, writer: Writer, idempotency_key: IdempotencyKey = None
) -> Response:
    """Take in an article, or a new version of one. The next extract judges it; `Location` says where to ask."""
    name = storable_id(article_id, c.ARTICLE_ID)
    row = parse_row(await read_json_body(request), Kind.ARTICLES, name)
    return await _taken(request, app, writer, Kind.ARTICLES, [row], idempotency_key)


async def put_reader(
    request: Request, reader_id: Id, app: App, writer: Writer, idempotency_key: IdempotencyKey = None
) -> Response:
    """Take in what is known of a reader. An address waits in the inbox until the next extract, and is nowhere else."""
    name = storable_reader_id(reader_id)
    row = parse_row(await read_json_body(request), Kind.READERS, name)
    return await _taken(request, app, writer, Kind.READERS, [row], idempotency_key)


async def post_articles(request: Request, app: App, writer: Writer, idempotency_key: IdempotencyKey = None) -> Response:
    """Take in up to 1,000 articles as one batch, at most 8 MiB; later ones of an id count."""
    rows = parse_rows(await read_json_body(request, MAX_BYTES))
    return await _taken(request, app, writer, Kind.ARTICLES, rows, idempotency_key)


async def post_readers(request: Request, app: App, writer: Writer, idempotency_key: IdempotencyKey = None) -> Response:
    """Take in up to 1,000 readers as one batch, at most 8 MiB; later ones of an id count."""
    rows = parse_rows(await read_json_body(request, MAX_BYTES))
    return await _taken(request, app, writer, Kind.READERS, rows, idempotency_key)


async def batch(batch_id: BatchId, app: App) -> Response:
    """What became of a batch: received, extracted with counts and reasons, and when one of its articles was listed."""
    found = await fetch_batch(app.database, batch_id)
    if found is None:
        raise ProblemError(NOT_FOUND, "about:blank", "no batch has this id")
    row = dict(found)
    answer = {
        **{name: row[name] for name in BatchAnswer.model_fields if name in row},
        "rows": row["n_rows"],
        "state": "received" if row["extracted_at"] is None else "extracted",
        "rejected": orjson.loads(row["rejected"]),
    }
    return _answer(answer, 200)


async def _taken(
    request: Request, app: AppContext, writer: asyncpg.Pool, kind: Kind, rows: Sequence[Row], key: str | None
) -> Response:
    sent = _batch(app, acting(request), kind, rows, key)
    kept = await append_batch(writer, sent)
    if kept.content_hash != sent.content_hash:
        raise invalid_request([{"field": "header.Idempotency-Key", "detail": "was used for another content"}])
    answer = {"batch_id": kept.batch_id, "rows": kept.n_rows, "repeated": kept.is_repeated}
    return _answer(answer, 202, {"Location": f"/v1/batches/{kept.batch_id}"})


def _batch(app: AppContext, sender: str, kind: Kind, rows: Sequence[Row], key: str | None) -> CatalogueBatch:
    payloads = [orjson.dumps(row).decode() for row in rows]
    names = [_name(row, kind) for row in rows]
    is_articles = kind is Kind.ARTICLES
    return CatalogueBatch(
        batch_id=uuid.uuid4().hex,
        kind=kind,
        sender=sender,
        idempotency_key=key,
        content_hash=hashlib.sha256("\n".join([kind, *payloads]).encode()).hexdigest(),
        received_at=app.now(),
        article_ids=[name for name in names if name] if is_articles else [],
        payloads=payloads,
        reader_keys=[None if is_articles or not name else app.reader_key(name) for name in names],
    )


def _name(row: Row, kind: Kind) -> str:
    """The id of a row as an extract would store it; empty where it is none."""
    name = row.get(ID_OF[kind])
    return str(name).replace("\x00", "").strip() if isinstance(name, str | int) else ""


def _answer(body: Row, status: int, headers: dict[str, str] | None = None) -> Response:
    return Response(orjson.dumps(body), status, {"Cache-Control": "no-store", **(headers or {})}, "application/json")
