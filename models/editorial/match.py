"""Which articles a rule speaks of."""

from __future__ import annotations

import re
from typing import Self
from urllib.parse import urlsplit

import numpy as np
import pandas as pd
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

from frontpage.core import columns as c

Texts = tuple[str, ...]


class Match(BaseModel):
    """Articles that have one value of each field that is given; upper and lower case are alike."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    article: Texts = Field((), description="ids")
    publisher: Texts = ()
    author: Texts = ()
    category: Texts = ()
    domain: Texts = Field((), description="of the address; `example.org` is also `news.example.org`")
    pattern: str = Field("", description="regular expression (Python's) that title or address holds")

    @field_validator("article", "publisher", "author", "category", "domain", mode="before")
    @classmethod
    def _one_or_several(cls, value: object) -> object:
        return (value,) if isinstance(value, str) else value

    @field_validator("pattern")
    @classmethod
    def _compiles(cls, pattern: str) -> str:
        try:
            re.compile(pattern)
        except re.error as error:
            raise ValueError(f"{pattern!r} is no regular expression ({error})") from error
        return pattern

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not any(self.model_dump().values()):
            raise ValueError("an empty match would mean every article; name an article, publisher, category ...")
        return self

    def of(self, articles: pd.DataFrame) -> NDArray[np.bool_]:
        """Whether each article (article_id, publisher, author, category, url, title) is meant."""
        found = np.ones(len(articles), dtype=bool)
        for name, column in (("publisher", c.PUBLISHER), ("author", c.AUTHOR), ("category", c.CATEGORY)):
            if wanted := [text.casefold() for text in getattr(self, name)]:
                found &= articles[column].map(lambda text: str(text or "").casefold()).isin(wanted).to_numpy(dtype=bool)
        if self.article:
            found &= articles[c.ARTICLE_ID].isin(self.article).to_numpy(dtype=bool)
        if self.domain:
            found &= articles[c.URL].map(self._is_of_domain).to_numpy(dtype=bool)
        if self.pattern:
            texts = articles[c.TITLE].fillna("").astype(str) + "\n" + articles[c.URL].fillna("").astype(str)
            found &= texts.str.contains(re.compile(self.pattern, re.IGNORECASE)).to_numpy(dtype=bool)
        return found

    def _is_of_domain(self, url: object) -> bool:
        host = (urlsplit(str(url or "")).hostname or "").casefold()
        return any(host == name.casefold() or host.endswith(f".{name.casefold()}") for name in self.domain)
