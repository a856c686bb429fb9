"""What commonly keeps an installation from working: a look at each, and what to do about it."""

import errno
import re
import shutil
import socket
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from frontpage.core.errors import FrontpageError
from frontpage.core.settings import Settings
from frontpage.store.connect import Connection, connect, fetch_all, fetch_one
from frontpage.store.migrate import MIN_POSTGRES
from frontpage.store.queries import query
from frontpage.store.server import database_url

#: A refresh of 521 thousand readers writes about so much below home and in the database before old runs go.
MIN_FREE_BYTES: Final = 5 * 1024**3
#: Steps that see what was recorded by `as_of` would miss rows of a clock that is ahead.
MAX_SKEW: Final = timedelta(seconds=5)
#: No step leaves its session idle for so long while it works.
MAX_IDLE: Final = timedelta(minutes=30)
_SECRET: Final = re.compile(r"^(\w*(?:SECRET|PASSWORD|KEY|KEYS))=(.*)$", re.MULTILINE)
_PLACEHOLDER: Final = re.compile(
    r"(?i)(|change.?me.*|secret|password|postgres|admin|x+|todo|example.*|your.*|<.*>|development-only.*)"
)


@dataclass(frozen=True, slots=True)
class Complaint:
    """Something that is wrong: one sentence with its remedy."""

    check: str
    sentence: str


def examine(
    environ: Mapping[str, str], folder: Path, ports: Sequence[int], now: Callable[[], datetime]
) -> Iterator[Complaint]:
    """All that is wrong, in the order in which it is best mended; what cannot be looked at yet is left out.

    folder: where an `.env` may lie. ports: those that must be free.
    """
    yield from placeholders(folder / ".env")
    yield from taken_ports(ports)
    try:
        settings = Settings.from_environ(environ)
    except FrontpageError as error:
        yield Complaint("secret" if "SECRET" in str(error) or "password" in str(error) else "settings", str(error))
        return
    yield from little_room(settings.path(), MIN_FREE_BYTES)
    yield from stale_server_lock(settings.path("postgres", "postmaster.pid"))
    if not settings.database_url and not settings.path("server.json").exists():
        return
    try:
        with connect(database_url(settings), application="frontpage doctor") as connection:
            yield from of_database(connection, now)
    except FrontpageError as error:
        yield Complaint("database", str(error))


def placeholders(path: Path) -> Iterator[Complaint]:
    """Secrets of an `.env` that nobody has chosen."""
    text = path.read_text() if path.is_file() else ""
    for name, value in _SECRET.findall(text):
        if _PLACEHOLDER.fullmatch(value.strip("'\" ")):
            yield Complaint("secret", f"{name} in {path} is a placeholder; remove the file and run `make compose-env`")


def taken_ports(ports: Sequence[int]) -> Iterator[Complaint]:
    """Ports of loopback on which something listens already."""
    for port in ports:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError as error:
                if error.errno == errno.EADDRINUSE:
                    remedy = "stop what listens there (`ss -ltnp`), or set API_PORT, AIRFLOW_PORT or MLFLOW_PORT"
                    yield Complaint("port", f"port {port} is taken; {remedy}")


def little_room(folder: Path, needed: int) -> Iterator[Complaint]:
    """A file system that a refresh could fill."""
    there = next(path for path in (folder, *folder.parents) if path.exists())
    free = shutil.disk_usage(there).free
    if free < needed:
        sentence = f"{there} has {free / 1024**3:.1f} GB free and needs {needed / 1024**3:.1f}"
        yield Complaint("disk", f"{sentence}; run `frontpage purge`, or set FRONTPAGE_HOME to a larger volume")


def stale_server_lock(lock: Path) -> Iterator[Complaint]:
    """The lock file of an embedded server whose process is another one's by now, or gone."""
    pid = lock.read_text().split("\n", 1)[0].strip() if lock.is_file() else ""
    if not pid:
        return
    command = Path("/proc", pid, "cmdline")
    if not command.exists() or b"postgres" not in command.read_bytes():
        yield Complaint("lock", f"{lock} is of a server that is gone; `frontpage db up` removes it and recovers")


def of_database(connection: Connection, now: Callable[[], datetime]) -> Iterator[Complaint]:
    """Its version, its clock beside ours, and locks that nobody will give back."""
    server = fetch_one(connection, query("operations/clock"))
    assert server is not None
    yield from old_server(server["version"])
    yield from skewed(server["now"], now())
    for held in fetch_all(connection, query("operations/held_locks"), {"idle": MAX_IDLE}):
        sentence = (
            f"{held['application'] or 'a session'} holds a lock and has been idle for {str(held['idle']).split('.')[0]}"
        )
        yield Complaint("lock", f"{sentence}; end it with `select pg_terminate_backend({held['pid']})`")


def old_server(version_num: int) -> Iterator[Complaint]:
    """A server that Frontpage is not tried with. version_num: as PostgreSQL says it, e.g. 170002."""
    if version_num < MIN_POSTGRES * 10_000:
        sentence = f"the server is PostgreSQL {version_num // 10_000}, and Frontpage needs {MIN_POSTGRES} or newer"
        yield Complaint("version", f"{sentence}; upgrade it, or name another one in FRONTPAGE_DATABASE_URL")


def skewed(theirs: datetime, ours: datetime) -> Iterator[Complaint]:
    """Two clocks that disagree by more than the time of a question and its answer."""
    skew = (theirs - ours.astimezone(UTC)).total_seconds()
    if abs(skew) > MAX_SKEW.total_seconds():
        ahead = "ahead of" if skew > 0 else "behind"
        sentence = f"the database's clock is {abs(skew):.0f} seconds {ahead} this machine's"
        yield Complaint("clock", f"{sentence}; let both be set by the same time server (chrony, systemd-timesyncd)")
