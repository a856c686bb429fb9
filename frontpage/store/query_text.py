"""The one statement that a query file holds, whatever stands around it: comments, semicolons, a byte order mark."""

import re

from frontpage.core.errors import BadInputError

#: PostgreSQL's lexical elements in which a semicolon or two dashes mean nothing. Block comments may be nested, which a
#: regular expression cannot follow: their ends are counted below.
_ELEMENT = re.compile(
    r"""
      (?P<line>   --[^\r\n]*)
    | (?P<block>  /\*)
    | (?P<end>    ;)
    | (?P<string> \b[eE]'(?:[^'\\]|\\.|'')*' | '(?:[^']|'')*' | "(?:[^"]|"")*")
    | (?P<dollar> (?<![\w$])\$(?P<tag>(?:[^\W\d]\w*)?)\$.*?\$(?P=tag)\$)
    """,
    re.VERBOSE | re.DOTALL,
)
_BLOCK_MARK = re.compile(r"/\*|\*/")


def single_statement(name: str, text: str) -> str:
    """The statement without what follows it; comments inside and before it stay, for hints may stand in them.

    Raises BadInputError, with the source's `name`, where there is none, or more than one.
    """
    statements = [one for one in _statements(text.removeprefix("\ufeff")) if one]
    if len(statements) != 1:
        found = f"{len(statements)} statements" if statements else "no statement"
        raise BadInputError(f"{name}: the upstream query is refused: it holds {found}; give one SELECT")
    return statements[0]


def _statements(text: str) -> list[str]:
    """The text between semicolons, each up to the end of what is no comment; empty where there is nothing else."""
    found: list[str] = []
    start = at = last = 0
    while match := _ELEMENT.search(text, at):
        last = _after_content(text, at, match.start(), last)
        at = _block_end(text, match.end()) if match["block"] else match.end()
        if match["end"]:
            found.append(text[start:last].strip())
            start = last = at
        elif not match["line"] and not match["block"]:
            last = at
    return [*found, text[start : _after_content(text, at, len(text), last)].strip()]


def _after_content(text: str, start: int, end: int, last: int) -> int:
    """Where the last character before `end` stands that is no space, or `last` where there is none since `start`."""
    content = text[start:end].rstrip()
    return start + len(content) if content else last


def _block_end(text: str, at: int) -> int:
    """Just after the end of a block comment that was opened just before `at`."""
    depth = 1
    while depth and (mark := _BLOCK_MARK.search(text, at)):
        depth += 1 if mark.group() == "/*" else -1
        at = mark.end()
    return at if depth == 0 else len(text)
