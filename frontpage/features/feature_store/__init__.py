"""Feast over our states: definitions, stores, and rows in and out.

Feast has typeguard compile each method of its classes anew, with checks of types: four of the six seconds of its
import, in every step. Here, before anything imports it, they are left as they are.
"""

from typing import Any

import typeguard


def _unchecked(target: Any = None, **_options: Any) -> Any:
    return (lambda later: later) if target is None else target


typeguard.typechecked = _unchecked
