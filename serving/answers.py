"""Answers: JSON with a strong ETag, 304 for who has it already, gzip for who asks for it."""

import hashlib
import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import Response

from core import columns as c
from store.read.lists import CurrentRun

#: A list may change with the next run or retraction, so caches must ask again.
CACHE_CONTROL = "private, no-cache"
#: Shorter answers fit into one packet as they are.
_WORTH_GZIP_BYTES = 1_000
_GZIP_LEVEL = 1
_GZIP_WINDOW = 31
_ETAG_BYTES = 12


def json_response(request: Request, body: Any) -> Response:
    """A 200 with times as RFC 3339 in UTC."""
    return bytes_response(request, orjson.dumps(body, option=orjson.OPT_UTC_Z))


def bytes_response(request: Request, body: bytes) -> Response:
    """A 200 with JSON that is encoded already, or a 304 where the caller has the same bytes."""
    asked = request.headers
    is_gzip = len(body) > _WORTH_GZIP_BYTES and _takes_gzip(asked)
    # Strong: the same tag means the same bytes, so the two codings have tags of their own.
    etag = f'"{hashlib.blake2b(body, digest_size=_ETAG_BYTES).hexdigest()}{"-gzip" if is_gzip else ""}"'
    headers = {"ETag": etag, "Cache-Control": CACHE_CONTROL, "Vary": "Accept-Encoding"}
    if _has(asked.get("if-none-match", ""), etag):
        return Response(status_code=304, headers=headers)
    if is_gzip:
        headers["Content-Encoding"] = "gzip"
        body = _gzip(body)
    return Response(body, headers=headers, media_type="application/json")


def run_body(run: CurrentRun, now: datetime) -> dict[str, Any]:
    """The JSON object of `schemas.CurrentRunAnswer`."""
    return {
        c.RUN_ID: run.run_id,
        c.AS_OF: run.as_of,
        "variant": run.variant,
        "model_version": run.model_version,
        "snapshot_hash": run.snapshot_hash,
        "checksum": run.checksum,
        "n_readers": run.n_readers,
        "n_rows": run.n_rows,
        "generated_at": run.generated_at,
        c.PUBLISHED_AT: run.published_at,
        "age_seconds": (now - run.as_of).total_seconds(),
    }


def _takes_gzip(asked: Mapping[str, str]) -> bool:
    """Whether Accept-Encoding names gzip without refusing it."""
    for coding in asked.get("accept-encoding", "").lower().split(","):
        name, _, weight = coding.partition(";")
        if name.strip() == "gzip":
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def _has(if_none_match: str, etag: str) -> bool:
    """Whether one of the caller's tags is ours; the weak form of ours counts too (RFC 9110, 13.1.2)."""
    tags = {tag.strip().removeprefix("W/") for tag in if_none_match.split(",")}
    return etag in tags or "*" in tags


def _gzip(body: bytes) -> bytes:
    packer = zlib.compressobj(_GZIP_LEVEL, wbits=_GZIP_WINDOW)
    return packer.compress(body) + packer.flush()
