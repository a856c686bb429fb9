"""The shapes of the API's answers; OpenAPI is made from them, and tests hold answers against them."""

from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from frontpage.core.lists import LIST_LENGTH

#: Names of places where lists are shown.
SURFACE: Final = r"^[A-Za-z0-9_.-]{1,32}$"

FallbackKind = Literal["region", "category", "global", "stale"]


class Reason(BaseModel):
    """Why an article is in a list."""

    code: str = Field(description="stable name, for machines")
    text: str = Field(description="the same in English words, for readers")
    args: dict[str, str | float] = Field(
        default_factory=dict, description="what the code speaks of: hours, category, publisher, place"
    )
    contribution: float | None = Field(default=None, description="only with `explain`: how much it counted")


class Recommendation(BaseModel):
    """One article of a list."""

    article_id: str
    rank: int = Field(ge=1, description="place in the published list; a retracted article leaves a gap")
    score: float
    title: str
    url: str
    publisher: str | None
    category: str | None
    published_at: datetime | None
    candidate_source: str | None = Field(default=None, description="only with `explain`: what proposed it")
    reasons: list[Reason] = Field(description="strongest first")


class RecommendationList(BaseModel):
    """What a reader is shown, all of it from one published run."""

    reader_id: str
    run_id: int
    model_version: str | None = Field(description="null where no model was needed")
    variant: str
    generated_at: datetime = Field(description="when the run's lists were made")
    fallback: FallbackKind | None = Field(
        description="null for the reader's own list; else the list that stands in, filled up from broader ones"
    )
    items: list[Recommendation]


class ReadersAsked(BaseModel):
    """Whose lists are wanted."""

    model_config = ConfigDict(
        strict=True,
        extra="forbid",
        frozen=True,
        json_schema_extra={"examples": [{"reader_ids": ["reader_heavy", "reader_new"], "limit": 3}]},
    )

    reader_ids: list[Annotated[str, Field(min_length=1, max_length=1024)]] = Field(min_length=1, max_length=500)
    limit: int = Field(
        default=LIST_LENGTH, ge=1, le=LIST_LENGTH, strict=False, description="at most so many items in each"
    )
    surface: str | None = Field(default=None, pattern=SURFACE, description="where they are shown")


class RecommendationLists(BaseModel):
    """A list for each reader asked for, in that order; each is of one run."""

    lists: list[RecommendationList]


class Explanations(RecommendationList):
    """A reader's list with everything that made it."""

    as_of: datetime = Field(description="what was known by then went in")
    snapshot_hash: str | None = Field(description="the data that the model was trained on")
    checksum: str | None = Field(description="of all lists of the run")
    published_at: datetime


class ShownArticle(BaseModel):
    """What is known of a live article."""

    article_id: str
    title: str
    url: str
    publisher: str | None
    category: str | None
    published_at: datetime | None


class PopularItem(ShownArticle):
    """An article that was read much."""

    n_reads: int = Field(ge=1, description="reads in the last 24 hours")


class PopularAnswer(BaseModel):
    """Articles, those read most first."""

    items: list[PopularItem]
    next: str | None = Field(description="cursor of the next page; null on the last")


class SimilarItem(ShownArticle):
    """An article for readers of another."""

    because: Literal["co_read", "same_category"]
    n_readers: int = Field(ge=0, description="of the other's last 200 readers, how many read it")


class SimilarAnswer(BaseModel):
    """Articles for readers of one, nearest first."""

    article_id: str
    items: list[SimilarItem]


class CurrentRunAnswer(BaseModel):
    """The run being served."""

    run_id: int
    as_of: datetime = Field(description="what was known by then went in")
    variant: str
    model_version: str | None
    snapshot_hash: str | None
    checksum: str | None
    n_readers: int | None
    n_rows: int | None
    generated_at: datetime
    published_at: datetime
    age_seconds: float = Field(description="the API's now minus as_of")


class Alive(BaseModel):
    """The process answers."""

    status: Literal["live"] = "live"


class ReportTaken(BaseModel):
    """A mail that came back is on disk."""

    repeated: bool = Field(description="the same mail was waiting already")


class Ready(BaseModel):
    """The API can answer with lists."""

    status: Literal["ready"] = "ready"
    run_id: int


class FieldError(BaseModel):
    """One part of a request that cannot be used."""

    field: str
    detail: str


class Problem(BaseModel):
    """An error, as RFC 9457 says (`application/problem+json`)."""

    type: str = Field(description="stable name of the kind of error, or about:blank")
    title: str
    status: int
    detail: str
    request_id: str
    errors: list[FieldError] | None = Field(default=None, description="only where parts of the request are wrong")
    failing: list[str] | None = Field(
        default=None, description="only from /health/ready: database, published_run, run_age"
    )
