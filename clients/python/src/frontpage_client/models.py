"""Shapes of the API. Written by `make clients` from docs/openapi.json; a test compares them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, Required, TypedDict


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedEvent:
    """Why one event of a batch was left out."""

    detail: str
    field: str
    #: its place in the batch, from 0
    index: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """What became of a batch."""

    #: events that are on disk now and will be counted by the next extract
    accepted: int
    #: what cannot be used; sending it again is useless
    rejected: list[RejectedEvent]
    #: events whose event_id is waiting already; they are not counted again
    repeated: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Alive:
    """The process answers."""

    status: Literal["live"] = "live"


@dataclass(frozen=True, slots=True, kw_only=True)
class RejectedRow:
    """Why one row of a batch is in quarantine."""

    detail: str
    #: its place in the batch, from 0
    index: int
    #: missing_field, bad_time, ...: those of rows of files
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchAnswer:
    """What became of a batch."""

    batch_id: str
    extracted_at: datetime | None
    #: when a list with an article of it was first published
    first_listed_at: datetime | None
    kind: Literal["articles", "readers"]
    #: new articles or readers; null until it is extracted
    loaded: int | None
    #: could not be used; see `rejected`
    quarantined: int | None
    received_at: datetime
    rejected: list[RejectedRow]
    rows: int
    #: from the answer to the batch on
    seconds_to_first_list: float | None
    #: received: it waits for the next extract
    state: Literal["received", "extracted"]
    #: said what was known
    unchanged: int | None
    #: new versions
    updated: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class BatchTaken:
    """A batch that is on disk."""

    #: ask /v1/batches/{batch_id} what becomes of it
    batch_id: str
    #: whether it is one that was taken in before; it counts once
    repeated: bool
    rows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrentRunAnswer:
    """The run being served."""

    #: the API's now minus as_of
    age_seconds: float
    #: what was known by then went in
    as_of: datetime
    checksum: str | None
    generated_at: datetime
    model_version: str | None
    n_readers: int | None
    n_rows: int | None
    published_at: datetime
    run_id: int
    snapshot_hash: str | None
    variant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedReason:
    """Why an article is in a list."""

    #: what the code speaks of: hours, category, publisher, place
    args: dict[str, Any] | None = None
    #: stable name, for machines
    code: str
    #: only with `explain`: how much it counted
    contribution: float | None = None
    #: the same in English words, for readers
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ListedArticle:
    """One article of a list."""

    article_id: str
    #: only with `explain`: what proposed it
    candidate_source: str | None = None
    category: str | None
    published_at: datetime | None
    publisher: str | None
    #: place in the published list; a retracted article leaves a gap
    rank: int
    #: strongest first
    reasons: list[ListedReason]
    score: float
    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Notice:
    """A correction that the reader is owed."""

    article_id: str
    #: when it was retracted
    at: datetime
    kind: Literal["retracted"]
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanations:
    """A reader's list with everything that made it."""

    #: what was known by then went in
    as_of: datetime
    #: of all lists of the run
    checksum: str | None
    #: null for the reader's own list; else the list that stands in, filled up from broader ones
    fallback: Literal["region", "category", "global", "stale"] | None
    #: when the run's lists were made
    generated_at: datetime
    items: list[ListedArticle]
    #: null where no model was needed
    model_version: str | None
    #: articles shown to this reader that were retracted within 30 days
    notices: list[Notice]
    published_at: datetime
    reader_id: str
    run_id: int
    #: the data that the model was trained on
    snapshot_hash: str | None
    variant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldError:
    """One part of a request that cannot be used."""

    detail: str
    field: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PickedInterests:
    """The categories a reader picked, most wanted first."""

    interests: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class PopularItem:
    """An article that was read much."""

    article_id: str
    category: str | None
    #: reads in the last 24 hours
    n_reads: int
    published_at: datetime | None
    publisher: str | None
    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PopularAnswer:
    """Articles, those read most first."""

    items: list[PopularItem]
    #: cursor of the next page; null on the last
    next: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferencesAnswer:
    """All that a reader asked of us, in force now."""

    #: null where nothing was asked
    digest: bool | None
    hidden_articles: list[str]
    muted_categories: list[str]
    muted_publishers: list[str]
    #: false: lists are made of nothing about the reader
    personalised: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """An error, as RFC 9457 says (`application/problem+json`)."""

    detail: str
    #: only where parts of the request are wrong
    errors: list[FieldError] | None = None
    #: only from /health/ready: database, published_run, run_age
    failing: list[str] | None = None
    request_id: str
    status: int
    title: str
    #: stable name of the kind of error, or about:blank
    type: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """The API can answer with lists."""

    run_id: int
    status: Literal["ready"] = "ready"


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendationList:
    """What a reader is shown, all of it from one published run."""

    #: null for the reader's own list; else the list that stands in, filled up from broader ones
    fallback: Literal["region", "category", "global", "stale"] | None
    #: when the run's lists were made
    generated_at: datetime
    items: list[ListedArticle]
    #: null where no model was needed
    model_version: str | None
    #: articles shown to this reader that were retracted within 30 days
    notices: list[Notice]
    reader_id: str
    run_id: int
    variant: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendationLists:
    """A list for each reader asked for, in that order; each is of one run."""

    lists: list[RecommendationList]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportAnswer:
    """What became of it."""

    #: `repeated`: the reader had reported it before
    outcome: Literal["taken", "repeated"]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportTaken:
    """A mail that came back is on disk."""

    #: the same mail was waiting already
    repeated: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class RetractionAnswer:
    """What changed; nothing where it was so already."""

    article_id: str
    #: ids of the articles whose status changed: itself and its copies
    changed: list[str]
    retracted: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionItem:
    """An article for a visit."""

    article_id: str
    because: Literal["read_together", "popular", "new"]
    category: str | None
    published_at: datetime | None
    publisher: str | None
    #: of read_together: how near it is to what was opened; else 0
    score: float
    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionAnswer:
    """Articles for a visit, best first."""

    items: list[SessionItem]


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarItem:
    """An article for readers of another."""

    article_id: str
    because: Literal["co_read", "same_category"]
    category: str | None
    #: of the other's last 200 readers, how many read it
    n_readers: int
    published_at: datetime | None
    publisher: str | None
    title: str
    url: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SimilarAnswer:
    """Articles for readers of one, nearest first."""

    article_id: str
    items: list[SimilarItem]


class Event(TypedDict, total=False):
    """What a reader did, or (`kind` exposure) was shown."""

    article_id: Required[str]
    device: str | None
    #: reading time; not with exposure
    dwell_seconds: float | None
    #: unique; the same again is the same event, however often it comes
    event_id: Required[str]
    kind: Required[Literal["read", "like", "bookmark", "share", "comment", "follow", "exposure"]]
    #: ISO 8601; without an offset UTC
    occurred_at: Required[str]
    #: 1 is the top; only with exposure
    position: int | None
    reader_id: Required[str]
    referrer: str | None
    region: str | None
    #: of the list shown; only with exposure
    run_id: int | None
    #: home, app, email, ...
    surface: str | None


class ArticleRow(TypedDict, total=False):
    """A row of `ArticleRow`, as canonical files have it."""

    #: the publisher's or platform's stable name of the article
    article_id: Required[str]
    #: who wrote it; several names separated by commas
    author: str
    #: full text
    body: str
    #: one section, lower case
    category: str
    #: when we, or the source, first saw it
    first_seen_at: str
    #: ISO 639-1 code; recognised from the text where missing
    language: str
    #: when the publisher says it came out
    published_at: str
    #: who published it; the host of the url where missing
    publisher: str
    #: live or retracted; a retracted article and its copies are shown to nobody
    status: str
    #: teaser or abstract
    summary: str
    #: headline as shown
    title: Required[str]
    #: where it can be read (http or https)
    url: Required[str]


class ReaderRow(TypedDict, total=False):
    """A row of `ReaderRow`, as canonical files have it."""

    #: when the reader stopped paying
    cancelled_at: str
    #: whether the reader wants the digest
    digest_opt_in: bool
    #: where the digest goes
    email: str
    #: categories picked at sign-up
    interests: list[str]
    #: the platform's name of the reader
    reader_id: Required[str]
    #: where they live
    region: str
    #: when they signed up
    signed_up_at: Required[str]
    #: when the reader began to pay
    subscribed_at: str
    #: IANA name
    timezone: str
    #: when the reader's trial began
    trial_started_at: str
