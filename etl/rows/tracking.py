"""Which query fields of an address say where a click came from, not what it leads to."""

import functools
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import yaml

_FIELDS = Path(__file__).with_name("tracking_fields.yaml")
_WORD = re.compile(r"[a-z0-9]+")
_HOST = re.compile(r"(?:[a-z0-9-]+\.)+[a-z]{2,}")


@dataclass(frozen=True, slots=True)
class TrackingFields:
    """The kept list, with what an installation adds to it, and names that its sites name pages by.

    Names are in any case, `*` at the end stands for any ending.
    """

    added: tuple[str, ...] = ()
    page_fields: tuple[str, ...] = ()

    def holds(self, name: str, value: str, *, path_names_page: bool = True) -> bool:
        """Whether a query field is one of them.

        Some names count with certain values only, and only beside a path that names a page: `ref=rss`, not `ref=4711`.
        """
        known, lowered = _known(), name.lower().removeprefix("amp;")
        if _matcher(self.page_fields).fullmatch(lowered):
            return False
        if _matcher(self.added).fullmatch(lowered) or known.always.fullmatch(lowered):
            return True
        return path_names_page and lowered in known.ambiguous and _is_origin(value.lower(), known.origins)


#: As it comes with the code.
KEPT_LIST = TrackingFields()


@dataclass(frozen=True, slots=True)
class _Known:
    """What tracking_fields.yaml holds."""

    always: re.Pattern[str]
    ambiguous: frozenset[str]
    origins: frozenset[str]


@functools.cache
def _known() -> _Known:
    kept = yaml.safe_load(_FIELDS.read_text())
    return _Known(_matcher(tuple(kept["always"])), frozenset(kept["ambiguous"]), frozenset(kept["origins"]))


@functools.cache
def _matcher(names: Iterable[str]) -> re.Pattern[str]:
    """Matches any of the names, in lower case; nothing where there are none."""
    return re.compile("|".join(re.escape(name.lower()).replace(r"\*", ".*") for name in names) or r"(?!)")


def _is_origin(value: str, origins: frozenset[str]) -> bool:
    return bool(_HOST.fullmatch(value)) or not origins.isdisjoint(_WORD.findall(value))
