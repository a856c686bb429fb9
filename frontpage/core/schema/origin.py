"""Where a stored row came from."""

from typing import Final

from frontpage.core import columns as c
from frontpage.core.schema.fields import Edge, Field, Type

#: Of what comes in versions: an older one that comes late does not replace a newer one.
CLAIMED_AT: Final = Field(c.CLAIMED_AT, Type.TIME, Edge.STAGED | Edge.TABLE, "when the source says it learned of this")
#: What a staged row of an event claims; what is kept of it is recorded_at.
EVENT_CLAIMED_AT: Final = Field(c.CLAIMED_AT, Type.TIME, Edge.STAGED, "when the source says it learned of this")
ORIGIN: Final = (
    Field(c.SOURCE, Type.TEXT, Edge.TABLE, "the source it was pulled from", required=Edge.TABLE),
    Field(c.EXTRACT_ID, Type.INTEGER, Edge.TABLE, "the pull that brought it", required=Edge.TABLE),
)
#: Names a row of a staging table.
STAGING_KEY: Final = (
    Field(c.BLOCK, Type.INTEGER, Edge.STAGED, "the block of rows it was read in"),
    Field(c.ROW_NO, Type.INTEGER, Edge.STAGED, "its number in the file or answer"),
)
