"""`frontpage why`: what made a reader's list."""

import json
from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from frontpage.core import columns as c
from frontpage.core.errors import NothingPublishedError
from frontpage.core.identity.pseudonym import reader_subject
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.core.wording import reason_of, worded
from frontpage.features.feature_store.repository import feature_store, readers_at
from frontpage.steps import why_text
from frontpage.store import audit
from frontpage.store.connect import connect, fetch_all
from frontpage.store.features.feature_rows import written_ticks
from frontpage.store.queries import query
from frontpage.store.server import database_url


def run(
    settings: Settings, params: Params, reader_id: str, run_id: int | None = None, *, as_json: bool = False
) -> Summary:
    """Print the list with run, model, data snapshot, candidate source, score and reasons, and what was known then.

    As text, or as lines of JSON, one for each article. The last of these is what Feast has of the reader at the moment
    the list was made: what the ranker knew of them; null where the states of that moment were purged.
    Raises NothingPublishedError where the run holds no list for that reader.
    """
    url = database_url(settings)
    with connect(url) as connection:
        subject = reader_subject(reader_id, settings.pseudonym_secret.get_secret_value())
        audit.record(connection, "reader look-up", subject, str(settings.acting), "frontpage why")
        rows = fetch_all(connection, query("lists/why"), {"reader_id": reader_id, "run_id": run_id})
        cutoffs = written_ticks(connection)
    if not rows:
        raise _no_list(reader_id, run_id, params)
    reader_key, made_at = rows[0][c.READER_KEY], rows[0]["scored_at"]
    reader = _at(url, reader_key, made_at) if made_at in cutoffs else None
    for line in _json(rows, reader) if as_json else why_text.lines(reader_id, rows, reader):
        print(line)  # noqa: T201 - this verb's result is what it prints
    return Summary("why", rows_out=len(rows), artifact=f"run:{rows[0]['run_id']}")


def _json(rows: list[dict[str, Any]], reader: dict[str, Any] | None) -> list[str]:
    shown = [{**row, c.REASONS: [_reason(stored) for stored in row[c.REASONS]]} for row in rows]
    return [json.dumps(row, default=str, ensure_ascii=False) for row in (*shown, {"reader": reader})]


def _reason(stored: dict[str, Any]) -> dict[str, Any]:
    reason = reason_of(stored)
    return {**worded(reason), "contribution": reason.contribution}


def _no_list(reader_id: str, run_id: int | None, params: Params) -> NothingPublishedError:
    if run_id is None:
        return NothingPublishedError(
            f"no list of reader {reader_id!r} in the served run; who has none of their own is served a fallback list"
        )
    return NothingPublishedError(
        f"no list of reader {reader_id!r} in run {run_id}; lists are kept of the newest {params.retention.runs} runs "
        "(retention.runs in params.yaml)"
    )


def _at(url: str, reader_key: int, as_of: datetime) -> dict[str, Any]:
    return _known(readers_at(feature_store(url), [reader_key], as_of).iloc[0], as_of)


def _known(state: "pd.Series[Any]", as_of: datetime) -> dict[str, Any]:
    """A reader's state in words and plain numbers; what is not known is null or empty."""
    last_us = state[c.LAST_READ_US]
    texts = {name: state[name] or None for name in (c.REGION, c.DEVICE, c.REFERRER, c.LANGUAGE)}
    dwell = [None if seconds < 0 else float(seconds) for seconds in state[c.RECENT_DWELL_SECONDS]]
    median = state[c.MEDIAN_DWELL_SECONDS]
    return {
        c.AS_OF: as_of,
        **texts,
        c.INTERESTS: [str(name) for name in state[c.INTERESTS]],
        c.N_READS: int(state[c.N_READS]),
        "last_read_at": None if pd.isna(last_us) else pd.Timestamp(last_us, unit="us", tz="UTC"),
        c.MEDIAN_DWELL_SECONDS: None if np.isnan(median) else float(median),
        c.CATEGORIES: _shares(state[c.CATEGORIES], state[c.CATEGORY_SHARES]),
        c.PUBLISHERS: _shares(state[c.PUBLISHERS], state[c.PUBLISHER_SHARES]),
        "recent": [
            {c.ARTICLE_ID: str(name), c.DWELL_SECONDS: seconds}
            for name, seconds in zip(state[c.RECENT_ARTICLES], dwell, strict=True)
        ],
    }


def _shares(names: Any, shares: Any) -> dict[str, float]:
    return {str(name): round(float(share), 3) for name, share in zip(names, shares, strict=True)}
