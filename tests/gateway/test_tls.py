"""TLS all the way, for real: client, Envoy, the API, PostgreSQL; who is refused; certificates replaced under load."""

import hashlib
import operator
import os
import shutil
import socket
import ssl
import struct
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from frontpage.core.errors import BadInputError
from frontpage.core.settings import Settings
from frontpage.store import migrate
from frontpage.store.connect import connect, fetch_one
from serving.http.tls import server_context
from tests.integration.serving_world import World
from tests.support.api import api, as_api, until
from tests.support.envoy import KEYS, envoy, free_port, key, with_key

pytestmark = pytest.mark.slow
LIST = "/v1/readers/ann/recommendations"
SCRIPT = Path(__file__).parents[2] / "deploy" / "gateway" / "certificates.sh"
#: The embedded server is built without TLS.
PROGRAMS = sorted(Path("/usr/lib/postgresql").glob("*/bin/postgres"))
_SSL_REQUEST = struct.pack("!ii", 8, 80877103)


def certificates(folder: Path) -> Path:
    """Made by the script for development; made anew where they are there already."""
    if shutil.which("openssl") is None:
        pytest.skip("there is no openssl")
    subprocess.run(["sh", str(SCRIPT), str(folder)], check=True, capture_output=True)
    return folder


@dataclass(frozen=True)
class Postgres:
    """A server that takes connections over TLS only, on 127.0.0.1."""

    home: Path
    programs: Path
    port: int

    def url(self, trust: Path, host: str = "127.0.0.1") -> str:
        """Of its database, for who trusts the authority in that folder."""
        return f"postgresql://frontpage:hush@{host}:{self.port}/postgres?sslmode=verify-full&sslrootcert={trust}/ca.crt"

    def takes(self, folder: Path) -> None:
        """Put the certificate and key of a folder in the server's place, for its user only."""
        for name in ("tls.key", "tls.crt"):
            file = self.home / name
            shutil.copyfile(folder / name, file)
            file.chmod(0o600)
            _own(file)

    def run(self, program: str, *arguments: str) -> None:
        """One of its programs, as the server's user."""
        user = {"user": "nobody", "group": "nogroup", "extra_groups": []} if os.getuid() == 0 else {}
        command = [str(self.programs / program), *arguments]
        subprocess.run(command, check=True, capture_output=True, cwd=self.home, timeout=180, **user)

    def shown(self) -> bytes:
        """Hash of the certificate that it shows."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as plain:
            plain.sendall(_SSL_REQUEST)
            assert plain.recv(1) == b"S"
            return _hash_of(plain)


def _own(path: Path) -> None:
    if os.getuid() == 0:
        shutil.chown(path, "nobody", "nogroup")


def _hash_of(plain: socket.socket) -> bytes:
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    with context.wrap_socket(plain) as secured:
        return hashlib.sha256(secured.getpeercert(binary_form=True) or b"").digest()


def shown_at(port: int) -> bytes:
    """Hash of the certificate that an HTTPS server shows."""
    with socket.create_connection(("127.0.0.1", port), timeout=5) as plain:
        return _hash_of(plain)


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return certificates(tmp_path_factory.mktemp("tls") / "tls")


@pytest.fixture(scope="module")
def postgres_tls(made: Path) -> Iterator[Postgres]:
    if not PROGRAMS:
        pytest.skip("there is no PostgreSQL with TLS (Debian's package postgresql)")
    home = Path(tempfile.mkdtemp(prefix="frontpage-tls-"))
    home.chmod(0o755)
    _own(home)
    server = Postgres(home, PROGRAMS[-1].parent, free_port())
    server.takes(made / "db")
    data, password = str(home / "data"), home / "password"
    password.write_text("hush")
    server.run("initdb", "-D", data, "-U", "frontpage", f"--pwfile={password}", "-A", "scram-sha-256", "-E", "UTF8",
               "--locale=C.UTF-8", "--no-sync")  # fmt: skip
    (home / "data" / "pg_hba.conf").write_text("hostssl all all 127.0.0.1/32 scram-sha-256\n")
    options = {
        "port": server.port, "listen_addresses": "127.0.0.1,127.0.0.2", "unix_socket_directories": "", "fsync": "off",
        "ssl": "on", "ssl_cert_file": home / "tls.crt", "ssl_key_file": home / "tls.key",
    }  # fmt: skip
    with (home / "data" / "postgresql.conf").open("a") as file:
        file.writelines(f"{name} = '{value}'\n" for name, value in options.items())
    server.run("pg_ctl", "-D", data, "-w", "-l", str(home / "log"), "start")
    try:
        yield server
    finally:
        server.run("pg_ctl", "-D", data, "-m", "fast", "-w", "stop")
        shutil.rmtree(home)


@pytest.fixture(scope="module")
def database(postgres_tls: Postgres, made: Path) -> str:
    """URL of a database with one reader's list."""
    url = postgres_tls.url(made / "trust")
    migrate.upgrade(url)
    with connect(url) as connection:
        world = World(connection, Settings(database_url=url))
        world.articles(["a1", "a2"])
        world.reader("ann")
        world.publish({"ann": ["a1", "a2"]}, {("global", ""): ["a2"]})
    return url


@pytest.fixture(scope="module")
def over_tls(database: str, made: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[httpx.Client]:
    """The API over TLS on PostgreSQL over TLS."""
    log = tmp_path_factory.mktemp("api") / "api.log"
    files = {"FRONTPAGE_TLS_CERTIFICATE_FILE": f"{made}/api/tls.crt", "FRONTPAGE_TLS_KEY_FILE": f"{made}/api/tls.key"}
    keys = ",".join(map(key, KEYS))
    with api(database, log, trusting=f"{made}/trust/ca.crt", FRONTPAGE_API_KEYS=keys, **files) as running:
        yield running.client


@contextmanager
def before(client: httpx.Client, made: Path, trust: Path, folder: Path) -> Iterator[httpx.Client]:
    """A client of Envoy over TLS; Envoy trusts the authority in `trust`."""
    options = ("--certificates", f"{made}/gateway", "--trust", str(trust))
    with envoy(folder, str(client.base_url).rstrip("/"), *options, trusting=f"{made}/trust/ca.crt") as through:
        yield through


def test_certificates_are_replaced_under_load(
    over_tls: httpx.Client, postgres_tls: Postgres, made: Path, tmp_path: Path
):
    """All three while requests go on, over kept and over new connections: none fails, and all show the new ones."""
    with before(over_tls, made, made / "trust", tmp_path) as client:
        until(lambda: client.get(LIST, headers=with_key("app")).status_code == 200, 60)
        items = client.get(LIST, headers=with_key("app")).json()["items"]
        assert [item["article_id"] for item in items] == ["a1", "a2"]
        ports = (client.base_url.port, over_tls.base_url.port)
        first = (*map(shown_at, ports), postgres_tls.shown())
        answered: Counter[int | str] = Counter()
        over, trusting = threading.Event(), ssl.create_default_context(cafile=f"{made}/trust/ca.crt")
        load = [
            threading.Thread(target=_ask, args=(str(client.base_url) + LIST, trusting, is_kept, answered, over))
            for is_kept in (True, False)
        ]
        for one in load:
            one.start()
        try:
            until(lambda: answered[200] > 20, 60)
            certificates(made)
            postgres_tls.takes(made / "db")
            postgres_tls.run("pg_ctl", "-D", str(postgres_tls.home / "data"), "reload")
            until(lambda: all(map(operator.ne, first, (*map(shown_at, ports), postgres_tls.shown()))), 60)
            n = answered[200]
            until(lambda: answered[200] > n + 20, 60)
        finally:
            over.set()
            for one in load:
                one.join()
    assert set(answered) == {200}, answered


def _ask(url: str, trusting: ssl.SSLContext, is_kept: bool, answered: Counter, over: threading.Event) -> None:
    """Ask until it is over; where the connection is not kept, a new one for each request."""
    headers = with_key("app") | ({} if is_kept else {"Connection": "close"})
    with httpx.Client(verify=trusting, timeout=10, headers=headers) as client:
        while not over.is_set():
            try:
                answered[client.get(url).status_code] += 1
            except httpx.HTTPError as error:
                answered[repr(error)] += 1
            over.wait(0.01)


def test_the_database_is_spoken_to_over_tls(database: str):
    with connect(database) as connection:
        row = fetch_one(connection, "select ssl, version from pg_stat_ssl where pid = pg_backend_pid()")
    assert row is not None
    assert (row["ssl"], row["version"]) == (True, "TLSv1.3")


def test_a_gateway_that_does_not_know_the_authority_speaks_to_no_api(
    over_tls: httpx.Client, made: Path, tmp_path: Path
):
    """The API's certificate is from somebody else: 503, and the API hears nothing."""
    other = certificates(tmp_path / "other")
    with before(over_tls, made, other / "trust", tmp_path) as client:
        assert client.get(LIST, headers=with_key("app")).status_code == 503


def test_a_client_refuses_a_gateway_of_another_authority(over_tls: httpx.Client, made: Path, tmp_path: Path):
    other = certificates(tmp_path / "other")
    context = ssl.create_default_context(cafile=str(other / "trust" / "ca.crt"))
    with (
        before(over_tls, made, made / "trust", tmp_path) as client,
        pytest.raises(httpx.ConnectError, match="CERTIFICATE"),
    ):
        httpx.get(str(client.base_url) + LIST, verify=context, timeout=10)


def test_a_database_of_another_authority_is_not_served(postgres_tls: Postgres, database: str, tmp_path: Path):
    """By a sentence and exit code 3, from the API and from every verb."""
    url = postgres_tls.url(certificates(tmp_path / "other") / "trust")
    command = [sys.executable, "-m", "serving", "--port", str(free_port())]
    environment = {"PATH": os.environ["PATH"], "FRONTPAGE_DATABASE_URL": as_api(url)}
    ended = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=60)
    assert (ended.returncode, "certificate is not to be trusted" in ended.stderr) == (3, True), ended.stderr
    assert "hush" not in ended.stderr
    with pytest.raises(BadInputError, match="certificate verify failed"), connect(url):
        pass


def test_a_name_that_is_not_in_the_certificate_is_refused(postgres_tls: Postgres, database: str, made: Path):
    """What `verify-full` adds to `verify-ca`."""
    with pytest.raises(BadInputError, match="127\\.0\\.0\\.2"), connect(postgres_tls.url(made / "trust", "127.0.0.2")):
        pass


def test_a_key_that_does_not_fit_is_said(made: Path):
    with pytest.raises(BadInputError, match="FRONTPAGE_TLS_KEY_FILE"):
        server_context(f"{made}/api/tls.crt", f"{made}/db/tls.key")


def test_a_certificate_alone_is_half_of_a_pair():
    with pytest.raises(BadInputError, match="go together"):
        Settings.from_environ({"FRONTPAGE_TLS_CERTIFICATE_FILE": "tls.crt"})


def test_https_to_the_api_needs_somebody_to_trust(tmp_path: Path):
    (tmp_path / "keys").write_text(f"app read {key('app')}\n")
    command = [sys.executable, "-m", "frontpage.gateway", "envoy", "--keys", str(tmp_path / "keys"), "--api"]
    ended = subprocess.run([*command, "https://api:8000"], capture_output=True, text=True)
    assert (ended.returncode, "--trust" in ended.stderr) == (3, True)
