"""The embedded PostgreSQL: a real server from PyPI, TCP on loopback, data under `FRONTPAGE_HOME`.

Works for root (the server runs as `nobody`) and for a user, in folders that others may not enter too. Port and password
are made once, kept in `server.json` (mode 600), and survive between commands; a port that something else has taken
meanwhile is replaced. Set FRONTPAGE_DATABASE_URL to use any other server instead.
"""

import contextlib
import json
import os
import secrets
import shutil
import socket
import tempfile
import time
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, replace
from pathlib import Path

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - it is a class

from frontpage.core.database.url import DatabaseUrl
from frontpage.core.errors import BadInputError, UnavailableError
from frontpage.core.settings import Settings
from frontpage.store.programs import SERVER_USER, bin_dir, run

__all__ = ["DATABASES", "Server", "bin_dir", "database_url", "digest_url", "down", "is_running", "up"]

DATABASES = ("frontpage", "airflow", "mlflow")
_SUPERUSER = "frontpage"
#: What the API logs in as; its rights come from the role (frontpage/store/migrations/versions/0006_serving_role.py).
_API_USER, _API_ROLE = "frontpage_api", "frontpage_serving"
#: What pg_ctl and initdb hand to a shell within double quotes.
_UNSPEAKABLE = frozenset('"$`\\\n')
_PATIENCE_SECONDS = 60
_SETTINGS = {
    "listen_addresses": "127.0.0.1",
    "unix_socket_directories": "",
    "shared_buffers": "256MB",
    "max_connections": "200",
    "max_wal_size": "2GB",
    "timezone": "UTC",
}


@dataclass(frozen=True, slots=True)
class Server:
    """One embedded server: where its data is and how to reach it."""

    data: str
    port: int
    password: str
    #: Of the API's own log-in; empty where the server is from before there was one.
    api_password: str = ""

    def url(self, database: str = "frontpage") -> str:
        """A libpq URL of one of its databases."""
        return f"postgresql://{_SUPERUSER}:{self.password}@127.0.0.1:{self.port}/{database}"

    def api_url(self, database: str = "frontpage") -> str:
        """The same with the API's own log-in, which may do only what the API does."""
        return f"postgresql://{_API_USER}:{self.api_password}@127.0.0.1:{self.port}/{database}"


def database_url(settings: Settings, database: str = "frontpage") -> str:
    """URL of one of our databases: on the server of FRONTPAGE_DATABASE_URL, else on the embedded one.

    Raises UnavailableError where neither is there.
    """
    if settings.database_url:
        given = DatabaseUrl.parse(settings.database_url)
        return (given if database == "frontpage" else given.named(database)).libpq()
    if not _state_file(settings.home).exists():
        raise UnavailableError("there is no database yet; run `frontpage db up`, or set FRONTPAGE_DATABASE_URL")
    return _load(settings.home).url(database)


def digest_url(settings: Settings) -> str:
    """URL for the digest: its own log-in to our database where there is one."""
    return settings.digest_database_url or database_url(settings)


def up(home: Path, port: int | None = None, **overrides: str) -> Server:
    """Start the server, creating it first where needed; one that already runs is left alone.

    port: for a new server, or one that is not running; else the one it has, or a free one where that is taken.
    Raises UnavailableError with the server's own last words if it does not start, BadInputError where `home` cannot
    hold it.
    """
    _make_folder(home)
    server = _load(home) if _state_file(home).exists() else _create(home, port or _free_port())
    if not is_running(server) and not _comes_up(server):
        server = _moved(home, server, port or (server.port if _is_free(server.port) else _free_port()))
        _start(server, {**_SETTINGS, **overrides})
    with _superuser(server) as cursor:
        _create_databases(cursor)
        _let_the_api_in(cursor, server)
    return server


def down(home: Path) -> bool:
    """Stop the server; False where none was running. Its data stays."""
    if not _state_file(home).exists():
        return False
    server = _load(home)
    if not is_running(server):
        return False
    run("pg_ctl", "-D", server.data, "-m", "fast", "-w", "stop")
    return True


def is_running(server: Server) -> bool:
    """Whether the server answers on its port with our password."""
    try:
        psycopg2.connect(server.url("postgres"), connect_timeout=2).close()
    except psycopg2.OperationalError:
        return False
    return True


def _state_file(home: Path) -> Path:
    return home / "server.json"


def _load(home: Path) -> Server:
    """As it was written, but for the data folder: the home may have been moved."""
    return replace(Server(**json.loads(_state_file(home).read_text())), data=str(home.absolute() / "postgres"))


def _make_folder(home: Path) -> None:
    try:
        home.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=home):
            pass
    except OSError as error:
        sentence = f"cannot write in {home.absolute()} ({error.strerror}); set FRONTPAGE_HOME to a folder of yours"
        raise BadInputError(sentence) from error
    if _UNSPEAKABLE & set(f"{home.absolute()}{bin_dir()}"):
        raise BadInputError(
            f"PostgreSQL cannot run in {str(home.absolute())!r}: no double quote, dollar sign, backquote, backslash or "
            "line break may stand in its path or that of the environment; choose another folder"
        )


def _moved(home: Path, server: Server, port: int) -> Server:
    """The server at that port from now on; other databases of the installation are asked for by `server.json`."""
    if port == server.port:
        return server
    moved = replace(server, port=port)
    _write_state(home, moved)
    return moved


def _start(server: Server, settings: Mapping[str, str]) -> None:
    log = Path(server.data, "server.log")
    already = log.stat().st_size if log.exists() else 0
    options = " ".join(f"-c {key}='{value}'" for key, value in settings.items())
    try:
        run("pg_ctl", "-D", server.data, "-w", "-l", str(log), "-o", f"-p {server.port} {options}", "start")
    except UnavailableError as error:
        said = log.read_bytes()[already:].decode(errors="replace") if log.exists() else ""
        raise _explained(server, said, error) from error


def _explained(server: Server, said: str, error: UnavailableError) -> UnavailableError:
    """What the server wrote in its log before it ended, rather than pg_ctl's advice to look there."""
    if "Address already in use" in said:
        return UnavailableError(f"port {server.port} is taken; give another one with `frontpage db up --port`")
    last = [line.split("FATAL:", 1)[1].strip() for line in said.splitlines() if "FATAL:" in line]
    return (
        UnavailableError(f"PostgreSQL does not start ({last[-1]}); its log is {server.data}/server.log")
        if last
        else error
    )


def _comes_up(server: Server) -> bool:
    """Wait for a server that is starting, or recovering from a crash; False where there is none.

    The lock of a killed one whose process id belongs to something else now, as after a restart, is removed.
    Raises UnavailableError where it takes longer than a minute.
    """
    lock = Path(server.data, "postmaster.pid")
    process = Path("/proc", lock.read_text().split("\n", 1)[0].strip() if lock.exists() else "none", "cmdline")
    if not process.exists():  # PostgreSQL sees by itself what is to be done, also where there is no /proc
        return False
    if b"postgres" not in process.read_bytes():
        lock.unlink()
        return False
    for _ in range(_PATIENCE_SECONDS):
        time.sleep(1)
        if is_running(server):
            return True
        if not process.exists():
            return False
    raise UnavailableError(f"PostgreSQL is starting and does not answer yet; wait, or see {server.data}/server.log")


def _create(home: Path, port: int) -> Server:
    data = home.absolute() / "postgres"
    shutil.rmtree(data, ignore_errors=True)  # a half-made one: server.json is written last
    data.mkdir(mode=0o700)
    if os.getuid() == 0:
        shutil.chown(data, SERVER_USER)
    server = Server(str(data), port, secrets.token_urlsafe(24), secrets.token_urlsafe(24))
    password_file = data.with_suffix(".pw")
    password_file.write_text(server.password)
    if os.getuid() == 0:
        shutil.chown(password_file, SERVER_USER)
    try:
        run("initdb", "-D", server.data, "-U", _SUPERUSER, f"--pwfile={password_file}", "-A", "scram-sha-256",
             "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")  # fmt: skip
    finally:
        password_file.unlink()
    _write_state(home, server)
    return server


def _write_state(home: Path, server: Server) -> None:
    state = _state_file(home)
    partial = state.with_suffix(".partial")
    partial.touch(mode=0o600)
    partial.write_text(json.dumps(asdict(server)))
    partial.replace(state)


@contextlib.contextmanager
def _superuser(server: Server) -> Iterator[Cursor]:
    connection = psycopg2.connect(server.url("postgres"), connect_timeout=5)
    connection.autocommit = True
    try:
        with connection.cursor() as opened:
            yield opened
    finally:
        connection.close()


def _create_databases(cursor: Cursor) -> None:
    existing = _names(cursor, "select datname from pg_database")
    for name in DATABASES:
        if name not in existing:
            cursor.execute(sql.SQL("create database {}").format(sql.Identifier(name)))


def _let_the_api_in(cursor: Cursor, server: Server) -> None:
    """Make the log-in of the API, and the role that each database gives its rights to."""
    existing = _names(cursor, "select rolname from pg_roles")
    role, user = sql.Identifier(_API_ROLE), sql.Identifier(_API_USER)
    if _API_ROLE not in existing:
        cursor.execute(sql.SQL("create role {} nologin").format(role))
    if server.api_password and _API_USER not in existing:
        create = sql.SQL("create role {} login password {} in role {}")
        cursor.execute(create.format(user, sql.Literal(server.api_password), role))


def _names(cursor: Cursor, statement: str) -> set[str]:
    cursor.execute(statement)
    return {row[0] for row in cursor.fetchall()}


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        # As the server does: a port whose last connections are still being closed is free.
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            return False
    return True


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
