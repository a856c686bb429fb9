"""Raw rows of each kind to rows of the staging tables, by column name; pure, one row at a time."""

import zoneinfo
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import Any

from etl.rows.context import RowContext
from etl.rows.languages import clean_language
from etl.rows.left_out import LeftOutError
from etl.rows.reasons import RejectReason, RowError
from etl.rows.texts import canonical_url, check_url, host_name
from etl.rows.values import (
    MAX_AHEAD,
    boolean,
    check_time,
    identity,
    label,
    moment,
    number,
    required,
    required_moment,
    seconds,
    text,
    texts,
)
from frontpage.core import columns as c
from frontpage.core.identity.nobody import is_nobody
from frontpage.core.identity.pseudonym import Pseudonyms
from frontpage.core.schema.articles import STATUSES
from frontpage.core.schema.canonical import EARLIEST, MAX_DWELL, Kind, fields
from frontpage.core.schema.fields import Layer, Type
from frontpage.core.schema.reads import READ_KINDS

MAX_TITLE_CHARACTERS = 1_000
#: What other systems call the kinds that we know.
_KIND_ALIASES = {
    "view": "read", "click": "read", "pageview": "read", "open": "read", "comment created": "comment",
    "favorite": "like", "favourite": "like", "save": "bookmark",
}  # fmt: skip
#: What publishing systems write where nobody chose a section.
_NO_CATEGORY = {"", "uncategorized", "uncategorised", "none", "null"}
_KINDS = {kind: kind for kind in READ_KINDS} | _KIND_ALIASES


class DeferredError(Exception):
    """The row was recorded after as_of: it is not looked at, not counted, and read again by a later extract."""

    def __init__(self, recorded_at: datetime) -> None:
        super().__init__(recorded_at)
        self.recorded_at = recorded_at


Row = dict[str, Any]
Normaliser = Callable[[Row, RowContext], Row]
#: How a field is cleaned that has no rule of its own, by its type.
_BY_TYPE: dict[Type, Callable[[Row, str], Any]] = {
    Type.TEXT: label, Type.TIME: moment, Type.NUMBER: number, Type.BOOLEAN: boolean,
}  # fmt: skip


def _article(row: Row, context: RowContext) -> Row:
    """A row of `stage_article` without its hash and signature; language stays None where it has to be recognised."""
    first_seen_at = moment(row, c.FIRST_SEEN_AT)
    recorded_at = _recorded_at(row, context, first_seen_at)
    article_id, url = identity(row, c.ARTICLE_ID), check_url(required(row, c.URL))
    if first_seen_at is None and not context.rows_have_time:
        first_seen_at = recorded_at
    if first_seen_at is None:
        raise RowError(RejectReason.MISSING_FIELD, f"{c.FIRST_SEEN_AT} is missing")
    published_at = moment(row, c.PUBLISHED_AT)
    check_time(c.FIRST_SEEN_AT, first_seen_at, recorded_at)
    check_time(c.PUBLISHED_AT, published_at, recorded_at)
    return {
        c.ARTICLE_ID: article_id,
        c.CLAIMED_AT: recorded_at,
        c.URL: url,
        c.CANONICAL_URL: canonical_url(url, context.tracking),
        c.TITLE: _title(row),
        c.SUMMARY: text(row, c.SUMMARY),
        c.BODY: text(row, c.BODY),
        c.LANGUAGE: clean_language(text(row, c.LANGUAGE)),
        c.CATEGORY: _category(row),
        c.PUBLISHER: label(row, c.PUBLISHER) or host_name(url),
        c.AUTHOR: _authors(row),
        c.PUBLISHED_AT: published_at,
        c.FIRST_SEEN_AT: first_seen_at,
        c.STATUS: _status(row),
    }


def _status(row: Row) -> str | None:
    """What the source says of the article, None where it says nothing."""
    said = text(row, c.STATUS)
    if said is None or said.lower() in STATUSES:
        return None if said is None else said.lower()
    raise RowError(RejectReason.UNKNOWN_STATUS, f"status {said[:60]!r} is none of {', '.join(STATUSES)}")


def _read(row: Row, context: RowContext) -> Row:
    """A row of `stage_read`."""
    occurred_at = required_moment(row, c.OCCURRED_AT)
    recorded_at = _recorded_at(row, context, occurred_at)
    check_time(c.OCCURRED_AT, occurred_at, recorded_at)
    reader_id = _reader_id(row, context, occurred_at)
    declared = required(row, c.KIND)
    kind = _KINDS.get(declared.lower())
    if kind is None:
        raise RowError(RejectReason.UNKNOWN_KIND, f"kind {declared[:60]!r} is none of {', '.join(READ_KINDS)}")
    return {
        c.EVENT_ID: identity(row, c.EVENT_ID),
        c.CLAIMED_AT: recorded_at,
        c.READER_ID: reader_id,
        c.READER_KEY: context.key(reader_id),
        c.ARTICLE_ID: identity(row, c.ARTICLE_ID),
        c.KIND: kind,
        c.OCCURRED_AT: occurred_at,
        c.DWELL_SECONDS: _dwell(row),
        c.REFERRER: _short(row, c.REFERRER),
    }


def _reader(row: Row, context: RowContext) -> Row:
    """A row of `stage_reader`."""
    signed_up_at = required_moment(row, c.SIGNED_UP_AT)
    recorded_at = _recorded_at(row, context, signed_up_at)
    check_time(c.SIGNED_UP_AT, signed_up_at, recorded_at)
    reader_id = _reader_id(row, context, recorded_at)
    key = context.key(reader_id)
    return {
        c.READER_ID: reader_id,
        c.CLAIMED_AT: recorded_at,
        c.READER_KEY: key,
        c.SIGNED_UP_AT: signed_up_at,
        c.INTERESTS: _interests(row),
        c.TIMEZONE: _timezone(row),
        c.EMAIL: context.sealed(_email(row), key),
    }


def _impression(row: Row, context: RowContext) -> Row:
    """A row of `stage_impression`."""
    occurred_at = moment(row, c.OCCURRED_AT)
    recorded_at = _recorded_at(row, context, occurred_at or context.as_of)
    check_time(c.OCCURRED_AT, occurred_at, recorded_at)
    reader_id, position, clicked = (
        _reader_id(row, context, occurred_at or recorded_at),
        number(row, c.POSITION),
        boolean(row, c.CLICKED),
    )
    if clicked is None:
        raise RowError(RejectReason.MISSING_FIELD, f"{c.CLICKED} is missing")
    if position is not None and (position != int(position) or not 1 <= position < 32768):
        raise RowError(RejectReason.BAD_NUMBER, f"position {position} is not a whole number from 1")
    return {
        c.IMPRESSION_ID: identity(row, c.IMPRESSION_ID),
        c.CLAIMED_AT: recorded_at,
        c.READER_ID: reader_id,
        c.READER_KEY: context.key(reader_id),
        c.ARTICLE_ID: identity(row, c.ARTICLE_ID),
        c.POSITION: None if position is None else int(position),
        c.CLICKED: clicked,
        c.OCCURRED_AT: occurred_at,
    }


def _completed(kind: Kind, rule: Normaliser) -> Normaliser:
    """The rule, and after it the fields of the kind's files that it says nothing of, each cleaned by its type."""
    rest: list[tuple[str, Callable[[Row, str], Any]]] | None = None

    def normalise(row: Row, context: RowContext) -> Row:
        nonlocal rest
        made = rule(row, context)
        if rest is None:  # a rule names the same columns for every row
            staged = [field for field in fields(kind) if Layer.STAGED in field.at and field.name not in made]
            rest = [(field.name, _BY_TYPE[field.type]) for field in staged]
        for name, clean in rest:
            made[name] = clean(row, name)
        return made

    return normalise


NORMALISERS: dict[Kind, Normaliser] = {
    Kind.ARTICLES: _completed(Kind.ARTICLES, _article),
    Kind.READS: _completed(Kind.READS, _read),
    Kind.READERS: _completed(Kind.READERS, _reader),
    Kind.IMPRESSIONS: _completed(Kind.IMPRESSIONS, _impression),
}


def _reader_id(row: Row, context: RowContext, happened_at: datetime | None = None) -> str:
    """The id. Raises LeftOutError for what a reader did before they were forgotten."""
    reader_id = identity(row, c.READER_ID)
    if context.erased and happened_at is not None:
        erased = Pseudonyms(context.secret, context.erased).of_erased(reader_id)
        if erased is not None and happened_at <= erased.erased_at:
            raise LeftOutError
    if is_nobody(reader_id, context.nobody):
        raise RowError(RejectReason.NO_READER, f"{c.READER_ID} {reader_id[:60]!r} is nobody's")
    return reader_id


def _recorded_at(row: Row, context: RowContext, default: datetime | None) -> datetime:
    """When the row says it was learned of; raises Deferred for rows of a later time."""
    recorded_at = moment(row, c.RECORDED_AT) or default or context.as_of
    if recorded_at > context.as_of:
        if recorded_at > context.as_of + MAX_AHEAD:
            raise RowError(
                RejectReason.TIME_OUT_OF_RANGE, f"recorded {recorded_at:%Y-%m-%d}, more than ten years ahead"
            )
        raise DeferredError(recorded_at)
    if not context.rows_have_time:
        return context.as_of
    if recorded_at < EARLIEST:
        raise RowError(RejectReason.TIME_OUT_OF_RANGE, f"recorded {recorded_at:%Y-%m-%d}, before {EARLIEST:%Y}")
    return recorded_at


def _category(row: Row) -> str | None:
    """The section, of several the first: publishing systems write the main one first."""
    first = next(iter(texts(row, c.CATEGORY) or ()), "")
    category = " ".join((label({c.CATEGORY: first}, c.CATEGORY) or "").lower().split())
    return None if category in _NO_CATEGORY else category


def _authors(row: Row) -> str | None:
    names = texts(row, c.AUTHOR)
    return _short({c.AUTHOR: ", ".join(names)}, c.AUTHOR) if names else None


def _title(row: Row) -> str:
    title = required(row, c.TITLE)
    if len(title) > MAX_TITLE_CHARACTERS:
        raise RowError(RejectReason.TOO_LARGE, f"{c.TITLE} is longer than {MAX_TITLE_CHARACTERS} characters")
    return title


def _short(row: Row, name: str) -> str | None:
    """A text that nothing is looked up by: what is too long is cut."""
    value = text(row, name)
    return value if value is None else value[:MAX_TITLE_CHARACTERS]


def _dwell(row: Row) -> float | None:
    """Seconds to the microsecond; the `real` of the database refuses what is smaller than any of its numbers."""
    dwell = seconds(row, c.DWELL_SECONDS)
    if dwell is None:
        return None
    if dwell < 0:
        raise RowError(RejectReason.NEGATIVE_DWELL, f"dwell_seconds {dwell:g} is negative")
    if dwell > MAX_DWELL.total_seconds():
        raise RowError(RejectReason.DWELL_TOO_LONG, f"dwell_seconds {dwell:g} is more than six hours")
    return round(dwell, 6)


def _interests(row: Row) -> tuple[str, ...] | None:
    """Categories as a list, as the text of a list, or separated by `|`."""
    value = row.get(c.INTERESTS)
    if isinstance(value, str) and not value.lstrip().startswith(("[", "{")):
        value = value.split("|") if value.strip() else None
    items = texts({c.INTERESTS: value}, c.INTERESTS)
    if isinstance(value, str) and items == [value.strip()]:
        raise RowError(RejectReason.BAD_TEXT, "interests is not a JSON list")
    cleaned = [label({c.INTERESTS: item}, c.INTERESTS) for item in items or ()]
    return None if items is None else tuple(dict.fromkeys(item.lower() for item in cleaned if item))


def _timezone(row: Row) -> str | None:
    name = text(row, c.TIMEZONE)
    if name is not None and name not in _timezones():
        raise RowError(RejectReason.BAD_TIMEZONE, f"{name[:60]!r} is not an IANA time zone")
    return name


def _email(row: Row) -> str | None:
    address = text(row, c.EMAIL)
    if address is None:
        return None
    local, at, domain = address.rpartition("@")
    if not (at and local and domain) or any(mark.isspace() for mark in address) or len(address) > 320:
        raise RowError(RejectReason.BAD_EMAIL, "email is not an address")
    return address


@lru_cache(maxsize=1)
def _timezones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())
