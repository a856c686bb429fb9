"""An article, in versions."""

from typing import Final

from frontpage.core import columns as c
from frontpage.core.schema.fields import ALL_THE_WAY, KEPT, Field, Layer, Shape, Type
from frontpage.core.schema.origin import CLAIMED_AT, ORIGIN

STATUSES: Final = ("live", "retracted")
_COMPUTED: Final = Layer.STAGED | Layer.TABLE
_SHOWN: Final = ALL_THE_WAY | Layer.API

ARTICLE: Final = Shape(
    "article",
    (
        Field(c.ARTICLE_ID, Type.TEXT, _SHOWN, "the publisher's or platform's stable name of the article",
              required=Layer.FILE | KEPT | Layer.API),
        Field(c.URL, Type.TEXT, _SHOWN, "where it can be read (http or https)",
              required=Layer.FILE | Layer.TABLE | Layer.API),
        Field(c.CANONICAL_URL, Type.TEXT, _COMPUTED, "its address without tracking fields; copies share it",
              required=Layer.TABLE),
        Field(c.TITLE, Type.TEXT, _SHOWN, "headline as shown", required=Layer.FILE | Layer.TABLE | Layer.API),
        Field(c.SUMMARY, Type.TEXT, ALL_THE_WAY, "teaser or abstract"),
        Field(c.BODY, Type.TEXT, ALL_THE_WAY, "full text"),
        Field(c.LANGUAGE, Type.TEXT, ALL_THE_WAY, "ISO 639-1 code; recognised from the text where missing"),
        Field(c.CATEGORY, Type.TEXT, _SHOWN, "one section, lower case"),
        Field(c.PUBLISHER, Type.TEXT, _SHOWN, "who published it; the host of the url where missing"),
        Field(c.AUTHOR, Type.TEXT, ALL_THE_WAY, "who wrote it; several names separated by commas"),
        Field(c.PUBLISHED_AT, Type.TIME, _SHOWN, "when the publisher says it came out"),
        Field(c.FIRST_SEEN_AT, Type.TIME, ALL_THE_WAY, "when we, or the source, first saw it",
              required=Layer.FILE | KEPT),
        Field(c.RECORDED_AT, Type.TIME, Layer.FILE | KEPT,
              "when the source learned of this version; default first_seen_at", required=KEPT),
        CLAIMED_AT,
        Field(c.CONTENT_HASH, Type.TEXT, _COMPUTED, "hash of its words; copies share it", required=Layer.TABLE),
        Field(c.SIGNATURE, Type.BYTES, Layer.STAGED, "MinHash of its words, for finding near-copies"),
        Field(c.DUPLICATE_OF, Type.TEXT, KEPT, "the article that it repeats"),
        Field(c.DUPLICATE_KIND, Type.TEXT, KEPT, "what is the same: url, content or near"),
        Field(c.STATUS, Type.TEXT, ALL_THE_WAY,
              "live or retracted; a retracted article and its copies are shown to nobody", required=Layer.TABLE),
        *ORIGIN,
    ),
    table="article_version",
    keys=(c.ARTICLE_ID, c.RECORDED_AT),
)  # fmt: skip
