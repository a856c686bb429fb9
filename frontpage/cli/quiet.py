"""What libraries say to their developers, kept from our users; nothing of ours, and nothing that can be acted on."""

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
