"""An impression: one place of a list that a reader was shown."""

from typing import Final

from frontpage.core import columns as c
from frontpage.core.schema.fields import ALL_THE_WAY, Edge, Field, Shape, Type
from frontpage.core.schema.origin import EVENT_CLAIMED_AT, ORIGIN

_KEPT: Final = Edge.TABLE | Edge.HISTORY
_LOADED: Final = Edge.FILE | Edge.STAGED | Edge.TABLE

IMPRESSION: Final = Shape(
    "impression",
    (
        Field(c.IMPRESSION_ID, Type.TEXT, _LOADED, "one list shown", required=Edge.FILE | Edge.TABLE),
        Field(c.READER_ID, Type.TEXT, Edge.FILE | Edge.STAGED, "who was shown it", required=Edge.FILE),
        Field(c.READER_KEY, Type.INTEGER, Edge.STAGED | _KEPT, "the reader's pseudonym", required=_KEPT),
        Field(c.ARTICLE_ID, Type.TEXT, ALL_THE_WAY, "the article in this place", required=Edge.FILE | _KEPT),
        Field(c.OCCURRED_AT, Type.TIME, ALL_THE_WAY, "when it was shown", required=Edge.HISTORY),
        Field(c.POSITION, Type.INTEGER, ALL_THE_WAY, "1 is the top", required=Edge.HISTORY, narrow=True),
        Field(c.CLICKED, Type.BOOLEAN, _LOADED,
              "whether it was opened; of the API's it is not said, and a read of the reader tells",
              required=Edge.FILE),
        Field(c.RECORDED_AT, Type.TIME, Edge.TABLE, "when we learned of it", required=Edge.TABLE),
        EVENT_CLAIMED_AT,
        Field(c.RUN_ID, Type.INTEGER, Edge.STAGED | Edge.TABLE, "the run that the list was of, where we were told"),
        Field(c.SURFACE, Type.TEXT, Edge.STAGED | Edge.TABLE, "where the list was shown"),
        *ORIGIN,
    ),
    table="impression",
    keys=(c.IMPRESSION_ID, c.ARTICLE_ID),
)  # fmt: skip
