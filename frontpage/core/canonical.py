"""The canonical files: what `simulate` and `import` write and `extract` reads.

One truth for the shape of each kind. A field that is not required may be missing for a whole data set: everything
works without it, and the features that need it switch themselves off and say so.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Literal

from frontpage.core import columns as c

FieldType = Literal["text", "time", "number", "integer", "boolean", "texts"]


class Kind(StrEnum):
    """The four kinds of canonical file; also the folder names of a canonical directory."""

    ARTICLES = "articles"
    READERS = "readers"
    READS = "reads"
    IMPRESSIONS = "impressions"


@dataclass(frozen=True, slots=True)
class Field:
    """One field of a canonical file; `time` fields are ISO 8601 text in JSON and timestamps in Parquet, UTC."""

    name: str
    type: FieldType = "text"
    required: bool = False
    meaning: str = ""


#: Bounds of every row: ids and labels are looked up by index, which takes no longer ones; before EARLIEST nobody read
#: on a screen; a clock that wrote a row may run ahead of the one that recorded it by CLOCK_SLACK.
MAX_ID_BYTES = 512
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
CLOCK_SLACK = timedelta(days=2)
MAX_DWELL = timedelta(hours=6)

STATUSES = ("live", "retracted")
READ_KINDS = ("read", "like", "bookmark", "share", "comment", "follow")

FIELDS: dict[Kind, tuple[Field, ...]] = {
    Kind.ARTICLES: (
        Field(c.ARTICLE_ID, required=True, meaning="the publisher's or platform's stable name of the article"),
        Field(c.URL, required=True, meaning="where it can be read (http or https)"),
        Field(c.TITLE, required=True, meaning="headline as shown"),
        Field(c.SUMMARY, meaning="teaser or abstract"),
        Field(c.BODY, meaning="full text"),
        Field(c.LANGUAGE, meaning="ISO 639-1 code; recognised from the text where missing"),
        Field(c.CATEGORY, meaning="one section, lower case"),
        Field(c.PUBLISHER, meaning="who published it; the host of the url where missing"),
        Field(c.AUTHOR),
        Field(c.PUBLISHED_AT, "time", meaning="when the publisher says it came out"),
        Field(c.FIRST_SEEN_AT, "time", required=True, meaning="when we, or the source, first saw it"),
        Field(c.RECORDED_AT, "time", meaning="when the source learned of this version; default first_seen_at"),
        Field(c.STATUS, meaning="live | retracted; a retracted article and its copies are shown to nobody"),
    ),
    Kind.READS: (
        Field(c.EVENT_ID, required=True, meaning="unique; a repeat is the same event"),
        Field(c.READER_ID, required=True),
        Field(c.ARTICLE_ID, required=True),
        Field(c.OCCURRED_AT, "time", required=True),
        Field(c.RECORDED_AT, "time", meaning="when the source learned of it; later than occurred_at for late rows"),
        Field(c.DWELL_SECONDS, "number", meaning="time on the article; missing where it was not measured"),
        Field(c.KIND, required=True, meaning=" | ".join(READ_KINDS)),
        Field(c.SURFACE, meaning="home | app | email | ..."),
        Field(c.REGION),
        Field(c.DEVICE),
        Field(c.REFERRER),
    ),
    Kind.READERS: (
        Field(c.READER_ID, required=True),
        Field(c.SIGNED_UP_AT, "time", required=True),
        Field(c.RECORDED_AT, "time", meaning="when the source learned of this state; default signed_up_at"),
        Field(c.REGION),
        Field(c.INTERESTS, "texts", meaning="categories picked at sign-up"),
        Field(c.TIMEZONE, meaning="IANA name"),
        Field(c.EMAIL),
        Field(c.DIGEST_OPT_IN, "boolean"),
    ),
    Kind.IMPRESSIONS: (
        Field(c.IMPRESSION_ID, required=True, meaning="one list shown"),
        Field(c.READER_ID, required=True),
        Field(c.ARTICLE_ID, required=True),
        Field(c.POSITION, "integer", meaning="1 is the top"),
        Field(c.CLICKED, "boolean", required=True),
        Field(c.OCCURRED_AT, "time"),
    ),
}


def field_names(kind: Kind) -> list[str]:
    """Field names in their documented order."""
    return [field.name for field in FIELDS[kind]]


def required_names(kind: Kind) -> list[str]:
    """Names of the fields that every row must carry, in their documented order."""
    return [field.name for field in FIELDS[kind] if field.required]
