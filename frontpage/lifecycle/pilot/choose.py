"""Who is in a pilot, and who of them is its control group. Pure."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from frontpage.core.assignment import within
from frontpage.core.errors import BadInputError

_NAMED = 3


@dataclass(frozen=True, slots=True)
class PilotChoice:
    """How readers are chosen: by a file of ids, by region, or by share; just one of them is given."""

    readers: Path | None = None
    region: str | None = None
    share: float | None = None

    def __str__(self) -> str:
        """As it is kept with the pilot."""
        if self.readers is not None:
            return f"file {self.readers.name}"
        return f"region {self.region}" if self.region is not None else f"share {self.share:g}"

    def check(self) -> None:
        """Raises BadInputError where it is not just one of the three, or a share cannot be."""
        if sum(given is not None for given in (self.readers, self.region, self.share)) != 1:
            raise BadInputError("choose readers in one way: --readers FILE, --region R or --share S")
        if self.share is not None and not 0 < self.share <= 1:
            raise BadInputError(f"--share {self.share:g} is no share: give one above 0 and at most 1")


def ids_in(path: Path) -> list[str]:
    """Reader ids of a file, one a line, each once. Raises BadInputError where it cannot be read or holds none."""
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise BadInputError(f"{path} cannot be read as lines of reader ids ({error})") from error
    ids = list(dict.fromkeys(line.strip() for line in lines if line.strip()))
    if not ids:
        raise BadInputError(f"{path} holds no reader id; write one on each line")
    return ids


def require_known(path: Path, ids: Collection[str], known: Mapping[str, int]) -> None:
    """Raises BadInputError naming ids of the file that no reader has."""
    strange = [name for name in ids if name not in known]
    if strange:
        shown = ", ".join(repr(name) for name in strange[:_NAMED])
        raise BadInputError(f"{path}: {len(strange)} of {len(ids)} ids are no reader's here, as {shown}; remove them")


def arms(keys: Collection[int], control: float, salt: str) -> tuple[list[int], list[int]]:
    """Keys of the treatment and of the control group, which is a share of all of them.

    Raises BadInputError where one of the two is empty, though a control group is wanted.
    """
    held_back = set(within(salt, keys, control))
    treatment = [key for key in keys if key not in held_back]
    if not treatment or (control > 0 and not held_back):
        raise BadInputError(f"{len(keys)} readers are too few for a control group of {control:.0%}; choose more")
    return treatment, sorted(held_back)
