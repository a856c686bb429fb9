"""Lists as pieces of JSON that are put together for each answer.

What a run says of a place in a reader's list never changes, and what is known of an article is the same for every
reader: each is encoded once. An item is the article's piece followed by the place's.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import asyncpg
import orjson

from frontpage.core import columns as c
from frontpage.core.lists import SCORE_DECIMALS
from frontpage.core.wording import reason_of, worded
from frontpage.store.read.lists import CurrentRun, FallbackItem


def article_piece(article: Mapping[str, Any]) -> bytes:
    """The members of an item that come from the article; the object is left open."""
    members = {
        c.ARTICLE_ID: article[c.ARTICLE_ID],
        c.TITLE: article[c.TITLE],
        c.URL: article[c.URL],
        c.PUBLISHER: article[c.PUBLISHER],
        c.CATEGORY: article[c.CATEGORY],
        c.PUBLISHED_AT: article[c.PUBLISHED_AT],
    }
    return orjson.dumps(members, option=orjson.OPT_UTC_Z)[:-1]


def place_pieces(rows: Sequence[asyncpg.Record], *, explain: bool = False) -> tuple[bytes, ...]:
    """For each row of a list the members that the run gave it; they close the object.

    With `explain` where it came from, and reasons with how much each counted.
    """
    reasons = orjson.loads(f"[{','.join(row[c.REASONS] for row in rows)}]")
    return tuple(
        _place(row[c.RANK], row[c.SCORE], stored, row[c.CANDIDATE_SOURCE] if explain else None)
        for row, stored in zip(rows, reasons, strict=True)
    )


def stand_in_pieces(items: Iterable[FallbackItem], *, explain: bool = False) -> tuple[bytes, ...]:
    """The same for items of fallback lists, which get their rank here."""
    return tuple(
        _place(rank, item.score, orjson.loads(item.reasons), item.candidate_source if explain else None)
        for rank, item in enumerate(items, 1)
    )


def list_head(reader_id: str, run: CurrentRun, fallback: str | None) -> bytes:
    """Everything of a list's object but its items; the object is left open."""
    members = {
        c.READER_ID: reader_id,
        c.RUN_ID: run.run_id,
        "model_version": run.model_version,
        "variant": run.variant,
        "generated_at": run.generated_at,
        "fallback": fallback,
    }
    return orjson.dumps(members, option=orjson.OPT_UTC_Z)[:-1]


def whole_list(head: bytes, items: Iterable[bytes]) -> bytes:
    """The list's object: its head and its items, each an article's piece and a place's piece."""
    return b'%b,"items":[%b]}' % (head, b",".join(items))


def explained_head(reader_id: str, run: CurrentRun, fallback: str | None) -> bytes:
    """The same, with all that is known of the run."""
    more = {c.AS_OF: run.as_of, "snapshot_hash": run.snapshot_hash, "checksum": run.checksum}
    more[c.PUBLISHED_AT] = run.published_at
    return list_head(reader_id, run, fallback) + b"," + orjson.dumps(more, option=orjson.OPT_UTC_Z)[1:-1]


def _place(rank: int, score: float, reasons: Iterable[Mapping[str, Any]], explained_source: str | None) -> bytes:
    # Scores are stored as four-byte floats: 0.12345 would come back as 0.12345000356435776.
    members: dict[str, Any] = {c.RANK: rank, c.SCORE: round(score, SCORE_DECIMALS)}
    if explained_source is None:
        members[c.REASONS] = [worded(reason) for reason in map(reason_of, reasons)]
    else:
        explained = [{**worded(reason), "contribution": reason.contribution} for reason in map(reason_of, reasons)]
        members |= {c.CANDIDATE_SOURCE: explained_source, c.REASONS: explained}
    return b"," + orjson.dumps(members)[1:]
