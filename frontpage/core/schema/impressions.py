"""An impression: one place of a list that a reader was shown."""

from typing import Final

from frontpage.core import columns as c
from frontpage.core.schema.fields import ALL_THE_WAY, Field, Layer, Shape, Type
from frontpage.core.schema.origin import EVENT_CLAIMED_AT, ORIGIN

_KEPT: Final = Layer.TABLE | Layer.HISTORY
_LOADED: Final = Layer.FILE | Layer.STAGED | Layer.TABLE

IMPRESSION: Final = Shape(
    "impression",
    (
        Field(c.IMPRESSION_ID, Type.TEXT, _LOADED, "one list shown", required=Layer.FILE | Layer.TABLE),
        Field(c.READER_ID, Type.TEXT, Layer.FILE | Layer.STAGED, "who was shown it", required=Layer.FILE),
        Field(c.READER_KEY, Type.INTEGER, Layer.STAGED | _KEPT, "the reader's pseudonym", required=_KEPT),
        Field(c.ARTICLE_ID, Type.TEXT, ALL_THE_WAY, "the article in this place", required=Layer.FILE | _KEPT),
        Field(c.OCCURRED_AT, Type.TIME, ALL_THE_WAY, "when it was shown", required=Layer.HISTORY),
        Field(c.POSITION, Type.INTEGER, ALL_THE_WAY, "1 is the top", required=Layer.HISTORY, narrow=True),
        Field(c.CLICKED, Type.BOOLEAN, _LOADED,
              "whether it was opened; of the API's it is not said, and a read of the reader tells",
              required=Layer.FILE),
        Field(c.RECORDED_AT, Type.TIME, Layer.TABLE, "when we learned of it", required=Layer.TABLE),
        EVENT_CLAIMED_AT,
        Field(c.RUN_ID, Type.INTEGER, Layer.STAGED | Layer.TABLE, "the run that the list was of, where we were told"),
        Field(c.SURFACE, Type.TEXT, Layer.STAGED | Layer.TABLE, "where the list was shown"),
        *ORIGIN,
    ),
    table="impression",
    keys=(c.IMPRESSION_ID, c.ARTICLE_ID),
)  # fmt: skip
