"""Which series there are, how each is measured, and how long it has to last before it counts."""

from dataclasses import dataclass
from typing import Literal

#: count: rows of a key. share: rows of a key of all keys. level: total over rows.
Measure = Literal["count", "share", "level"]


@dataclass(frozen=True, slots=True)
class SeriesKind:
    """window_hours: rows are added up over so many hours. confirm_hours: a finding is confirmed by one so long before.

    A window is confirmed by one that it has no hour in common with, where a day may be an odd one: then a holiday is
    no drift. min_change: of a level, in its unit; less is of no interest, however certain. names: keys that come new or
    vanish are told. days: the median of the windows that end on so many days at this hour.
    """

    series: str
    measure: Measure
    window_hours: int = 24
    confirm_hours: int = 24
    names: bool = False
    min_change: float = 0.0
    days: int = 1


#: A total may be odd for a long weekend, so it has to stay so for four days.
_VOLUME_HOURS = 96
#: A story of a day and a half must have left the window of a day.
_STORY_HOURS = 60
#: What is too little to be seen in a day is seen in the middle one of a week's days, which one story does not move.
_WEEK, _SLOW_HOURS = 7, 48

KINDS = (
    SeriesKind("articles", "count", confirm_hours=_VOLUME_HOURS),
    SeriesKind("articles.publisher", "share", confirm_hours=_STORY_HOURS, names=True),
    SeriesKind("articles.publisher", "share", confirm_hours=_SLOW_HOURS, days=_WEEK),
    SeriesKind("articles.category", "share", confirm_hours=_STORY_HOURS, names=True),
    SeriesKind("articles.category", "share", confirm_hours=_SLOW_HOURS, days=_WEEK),
    SeriesKind("articles.language", "share", confirm_hours=_STORY_HOURS, names=True),
    SeriesKind("articles.length", "level", min_change=0.05),
    SeriesKind("reads", "count", confirm_hours=_VOLUME_HOURS),
    SeriesKind("reads.category", "share", confirm_hours=_STORY_HOURS),
    SeriesKind("reads.category", "share", confirm_hours=_SLOW_HOURS, days=_WEEK),
    SeriesKind("reads.region", "share", confirm_hours=_STORY_HOURS),
    SeriesKind("reads.dwell", "level", min_change=0.02),
    SeriesKind("reads.dwell", "level", confirm_hours=_SLOW_HOURS, days=_WEEK, min_change=0.02),
    SeriesKind("readers.activity", "level", min_change=0.1),
    SeriesKind("readers.interest", "share", confirm_hours=_SLOW_HOURS, days=_WEEK),
    SeriesKind("readers.region", "share", confirm_hours=_SLOW_HOURS, days=_WEEK),
    SeriesKind("features.mean", "level", window_hours=3, min_change=0.05),
    SeriesKind("features.missing", "level", window_hours=1, confirm_hours=1, min_change=0.005),
    SeriesKind("served.fallback", "level", window_hours=3, confirm_hours=3, min_change=0.05),
    SeriesKind("lists.score", "level", min_change=0.01),
    SeriesKind("lists.overlap", "level", min_change=0.05),
)
#: Series of served quality, watched by ADWIN: a slow fall must not become what is usual.
QUALITY = ("quality.hit_rate", "quality.ndcg", "quality.seconds")
