"""Names of articles, labels and audiences, and the codes that stand for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd

from frontpage.core import columns as c
from frontpage.core.history import History
from frontpage.features.grouping import Ints

#: What readers are grouped by; an audience is one value of one of these, e.g. `region=BR`.
AUDIENCE_KINDS: Final = (c.REGION, c.DEVICE, c.REFERRER)


@dataclass(frozen=True, slots=True)
class Names:
    """What codes stand for, each index ascending; -1 is none. `categories` holds interests that no article has, too."""

    articles: pd.Index[Any]
    categories: pd.Index[Any]
    publishers: pd.Index[Any]
    languages: pd.Index[Any]
    audiences: pd.Index[Any]


def names_of(history: History) -> Names:
    """Everything that the articles, reads and readers of a history name, in whatever version."""
    articles, reads, readers = history.articles, history.reads, history.readers
    older = [] if history.older_articles is None else [history.older_articles]
    older_readers = [] if history.older_readers is None else [history.older_readers]
    lists = [names for frame in (readers, *older_readers) for names in frame[c.INTERESTS] if np.iterable(names)]
    picked = {name for names in lists for name in names}
    audiences = {
        f"{kind}={value}"
        for kind in AUDIENCE_KINDS
        for frame in (reads, readers, *older_readers)
        if kind in frame
        for value in _values(frame[kind])
    }
    return Names(
        articles=pd.Index(articles[c.ARTICLE_ID].to_numpy(dtype=object)),
        categories=_vocabulary(picked, *(frame[c.CATEGORY] for frame in (articles, *older))),
        publishers=_vocabulary(set(), *(frame[c.PUBLISHER] for frame in (articles, *older))),
        languages=_vocabulary(set(), *(frame[c.LANGUAGE] for frame in (articles, *older))),
        audiences=pd.Index(sorted(audiences), dtype=object),
    )


def position(index: pd.Index[Any], name: str) -> int:
    """Code of a name that is there."""
    return int(index.get_indexer(pd.Index([name], dtype=object))[0])


def codes_of(vocabulary: pd.Index[Any], values: pd.Series[Any]) -> Ints:
    """Code of each value; -1 where it is missing or unknown."""
    return np.asarray(vocabulary.get_indexer(pd.Index(values.to_numpy(dtype=object))), dtype=np.int64)


def audience_codes(names: Names, kind: str, values: pd.Series[Any]) -> Ints:
    """Codes of one kind of audience; the few distinct values are looked up, not every row."""
    codes, distinct = pd.factorize(values)
    of_value = names.audiences.get_indexer(pd.Index([f"{kind}={value}" for value in distinct], dtype=object))
    return np.asarray(np.append(of_value, -1)[codes], dtype=np.int64)


def _values(column: pd.Series[Any]) -> set[Any]:
    return {value for value in column.dropna().unique() if value != ""}


def _vocabulary(more: set[Any], *columns: pd.Series[Any]) -> pd.Index[Any]:
    index: pd.Index[Any] = pd.Index(sorted(more.union(*(_values(column) for column in columns))), dtype=object)
    return index
