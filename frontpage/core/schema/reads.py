"""A read: something that a reader did with an article."""

from typing import Final

from frontpage.core import columns as c
from frontpage.core.schema.fields import ALL_THE_WAY, Field, Layer, Shape, Type
from frontpage.core.schema.origin import EVENT_CLAIMED_AT, ORIGIN

READ_KINDS: Final = ("read", "like", "bookmark", "share", "comment", "follow")
_KEPT: Final = Layer.TABLE | Layer.HISTORY

READ: Final = Shape(
    "read",
    (
        Field(c.EVENT_ID, Type.TEXT, ALL_THE_WAY, "unique; a repeat is the same event",
              required=Layer.FILE | Layer.TABLE),
        Field(c.READER_ID, Type.TEXT, Layer.FILE | Layer.STAGED, "who read", required=Layer.FILE),
        Field(c.READER_KEY, Type.INTEGER, Layer.STAGED | _KEPT, "the reader's pseudonym", required=_KEPT),
        Field(c.ARTICLE_ID, Type.TEXT, ALL_THE_WAY, "what was read", required=Layer.FILE | _KEPT),
        Field(c.KIND, Type.TEXT, ALL_THE_WAY, " | ".join(READ_KINDS), required=Layer.FILE | _KEPT),
        Field(c.OCCURRED_AT, Type.TIME, ALL_THE_WAY, "when it happened", required=Layer.FILE | _KEPT),
        Field(c.RECORDED_AT, Type.TIME, Layer.FILE | _KEPT,
              "when the source learned of it; later than occurred_at for late rows", required=_KEPT),
        EVENT_CLAIMED_AT,
        Field(c.DWELL_SECONDS, Type.NUMBER, ALL_THE_WAY, "time on the article; missing where it was not measured",
              unit="s", narrow=True),
        Field(c.SURFACE, Type.TEXT, ALL_THE_WAY, "home | app | email | ..."),
        Field(c.REGION, Type.TEXT, ALL_THE_WAY, "where it was read; the reader's own region where missing"),
        Field(c.DEVICE, Type.TEXT, ALL_THE_WAY, "mobile | desktop | ..."),
        Field(c.REFERRER, Type.TEXT, ALL_THE_WAY, "what led to it: search | social | direct | ..."),
        Field(c.SUSPICION, Type.TEXT, Layer.TABLE, "why it must teach nothing; missing for an honest read"),
        *ORIGIN,
    ),
    table="read_event",
    keys=(c.EVENT_ID,),
)  # fmt: skip
