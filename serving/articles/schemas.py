"""The shapes of what answers say about articles."""

from datetime import datetime
from typing import Literal

from pydantic import BaseModel, Field


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
