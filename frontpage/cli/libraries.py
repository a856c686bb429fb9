"""What libraries say and do for their developers, kept from our users: words, and seconds at each import."""

import logging
import sys
import warnings
from typing import Any

#: Beam looks for Google's clients each time it is imported, and warns that they are not there. We use none of them.
_BEAM_WITHOUT_GOOGLE = "apitools not found"


def hush() -> None:
    """Keep these from the terminal, from now on in this process; with `python -W` or PYTHONWARNINGS all are shown."""
    logging.getLogger().addFilter(_is_for_users)
    if not sys.warnoptions:
        warnings.showwarning = _without_deprecations(warnings.showwarning)


def _is_for_users(record: logging.LogRecord) -> bool:
    return not str(record.msg).startswith(_BEAM_WITHOUT_GOOGLE)


def _without_deprecations(show: Any) -> Any:
    """Python keeps deprecations from users, but Feast's modules switch everybody's on whenever one is imported.

    So they are left out here, where warnings are shown, and not by a filter, which the next import would overrule.
    """

    def shown(message: Warning | str, category: type[Warning], *where: Any, **more: Any) -> None:
        if not issubclass(category, DeprecationWarning | PendingDeprecationWarning):
            show(message, category, *where, **more)

    return shown


def lean() -> None:
    """Call before the libraries are imported.

    jsonschema (of Neptune, Great Expectations) builds parsers for 39 kinds of international addresses; without the
    package that describes them it does not check these formats, as its documentation says.
    """
    sys.modules.setdefault("rfc3987_syntax", None)  # type: ignore[arg-type]  # means: cannot be imported
