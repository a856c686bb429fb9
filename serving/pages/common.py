"""What the API's own pages have in common."""

from typing import Final

#: FastAPI adds no HEAD by itself, and checkers of links use it.
READ_METHODS: Final = ["GET", "HEAD"]
#: Kept by nobody without asking again: the next version may say something else.
PAGE_HEADERS: Final = {"Cache-Control": "no-cache", "X-Robots-Tag": "noindex"}
