"""A reader: what is known of them, in versions; who they are, and their address, apart from it."""

from dataclasses import replace
from typing import Final

from frontpage.core import columns as c
from frontpage.core.schema.fields import ALL_THE_WAY, KEPT, Field, Layer, Shape, Type
from frontpage.core.schema.origin import CLAIMED_AT, ORIGIN

_LOADED: Final = Layer.FILE | Layer.STAGED
_ID: Final = Field(c.READER_ID, Type.TEXT, _LOADED, "the platform's name of the reader", required=Layer.FILE)
_KEY: Final = Field(c.READER_KEY, Type.INTEGER, Layer.STAGED | KEPT, "the reader's pseudonym: 63 bits", required=KEPT)
_EMAIL: Final = Field(c.EMAIL, Type.TEXT, _LOADED, "where the digest goes")
_OPT_IN: Final = Field(c.DIGEST_OPT_IN, Type.BOOLEAN, _LOADED, "whether the reader wants the digest")

READER: Final = Shape(
    "reader",
    (
        _ID,
        _KEY,
        Field(c.SIGNED_UP_AT, Type.TIME, ALL_THE_WAY, "when they signed up", required=Layer.FILE),
        Field(c.REGION, Type.TEXT, ALL_THE_WAY, "where they live"),
        Field(c.INTERESTS, Type.TEXTS, ALL_THE_WAY, "categories picked at sign-up"),
        Field(c.TIMEZONE, Type.TEXT, ALL_THE_WAY, "IANA name"),
        _EMAIL,
        _OPT_IN,
        Field(c.TRIAL_STARTED_AT, Type.TIME, _LOADED | Layer.TABLE, "when the reader's trial began"),
        Field(c.SUBSCRIBED_AT, Type.TIME, _LOADED | Layer.TABLE, "when the reader began to pay"),
        Field(c.CANCELLED_AT, Type.TIME, _LOADED | Layer.TABLE, "when the reader stopped paying"),
        Field(c.RECORDED_AT, Type.TIME, Layer.FILE | KEPT,
              "when the source learned of this state; default signed_up_at", required=KEPT),
        CLAIMED_AT,
        *ORIGIN,
    ),
    table="reader_version",
    keys=(c.READER_KEY, c.RECORDED_AT),
)  # fmt: skip

_FIRST_SEEN: Final = Field(
    c.RECORDED_AT, Type.TIME, Layer.TABLE, "when we first heard of the reader", required=Layer.TABLE
)
READER_IDENTITY: Final = Shape(
    "reader identity",
    (
        replace(_KEY, at=Layer.TABLE, required=Layer.TABLE),
        replace(_ID, at=Layer.TABLE, required=Layer.TABLE),
        _FIRST_SEEN,
    ),
    table="reader",
    keys=(c.READER_KEY,),
)
READER_CONTACT: Final = Shape(
    "reader contact",
    (
        replace(_KEY, at=Layer.TABLE, required=Layer.TABLE),
        replace(_EMAIL, at=Layer.TABLE, meaning="where the digest goes, sealed"),
        replace(_OPT_IN, at=Layer.TABLE, required=Layer.TABLE),
        replace(_FIRST_SEEN, meaning="when we learned of it"),
        replace(CLAIMED_AT, at=Layer.TABLE),
    ),
    table="reader_contact",
    keys=(c.READER_KEY,),
)
