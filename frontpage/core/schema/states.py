"""Feature states as they are stored: what the reads of an article, an audience of it, a total and a reader amount to.

Times are microseconds since 1970 (`*_us`): whole numbers survive every store and file alike. Lists are never missing,
only empty. Of an entity that left the history the row is empty: no reads, no facts.
"""

from typing import Final

from frontpage.core import columns as c
from frontpage.core.schema.fields import Field, Layer, Shape, Type

#: Half-lives with which reads are counted, from bursts of minutes to what has lasted for days. Each one is also a
#: baseline that the ranker has to beat. With hourly lists, counts of the last minutes beat counts of the last hour on a
#: national news portal's log, and one list a day wants hours and days (docs/reference/features.md).
HALF_LIVES_HOURS: Final = (0.1, 0.25, 0.5, 1.0, 2.0, 6.0, 12.0, 24.0, 72.0, 168.0)
#: Interests that count of those picked at sign-up.
N_INTERESTS: Final = 16
#: Categories, and publishers, whose shares of a reader's reads are kept.
N_SHARES: Final = 8
#: Articles that a reader read last.
N_RECENT: Final = 20

_KEPT: Final = Layer.FEATURE | Layer.TABLE
_US: Final = "us since 1970"
_WRITTEN: Final = (
    Field(c.EVENT_TIMESTAMP, Type.TIME, Layer.TABLE, "the moment it counts from, until the next row",
          required=Layer.TABLE),
    Field(c.FINGERPRINT, Type.INTEGER, Layer.TABLE, "hash of the columns; 0 is the empty row", required=Layer.TABLE),
)  # fmt: skip
_ARTICLE_ID: Final = Field(c.ARTICLE_ID, Type.TEXT, _KEPT, "the article", required=_KEPT, names="articles")
_READS: Final = (
    Field(c.LAST_READ_US, Type.INTEGER, _KEPT, "the last read", unit=_US),
    Field(c.DECAYED_READS, Type.NUMBERS, _KEPT, "sums of the reads' weights as of the last read, by half-life",
          required=_KEPT, length=len(HALF_LIVES_HOURS)),
    Field(c.N_READS, Type.INTEGER, _KEPT, "how many reads", required=_KEPT),
)  # fmt: skip
_DWELL: Final = (
    Field(c.DWELL_SUM_SECONDS, Type.NUMBER, _KEPT, "sum of the reading times that were measured", required=_KEPT,
          unit="s"),
    Field(c.DWELL_COUNT, Type.INTEGER, _KEPT, "how many were measured", required=_KEPT),
)  # fmt: skip

ARTICLE_STATE: Final = Shape(
    "article_state",
    (
        _ARTICLE_ID,
        Field(c.CATEGORY, Type.TEXT, _KEPT, "its section", names="categories"),
        Field(c.PUBLISHER, Type.TEXT, _KEPT, "who published it", names="publishers"),
        Field(c.LANGUAGE, Type.TEXT, _KEPT, "ISO 639-1 code", names="languages"),
        Field(c.STARTED_US, Type.INTEGER, _KEPT, "the earlier of published and first seen", unit=_US),
        Field(c.FIRST_READ_US, Type.INTEGER, _KEPT, "the first read", unit=_US),
        *_READS,
        *_DWELL,
        *_WRITTEN,
    ),
    table="feast.article_state",
    keys=(c.ARTICLE_ID,),
)
ARTICLE_AUDIENCE_STATE: Final = Shape(
    "article_audience_state",
    (
        _ARTICLE_ID,
        Field(c.AUDIENCE, Type.TEXT, _KEPT, "region=.., device=.. or referrer=..", required=_KEPT, names="audiences"),
        *_READS,
        *_WRITTEN,
    ),
    table="feast.article_audience_state",
    keys=(c.ARTICLE_ID, c.AUDIENCE),
)
TOTAL_STATE: Final = Shape(
    "total_state",
    (
        Field(c.SCOPE, Type.TEXT, _KEPT, "an audience, category=.., publisher=..; empty is everywhere", required=_KEPT),
        *_READS,
        *_DWELL,
        *_WRITTEN,
    ),
    table="feast.total_state",
    keys=(c.SCOPE,),
)
READER_STATE: Final = Shape(
    "reader_state",
    (
        Field(c.READER_KEY, Type.INTEGER, _KEPT, "the reader's pseudonym", required=_KEPT),
        Field(c.REGION, Type.TEXT, _KEPT, "the region on record, else of the last read", names="audiences"),
        Field(c.DEVICE, Type.TEXT, _KEPT, "the device of the last read", names="audiences"),
        Field(c.REFERRER, Type.TEXT, _KEPT, "what led to the last read", names="audiences"),
        Field(c.LANGUAGE, Type.TEXT, _KEPT, "the language read most", names="languages"),
        Field(c.INTERESTS, Type.TEXTS, _KEPT, "categories picked at sign-up", required=_KEPT, names="categories",
              length=N_INTERESTS),
        *_READS,
        Field(c.MEDIAN_DWELL_SECONDS, Type.NUMBER, _KEPT, "median of the reading times that were measured", unit="s"),
        Field(c.CATEGORIES, Type.TEXTS, _KEPT, "the categories read most, decayed with 72 h", required=_KEPT,
              names="categories", length=N_SHARES),
        Field(c.PUBLISHERS, Type.TEXTS, _KEPT, "the publishers read most, decayed with 72 h", required=_KEPT,
              names="publishers", length=N_SHARES),
        Field(c.RECENT_ARTICLES, Type.TEXTS, _KEPT, "distinct articles read last, newest first", required=_KEPT,
              names="articles", length=N_RECENT),
        Field(c.CATEGORY_SHARES, Type.NUMBERS, _KEPT, "their shares of the reader's reads", required=_KEPT,
              beside=c.CATEGORIES, length=N_SHARES),
        Field(c.PUBLISHER_SHARES, Type.NUMBERS, _KEPT, "their shares of the reader's reads", required=_KEPT,
              beside=c.PUBLISHERS, length=N_SHARES),
        Field(c.RECENT_DWELL_SECONDS, Type.NUMBERS, _KEPT, "their reading times; -1: not measured", required=_KEPT,
              unit="s", beside=c.RECENT_ARTICLES, length=N_RECENT),
        *_WRITTEN,
    ),
    table="feast.reader_state",
    keys=(c.READER_KEY,),
)  # fmt: skip
STATES: Final = (ARTICLE_STATE, ARTICLE_AUDIENCE_STATE, TOTAL_STATE, READER_STATE)
