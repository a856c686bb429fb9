"""`python -m frontpage.backup.wal put|get FOLDER KEY_FILE NAME PATH`: PostgreSQL's archive and restore commands.

Exit code 0 only where the file is whole in its place: PostgreSQL keeps a segment until then, and asks again.
"""

import io
import sys
from pathlib import Path

from frontpage.backup.folder import Backups
from frontpage.backup.sealed import read_key, unseal
from frontpage.core.errors import BadInputError, FrontpageError


def put(backups: Backups, name: str, path: Path) -> None:
    """Keep a segment. The same again changes nothing; raises BadInputError for other contents under its name."""
    kept = backups.segment(name)
    if not kept.exists():
        with path.open("rb") as source:
            backups.write(kept, source)
        return
    clear = io.BytesIO()
    with kept.open("rb") as source:
        unseal(source, clear, read_key(backups.key_file))
    if clear.getvalue() != path.read_bytes():
        raise BadInputError(f"{kept} holds another segment of this name; give each server a folder of its own")


def get(backups: Backups, name: str, path: Path) -> None:
    """Bring a segment back. Raises BadInputError where there is none, which ends a recovery at the last one."""
    kept = backups.segment(name)
    if not kept.exists():
        raise BadInputError(f"there is no segment {name} in {backups.folder}")
    backups.read(kept, path)


def main() -> int:
    """The exit code is the one of frontpage/core/errors.py."""
    action, folder, key_file, name, path = sys.argv[1:]
    try:
        {"put": put, "get": get}[action](Backups(Path(folder), Path(key_file)), name, Path(path))
    except FrontpageError as error:
        sys.stderr.write(f"frontpage: {error}\n")
        return error.exit_code
    return 0


if __name__ == "__main__":
    sys.exit(main())
