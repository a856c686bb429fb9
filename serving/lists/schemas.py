"""The shapes of lists and runs: what is asked, and what is answered.

`encoding.py` takes the members of its JSON from these models, so a field is named here and nowhere else.
"""

from datetime import datetime
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from frontpage.core.lists import LIST_LENGTH
from serving.articles.schemas import ShownArticle

#: Names of places where lists are shown.
SURFACE: Final = r"^[A-Za-z0-9_.-]{1,32}$"
#: Marks a field that is answered only with `explain`.
EXPLAINED: Final = "explained"

FallbackKind = Literal["region", "category", "global", "stale"]


class ListedReason(BaseModel):
    """Why an article is in a list."""

    code: str = Field(description="stable name, for machines")
    text: str = Field(description="the same in English words, for readers")
    args: dict[str, str | float] = Field(
        default_factory=dict, description="what the code speaks of: hours, category, publisher, place"
    )
    contribution: Annotated[float | None, EXPLAINED] = Field(
        default=None, description="only with `explain`: how much it counted"
    )


class ListedArticle(ShownArticle):
    """One article of a list."""

    rank: int = Field(ge=1, description="place in the published list; a retracted article leaves a gap")
    score: float
    candidate_source: Annotated[str | None, EXPLAINED] = Field(
        default=None, description="only with `explain`: what proposed it"
    )
    reasons: list[ListedReason] = Field(description="strongest first")


class Notice(BaseModel):
    """A correction that the reader is owed."""

    kind: Literal["retracted"]
    article_id: str
    title: str
    at: datetime = Field(description="when it was retracted")


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
    notices: list[Notice] = Field(description="articles shown to this reader that were retracted within 30 days")
    items: list[ListedArticle]


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
