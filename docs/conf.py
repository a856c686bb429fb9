"""The docs site: `make site` builds it from these pages, and stops at a link that leads nowhere."""

from typing import Any

project = "Frontpage"
html_title = "Frontpage"
extensions = ["myst_parser"]
exclude_patterns = ["measurements", "openapi.json"]
#: Links may name a heading, as GitHub does.
myst_heading_anchors = 4
#: The lexer does not know numbered parameters ($1) of SQL.
suppress_warnings = ["misc.highlighting_failure"]
html_theme = "furo"
html_show_sphinx = False
html_copy_source = False
#: The page beside docs/ that others link to; it is a page of the site by its namesake in docs/.
_OUTSIDE = ("](../CONTRIBUTING.md", "](CONTRIBUTING.md")


def _bring_in(_app: Any, _page: str, source: list[str]) -> None:
    source[0] = source[0].replace(*_OUTSIDE)


def setup(app: Any) -> None:
    """Called by Sphinx."""
    app.connect("source-read", _bring_in)
