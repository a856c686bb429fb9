"""The canonical files: what `simulate` and `import` write and `extract` reads.

Their fields are those of the shapes in `frontpage.core.schema`. A field that is not required may be missing for a whole
data set: everything works without it, and the features that need it switch themselves off and say so.
"""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import cache
from typing import Final

from frontpage.core.schema.articles import ARTICLE
from frontpage.core.schema.fields import Field, Layer, Shape
from frontpage.core.schema.impressions import IMPRESSION
from frontpage.core.schema.readers import READER
from frontpage.core.schema.reads import READ


class Kind(StrEnum):
    """The four kinds of canonical file; also the folder names of a canonical directory."""

    ARTICLES = "articles"
    READERS = "readers"
    READS = "reads"
    IMPRESSIONS = "impressions"


#: Bounds of every row: ids and labels are looked up by index, which takes no longer ones; before EARLIEST nobody read
#: on a screen; a clock that wrote a row may run ahead of the one that recorded it by CLOCK_SLACK.
MAX_ID_BYTES = 512
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
CLOCK_SLACK = timedelta(days=2)
MAX_DWELL = timedelta(hours=6)

#: What a row of each kind is.
SHAPE_OF: Final[dict[Kind, Shape]] = {
    Kind.ARTICLES: ARTICLE,
    Kind.READS: READ,
    Kind.READERS: READER,
    Kind.IMPRESSIONS: IMPRESSION,
}


@cache
def fields(kind: Kind) -> tuple[Field, ...]:
    """Fields of a kind of file in their documented order; times are ISO 8601 in JSON and timestamps in Parquet, UTC."""
    return SHAPE_OF[kind].at(Layer.FILE)


def field_names(kind: Kind) -> list[str]:
    """Field names in their documented order."""
    return [field.name for field in fields(kind)]


def required_names(kind: Kind) -> list[str]:
    """Names of the fields that every row must carry, in their documented order."""
    return list(SHAPE_OF[kind].required(Layer.FILE))
