"""What was known at a moment: the one argument of the feature function, of training and of scoring."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from frontpage.core import columns as c
from frontpage.core.schema.articles import ARTICLE
from frontpage.core.schema.fields import Layer
from frontpage.core.schema.impressions import IMPRESSION
from frontpage.core.schema.readers import READER
from frontpage.core.schema.reads import READ

if TYPE_CHECKING:
    from datetime import datetime

    import pandas as pd

#: Columns of `History.articles` in order.
ARTICLE_COLUMNS: Final = ARTICLE.names(Layer.HISTORY)
#: Columns of `History.reads` in order.
READ_COLUMNS: Final = READ.names(Layer.HISTORY)
#: Columns of `History.shown` in order.
SHOWN_COLUMNS: Final = IMPRESSION.names(Layer.HISTORY)
#: Columns of `History.readers` in order.
READER_COLUMNS: Final = READER.names(Layer.HISTORY)


@dataclass(frozen=True, slots=True)
class History:
    """Articles, reads and readers as known at `as_of`; nothing recorded later is in it.

    articles: one row per article known, its latest version by then, ordered by article_id (retracted and duplicate
    ones included and marked: their reads still teach).
    reads: honest reads that happened and were recorded by `as_of`, ordered by (occurred_at, event_id).
    readers: one row per reader known, ordered by reader_key.
    older_articles, older_readers: what was known before the rows above replaced it, so that a past moment can be
    reached from this history; same columns, ordered by key and recorded_at; None where nothing was kept.
    shown: what readers were shown in lists, and where (`position`, 1 is the top), in the windows that a training learns
    from; ordered by reader, time, article and position; None where nobody asked.
    Times are UTC-aware pandas datetimes; absent text is None; absent numbers are NaN.
    """

    as_of: datetime
    articles: pd.DataFrame
    reads: pd.DataFrame
    readers: pd.DataFrame
    older_articles: pd.DataFrame | None = None
    older_readers: pd.DataFrame | None = None
    shown: pd.DataFrame | None = None

    def rows(self) -> dict[str, dict[str, int]]:
        """How many there are of each, as the record of an execution names its inputs."""
        parts = {"articles": self.articles, "reads": self.reads, "readers": self.readers}
        return {name: {"rows": len(frame)} for name, frame in parts.items()}


def first_read(reads: pd.DataFrame) -> datetime | None:
    """When the first of some reads happened; they are ordered by time."""
    return None if reads.empty else reads[c.OCCURRED_AT].iloc[0].to_pydatetime()
