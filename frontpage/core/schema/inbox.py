"""An event that the API took in and no extract has taken over yet."""

from typing import Final

from frontpage.core import columns as c
from frontpage.core.schema.fields import Field, Layer, Shape, Type
from frontpage.core.schema.reads import READ_KINDS

EVENT_KINDS: Final = (*READ_KINDS, "exposure")
_SENT: Final = Layer.API | Layer.TABLE

INBOX_EVENT: Final = Shape(
    "inbox event",
    (
        Field(c.EVENT_ID, Type.TEXT, _SENT, "unique; the same again is the same event", required=_SENT),
        Field(c.KIND, Type.TEXT, _SENT, " | ".join(EVENT_KINDS), required=_SENT),
        Field(c.READER_ID, Type.TEXT, _SENT, "who it was", required=_SENT),
        Field(c.READER_KEY, Type.INTEGER, Layer.TABLE, "the reader's pseudonym", required=Layer.TABLE),
        Field(c.ARTICLE_ID, Type.TEXT, _SENT, "what was read or shown", required=_SENT),
        Field(c.OCCURRED_AT, Type.TIME, _SENT, "when it happened", required=_SENT),
        Field(c.RECEIVED_AT, Type.TIME, Layer.TABLE, "when the API was told", required=Layer.TABLE),
        Field(c.DWELL_SECONDS, Type.NUMBER, _SENT, "reading time; not with exposure", unit="s", narrow=True),
        Field(c.POSITION, Type.INTEGER, _SENT, "1 is the top; only with exposure", narrow=True),
        Field(c.RUN_ID, Type.INTEGER, _SENT, "the run of the list shown; only with exposure"),
        Field(c.SURFACE, Type.TEXT, _SENT, "home | app | email | ..."),
        Field(c.REGION, Type.TEXT, _SENT, "where it happened"),
        Field(c.DEVICE, Type.TEXT, _SENT, "mobile | desktop | ..."),
        Field(c.REFERRER, Type.TEXT, _SENT, "what led to it: search | social | direct | ..."),
    ),
    table="event_inbox",
    keys=(c.EVENT_ID,),
)
