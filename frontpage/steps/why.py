"""`frontpage why`: what made a reader's list."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from frontpage.core import columns as c
from frontpage.core.errors import NothingPublishedError
from frontpage.core.identity.pseudonym import reader_subject
from frontpage.core.params import Params
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.core.wording import reason_of, said, worded
from frontpage.features.feature_store.repository import feature_store, readers_at
from frontpage.scoring.archive import Archive
from frontpage.scoring.funnel import funnel, why_not
from frontpage.scoring.rebuild import Workshop, same_as_stored
from frontpage.steps import funnel_text, tables, why_page, why_text
from frontpage.store import audit
from frontpage.store.connect import Connection, connect, fetch_all, fetch_one
from frontpage.store.features.feature_rows import written_cutoffs
from frontpage.store.governance import erasures
from frontpage.store.lists import archived
from frontpage.store.queries import query
from frontpage.store.server import database_url


@dataclass(frozen=True, slots=True)
class Shown:
    """How much is shown, and how. funnel: the list made once more, with all on the way; article: why it is (not) there.

    html: a page, which has the funnel too.
    """

    as_json: bool = False
    funnel: bool = False
    article: str = ""
    html: Path | None = None

    @property
    def rebuilds(self) -> bool:
        """Whether the list has to be made once more."""
        return self.funnel or bool(self.article) or self.html is not None


def run(
    settings: Settings,
    params: Params,
    reader_id: str,
    run_id: int | None = None,
    *,
    as_json: bool = False,
    shown: Shown | None = None,
) -> Summary:
    """Print the list with run, model, data snapshot, candidate source, score and reasons, and what was known then.

    As text, or as lines of JSON, one for each article. The last of these is what Feast has of the reader at the moment
    the list was made: what the ranker knew of them; null where the states of that moment were purged; and the funnel,
    where that is asked for. The look is audited.
    Raises NothingPublishedError where the run holds no list for that reader.
    """
    wanted = shown or Shown(as_json=as_json)
    url = database_url(settings)
    with connect(url) as connection:
        subject = reader_subject(reader_id, settings.pseudonym_secret.get_secret_value())
        audit.record(connection, "reader look-up", subject, str(settings.acting), "frontpage why")
        rows = rows_of(connection, settings, reader_id, run_id)
        cutoffs = written_cutoffs(connection)
        gone = erasures.reports(connection, subject)
    if not rows and gone:
        raise NothingPublishedError(
            f"reader {reader_id!r} was erased on {gone[0]['erased_at']:%Y-%m-%d}; nothing is kept"
        )
    if not rows:
        raise _no_list(reader_id, run_id, params)
    reader_key, made_at = rows[0][c.READER_KEY], rows[0]["scored_at"]
    reader = _at(url, reader_key, made_at) if made_at in cutoffs else None
    found = rebuilt(settings, params, rows, wanted.article) if wanted.rebuilds else None
    if wanted.html is not None:
        wanted.html.write_text(why_page.page(reader_id, rows, reader, found or {}), encoding="utf-8")
    if tables.is_terminal() and not wanted.as_json:
        tables.print_table(_COLUMNS, map(_cells, rows), title=f"What reader {reader_id} is shown")
    for line in _json(rows, reader, found) if wanted.as_json else _text(reader_id, rows, reader, found):
        print(line)  # noqa: T201 - this verb's result is what it prints
    return Summary("why", rows_out=len(rows), artifact=f"run:{rows[0]['run_id']}")


def rebuilt(settings: Settings, params: Params, rows: list[dict[str, Any]], article: str) -> dict[str, Any]:
    """The list made once more: whether it is the stored one, the way to it, and why an article is (not) in it."""
    with connect(database_url(settings)) as connection:
        maker = fetch_one(connection, "select * from rec_run where run_id = %s", [rows[0]["scored_run"]])
        assert maker is not None
        again = Workshop.of(connection, settings, params, maker).rebuilt(rows[0][c.READER_KEY])
    if again is None:
        return {"is_same": False, "said": "the reader would have no list of their own now"}
    told = {"is_same": same_as_stored(again, rows), **funnel(again)}
    return {**told, "article": asdict(why_not(again, article)) | {c.ARTICLE_ID: article}} if article else told


_COLUMNS = ("place", "article", "score", "from", "why, most of all")


def _cells(row: dict[str, Any]) -> tuple[Any, ...]:
    strongest = row[c.REASONS][:1]
    said_of = said(reason_of(strongest[0])) if strongest else ""
    return row[c.RANK], row["title"] or row[c.ARTICLE_ID], f"{row[c.SCORE]:.3f}", row[c.CANDIDATE_SOURCE], said_of


def _text(
    reader_id: str, rows: list[dict[str, Any]], reader: dict[str, Any] | None, found: dict[str, Any] | None
) -> Iterator[str]:
    yield from why_text.lines(reader_id, rows, reader)
    if found is not None:
        yield ""
        yield from funnel_text.lines(found)


def rows_of(connection: Connection, settings: Settings, reader_id: str, run_id: int | None) -> list[dict[str, Any]]:
    """A reader's list with everything that made it, best first: from the database, or of a dropped run the archive."""
    rows = fetch_all(connection, query("lists/why"), {"reader_id": reader_id, "run_id": run_id})
    if rows or run_id is None:
        return rows
    key = archived.reader_key_of(connection, reader_id)
    found = {} if key is None else Archive.of(settings).lists(connection, run_id, [key])
    return archived.why(connection, reader_id, run_id, found[key]) if key in found else []


def _json(rows: list[dict[str, Any]], reader: dict[str, Any] | None, found: dict[str, Any] | None = None) -> list[str]:
    shown = [{**row, c.REASONS: [_reason(stored) for stored in row[c.REASONS]]} for row in rows]
    return [
        json.dumps(row, default=str, ensure_ascii=False)
        for row in (*shown, {"reader": reader} | ({} if found is None else {"funnel": found}))
    ]


def _reason(stored: dict[str, Any]) -> dict[str, Any]:
    reason = reason_of(stored)
    return {**worded(reason), "contribution": reason.contribution}


def _no_list(reader_id: str, run_id: int | None, params: Params) -> NothingPublishedError:
    if run_id is None:
        return NothingPublishedError(
            f"no list of reader {reader_id!r} in the served run; who has none of their own is served a fallback list"
        )
    return NothingPublishedError(
        f"no list of reader {reader_id!r} in run {run_id}, which is neither among the newest "
        f"{params.retention.runs} nor in the archive of {params.retention.archive_days:g} days (`retention`)"
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
