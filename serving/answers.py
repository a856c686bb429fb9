"""From stored lists to JSON."""

from datetime import datetime
from typing import Any

import orjson
from starlette.responses import Response

from core import columns as c
from core.lists import SCORE_DECIMALS
from store.read.lists import CurrentRun, ListItem, PublishedList

#: A list may change with the next run or retraction, so caches must ask again.
_HEADERS = {"Cache-Control": "private, no-cache"}


def json_response(body: Any) -> Response:
    """A 200 with times as RFC 3339 in UTC."""
    return Response(orjson.dumps(body, option=orjson.OPT_UTC_Z), headers=_HEADERS, media_type="application/json")


def list_body(reader_id: str, published: PublishedList) -> dict[str, Any]:
    """The JSON object of `schemas.RecommendationList`."""
    return {
        c.READER_ID: reader_id,
        c.RUN_ID: published.run_id,
        "model_version": published.model_version,
        "variant": published.variant,
        "generated_at": published.generated_at,
        "fallback": published.fallback,
        "items": [_item_body(item) for item in published.items],
    }


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


def _item_body(item: ListItem) -> dict[str, Any]:
    reasons = orjson.loads(item.reasons_json)
    return {
        c.ARTICLE_ID: item.article_id,
        c.RANK: item.rank,
        # Stored as four-byte floats: 0.12345 would come back as 0.12345000356435776.
        c.SCORE: round(item.score, SCORE_DECIMALS),
        c.TITLE: item.title,
        c.URL: item.url,
        c.PUBLISHER: item.publisher,
        c.CATEGORY: item.category,
        c.PUBLISHED_AT: item.published_at,
        c.REASONS: [{"code": reason["code"], "text": reason["text"]} for reason in reasons],
    }
