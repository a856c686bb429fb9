"""What libraries do for seconds whenever they are imported, left out: nothing that a step of ours makes use of."""

import sys


def lean() -> None:
    """Call before the libraries are imported.

    jsonschema (of Neptune, Great Expectations) builds parsers for 39 kinds of international addresses; without the
    package that describes them it does not check these formats, as its documentation says.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # means: cannot be imported
