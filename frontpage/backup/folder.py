"""Where backups lie: a folder, best a mounted volume of another machine.

base/20260301T024000Z.tar.sealed     a whole cluster, with the WAL that makes it consistent
wal/000000010000000000000003.sealed  a segment, sealed; never written twice with other contents
erased.json.sealed                   who was forgotten since, as keyed hashes
"""

import io
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO, Final

from frontpage.backup.sealed import read_key, seal, unseal
from frontpage.core.errors import BadInputError, NothingPublishedError

_MOMENT: Final = "%Y%m%dT%H%M%SZ"
_SUFFIX: Final = ".tar.sealed"


@dataclass(frozen=True, slots=True)
class Backups:
    """One folder and the file of its key."""

    folder: Path
    key_file: Path

    def base(self, moment: datetime) -> Path:
        """Where the base backup that ended at that second lies."""
        return self.folder / "base" / f"{moment.strftime(_MOMENT)}{_SUFFIX}"

    def segment(self, name: str) -> Path:
        """Where a file of the WAL lies. Raises BadInputError for a name that leads elsewhere."""
        if not name.replace(".", "").isalnum() or name.startswith("."):
            raise BadInputError(f"{name!r} is no file of the WAL")
        return self.folder / "wal" / f"{name}.sealed"

    def newest(self, until: datetime | None = None) -> Path:
        """The newest base backup that ended by then. Raises NothingPublishedError where there is none."""
        found = [
            path for path in (self.folder / "base").glob(f"*{_SUFFIX}") if until is None or ended_at(path) <= until
        ]
        if not found:
            when = "" if until is None else f" from before {until.isoformat()}"
            raise NothingPublishedError(
                f"there is no base backup{when} in {self.folder}; `frontpage backup create` makes one"
            )
        return max(found, key=ended_at)

    def write(self, path: Path, source: BinaryIO) -> int:
        """Seal into `path`, whole or not at all; the bytes that were sealed."""
        return _whole(path, lambda target: seal(source, target, read_key(self.key_file)))

    def read(self, path: Path, out: Path) -> int:
        """Open `path` into `out`, whole or not at all; the bytes of it."""
        with path.open("rb") as source:
            return _whole(out, lambda target: unseal(source, target, read_key(self.key_file)))

    def note_erased(self, erased: Mapping[bytes, datetime]) -> None:
        """Keep who was forgotten when, so that a restore to an earlier moment forgets them again."""
        listed = {one.hex(): at.astimezone(UTC).isoformat() for one, at in erased.items()}
        self.write(self.folder / "erased.json.sealed", io.BytesIO(json.dumps(listed).encode()))

    def erased(self) -> dict[bytes, datetime]:
        """Keyed hashes of the ids that were forgotten, and when."""
        path, clear = self.folder / "erased.json.sealed", io.BytesIO()
        if not path.exists():
            return {}
        with path.open("rb") as source:
            unseal(source, clear, read_key(self.key_file))
        return {bytes.fromhex(one): datetime.fromisoformat(at) for one, at in json.loads(clear.getvalue()).items()}


def ended_at(path: Path) -> datetime:
    """When a base backup ended, by its name."""
    return datetime.strptime(path.name.removesuffix(_SUFFIX), _MOMENT).replace(tzinfo=UTC)


def _whole(path: Path, write: Callable[[BinaryIO], int]) -> int:
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f"{path.name}.partial")
    try:
        with partial.open("wb") as target:
            n_bytes = write(target)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)
    return n_bytes
