"""Lists of sources in one line of text, as FRONTPAGE_SOURCES and `make run SOURCES=` hold them."""

import re

from frontpage.core.errors import BadInputError
from frontpage.core.schema.canonical import Kind

_PREFIXES = "|".join([*Kind, "feed", "sql"])
#: How a source URI begins: a kind of source, a scheme, or a path that says it is one.
_BEGINNING = rf"(?:(?:{_PREFIXES})\+\S|[A-Za-z][A-Za-z0-9]*(?:\+[A-Za-z0-9]+)*://|~|\.{{0,2}}/|[\"'])"
#: A line end, or a comma or white space with the beginning of a source behind it.
_SEPARATOR = re.compile(rf"\s*,?\s*[\r\n]+\s*|(?:\s*,\s*|\s+)(?={_BEGINNING})")
_QUOTED = re.compile(r"(?:\w+\+)?(?:\"[^\"]*\"|'[^']*')")


def split_sources(text: str) -> list[str]:
    """The source URIs in `text`, in their order; quotes around one are taken off.

    A comma or white space separates only where what follows begins like a source: `feed+`, `sql+`, `articles+` ...,
    `SCHEME://`, `/`, `./`, `../` or `~`. Any other one belongs to its address or path. A line end always separates.
    What stands in quotes is one source, whatever is in it.
    Raises BadInputError for a quote that is never closed.

    >>> split_sources("feed+https://a.example/1,2.xml, /data/my newsroom")
    ['feed+https://a.example/1,2.xml', '/data/my newsroom']
    """
    found: list[str] = []
    rest = text.strip(" \t\r\n,")
    while rest:
        item, rest = _first(rest)
        found.append(item)
        rest = rest.lstrip(" \t\r\n,")
    return found


def _first(text: str) -> tuple[str, str]:
    """The first source of the text, and what comes after it."""
    quoted = _QUOTED.match(text)
    if quoted:
        return re.sub(r"[\"']", "", quoted[0], count=1)[:-1], text[quoted.end() :]
    if text[0] in "\"'":
        raise BadInputError(f"sources: the quote before {text[1:40]!r} is never closed")
    cut = _SEPARATOR.search(text)
    if cut is None:
        return text.strip(" \t,"), ""
    return text[: cut.start()].strip(" \t,"), text[cut.end() :]
