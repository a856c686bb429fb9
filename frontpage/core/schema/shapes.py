"""All shapes."""

from typing import Final

from frontpage.core.schema.articles import ARTICLE
from frontpage.core.schema.impressions import IMPRESSION
from frontpage.core.schema.inbox import INBOX_EVENT
from frontpage.core.schema.lists import FALLBACK, RECOMMENDATION
from frontpage.core.schema.readers import READER, READER_CONTACT, READER_IDENTITY
from frontpage.core.schema.reads import READ
from frontpage.core.schema.states import STATES

#: In the order of the reference page.
SHAPES: Final = (
    ARTICLE, READER, READER_IDENTITY, READER_CONTACT, READ, IMPRESSION, INBOX_EVENT, *STATES, RECOMMENDATION, FALLBACK,
)  # fmt: skip
