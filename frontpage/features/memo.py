"""A place for what is asked for more than once and costs something to make."""

from collections.abc import Callable, Hashable
from typing import Any


class Memo(dict[Hashable, Any]):
    """What was made, by name."""

    def kept(self, key: Hashable, made: Callable[[], Any]) -> Any:
        """What is kept under `key`, made by the first that asks; two threads at once make the same twice."""
        if key not in self:
            self[key] = made()
        return self[key]
