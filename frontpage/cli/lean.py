"""What libraries do for seconds whenever they are imported, left out: nothing that a step of ours makes use of."""

import sys
from typing import Any


def lean() -> None:
    """Call before the libraries are imported.

    Feast has typeguard compile each method of its classes anew, with checks of types: four of the six seconds of its
    import. jsonschema (of Neptune, Great Expectations) builds parsers for 39 kinds of international addresses; without
    the package that describes them it does not check these formats, as its documentation says.
    """
    import typeguard

    typeguard.typechecked = _unchecked
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # means: cannot be imported


def _unchecked(target: Any = None, **_options: Any) -> Any:
    return (lambda later: later) if target is None else target
