"""Where a stored row came from."""

from typing import Final

from frontpage.core import columns as c
from frontpage.core.schema.fields import Field, Layer, Type

#: Of what comes in versions: an older one that comes late does not replace a newer one.
CLAIMED_AT: Final = Field(
    c.CLAIMED_AT, Type.TIME, Layer.STAGED | Layer.TABLE, "when the source says it learned of this"
)
#: What a staged row of an event claims; what is kept of it is recorded_at.
EVENT_CLAIMED_AT: Final = Field(c.CLAIMED_AT, Type.TIME, Layer.STAGED, "when its source says it learned of it")
ORIGIN: Final = (
    Field(c.SOURCE, Type.TEXT, Layer.TABLE, "the source it was pulled from", required=Layer.TABLE),
    Field(c.EXTRACT_ID, Type.INTEGER, Layer.TABLE, "the pull that brought it", required=Layer.TABLE),
)
#: Names a row of a staging table.
STAGING_KEY: Final = (
    Field(c.BLOCK, Type.INTEGER, Layer.STAGED, "the block of rows it was read in"),
    Field(c.ROW_NO, Type.INTEGER, Layer.STAGED, "its number in the file or answer"),
)
