"""Ids that stand for no reader: what programs write where nobody is signed in, or where a variable was empty.

Taken for a reader, such an id is one person with the habits of a crowd.
"""

from collections.abc import Collection

#: Kept list, in lower case; `data.nobody` in params.yaml adds an installation's own, such as `0` or `-1`.
NOBODY = frozenset({
    "undefined", "null", "(null)", "<null>", "[null]", "\\n", "none", "(none)", "nil", "<nil>", "nan", "n/a", "#n/a",
    "(not set)", "not set", "(not provided)", "(unknown)", "unknown", "(empty)", "empty", "-", "--", "?",
    "anonymous", "anon", "guest", "nobody", "[object object]", "object object",
    "00000000-0000-0000-0000-000000000000",
})  # fmt: skip
#: Templates that were never filled in.
_UNFILLED = (("{{", "}}"), ("${", "}"), ("<%", "%>"), ("%%", "%%"))


def is_nobody(reader_id: str, more: Collection[str] = ()) -> bool:
    """Whether the id is nobody's, whatever its case and the space around it. `more`: further ones, in lower case.

    >>> is_nobody(" (Not Set)"), is_nobody("{{ user.id }}"), is_nobody("reader-17")
    (True, True, False)
    """
    name = reader_id.strip().lower()
    if name in NOBODY or name in more:
        return True
    return any(name.startswith(begin) and name.endswith(end) for begin, end in _UNFILLED)
