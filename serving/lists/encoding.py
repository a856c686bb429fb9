"""Lists as pieces of JSON that are put together for each answer.

What a run says of a place in a reader's list never changes, and what is known of an article is the same for every
reader: each is encoded once. An item is the article's piece followed by the place's. Which members a piece has, and in
which order, is read off the models that the API document is made of; tests hold whole answers against these models.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

import asyncpg
import orjson
from pydantic import BaseModel

from frontpage.core import columns as c
from frontpage.core.lists import SCORE_DECIMALS, Reason
from frontpage.core.wording import reason_of, worded
from frontpage.store.read.lists import CurrentRun, FallbackItem
from serving.articles.schemas import ShownArticle
from serving.lists.schemas import (
    EXPLAINED,
    CurrentRunAnswer,
    Explanations,
    ListedArticle,
    ListedReason,
    RecommendationList,
)


def _names(model: type[BaseModel], without: Iterable[str] = (), *, explain: bool = True) -> tuple[str, ...]:
    """The names of a model's fields in its order; those marked EXPLAINED only with `explain`."""
    fields = {name: field for name, field in model.model_fields.items() if name not in without}
    return tuple(name for name, field in fields.items() if explain or EXPLAINED not in field.metadata)


_HEAD = _names(RecommendationList, ["items"])
_EXPLAINED_HEAD = _HEAD + _names(Explanations, RecommendationList.model_fields)
#: What nobody is owed.
NO_NOTICES = b"[]"
_RUN = _names(CurrentRunAnswer, ["age_seconds"])
#: Names of a place's members and of a reason's, without and with `explain`.
_PLAIN, _EXPLAINED = (
    (_names(ListedArticle, ShownArticle.model_fields, explain=explain), _names(ListedReason, explain=explain))
    for explain in (False, True)
)


def place_pieces(rows: Sequence[asyncpg.Record], *, explain: bool = False) -> tuple[bytes, ...]:
    """For each row of a list the members that the run gave it; they close the object.

    With `explain` where it came from, and reasons with how much each counted.
    """
    reasons = orjson.loads(f"[{','.join(row[c.REASONS] for row in rows)}]")
    return tuple(
        _place(row[c.RANK], row[c.SCORE], row[c.CANDIDATE_SOURCE], stored, explain=explain)
        for row, stored in zip(rows, reasons, strict=True)
    )


def fallback_pieces(items: Iterable[FallbackItem], *, explain: bool = False) -> tuple[bytes, ...]:
    """The same for items of fallback lists, which get their rank here."""
    return tuple(
        _place(rank, item.score, item.candidate_source, orjson.loads(item.reasons), explain=explain)
        for rank, item in enumerate(items, 1)
    )


def notices_piece(rows: Iterable[asyncpg.Record]) -> bytes:
    """The array of `Notice`s of a reader."""
    notices = [
        {"kind": "retracted", c.ARTICLE_ID: row[c.ARTICLE_ID], c.TITLE: row[c.TITLE], "at": row["retracted_at"]}
        for row in rows
    ]
    return orjson.dumps(notices, option=orjson.OPT_UTC_Z)


def list_head(
    reader_id: str, run: CurrentRun, fallback: str | None, notices: bytes = NO_NOTICES, *, explain: bool = False
) -> bytes:
    """Everything of a list's object but its items; the object is left open. With `explain` all about the run."""
    given = {c.READER_ID: reader_id, "fallback": fallback, "notices": orjson.Fragment(notices)}
    names = _EXPLAINED_HEAD if explain else _HEAD
    members = {name: given[name] if name in given else getattr(run, name) for name in names}
    return orjson.dumps(members, option=orjson.OPT_UTC_Z)[:-1]


def whole_list(head: bytes, items: Iterable[bytes]) -> bytes:
    """The list's object: its head and its items, each an article's piece and a place's piece."""
    return b'%b,"items":[%b]}' % (head, b",".join(items))


def run_body(run: CurrentRun, now: datetime) -> dict[str, Any]:
    """The members of a `CurrentRunAnswer`."""
    return {name: getattr(run, name) for name in _RUN} | {"age_seconds": (now - run.as_of).total_seconds()}


def _place(rank: int, score: float, source: str, reasons: Iterable[Mapping[str, Any]], *, explain: bool) -> bytes:
    names, of_reason = _EXPLAINED if explain else _PLAIN
    given = {
        c.RANK: rank,
        # Scores are stored as four-byte floats: 0.12345 would come back as 0.12345000356435776.
        c.SCORE: round(score, SCORE_DECIMALS),
        c.CANDIDATE_SOURCE: source,
        c.REASONS: [_members(reason_of(stored), of_reason) for stored in reasons],
    }
    return b"," + orjson.dumps({name: given[name] for name in names})[1:]


def _members(reason: Reason, names: Sequence[str]) -> dict[str, Any]:
    """Those members of a `ListedReason` that are asked for, in English words."""
    given = {**worded(reason), "contribution": reason.contribution}
    return {name: given[name] for name in names}
