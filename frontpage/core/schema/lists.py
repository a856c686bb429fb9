"""A recommendation: one place of a reader's list, or of a fallback list for whom there is none."""

from typing import Final

from frontpage.core import columns as c
from frontpage.core.schema.fields import Field, Layer, Shape, Type

_MADE: Final = Layer.LIST | Layer.TABLE
_SHOWN: Final = _MADE | Layer.API
_RUN: Final = Field(c.RUN_ID, Type.INTEGER, Layer.TABLE, "the run that it is part of", required=Layer.TABLE)
_PLACE: Final = (
    Field(c.RANK, Type.INTEGER, _SHOWN, "place in the list, 1 to 10", required=_SHOWN, narrow=True),
    Field(c.ARTICLE_ID, Type.TEXT, _SHOWN, "what is recommended", required=_SHOWN),
    Field(c.SCORE, Type.NUMBER, _SHOWN, "what it was ranked by; comparable within a list only",
          required=_SHOWN, narrow=True),
    Field(c.CANDIDATE_SOURCE, Type.TEXT, _SHOWN, "what proposed it", required=_MADE),
    Field(c.REASONS, Type.JSON, _SHOWN, "why it is here, strongest first", required=_SHOWN),
)  # fmt: skip
_IS_WAIVED: Final = Field(
    c.IS_WAIVED, Type.BOOLEAN, _MADE, "whether the list rules were waived for this place", required=Layer.TABLE
)

RECOMMENDATION: Final = Shape(
    "recommendation",
    (
        _RUN,
        Field(c.READER_KEY, Type.INTEGER, _MADE, "the reader's pseudonym", required=_MADE),
        *_PLACE,
        Field(c.PROPENSITY, Type.NUMBER, _MADE, "chance of this article in this place; below 1 where it was drawn",
              required=Layer.TABLE, narrow=True),
        _IS_WAIVED,
        Field(c.SCORED_RUN, Type.INTEGER, Layer.TABLE, "the earlier run that made this list, where it was kept"),
    ),
    table="recommendation",
    keys=(c.RUN_ID, c.READER_KEY, c.RANK),
)  # fmt: skip
FALLBACK: Final = Shape(
    "fallback",
    (
        _RUN,
        Field(c.SCOPE, Type.TEXT, _MADE, "whom it is for: global, region or category", required=_MADE),
        Field(c.SCOPE_VALUE, Type.TEXT, _MADE, "which region or category; empty for global", required=_MADE),
        *_PLACE,
        _IS_WAIVED,
    ),
    table="fallback_list",
    keys=(c.RUN_ID, c.SCOPE, c.SCOPE_VALUE, c.RANK),
)
