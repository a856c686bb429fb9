"""Sources that cannot be right (exit code 3) or do not answer (5): one sentence each, no secret."""

import socket
import ssl
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import httpx
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from etl.reading import fetch, files
from etl.reading.sources import parse_source, without_secrets
from frontpage.core.errors import BadInputError, FrontpageError, UnavailableError
from frontpage.core.settings import Settings
from tests.integration.extract_world import DAY, START, article, pull, write

SECRET = "geheim"
QUERY = "kind=reads&query_file=q.sql"


class _Answers(BaseHTTPRequestHandler):
    """Answers /STATUS/... with that status; /loop/... sends on to itself."""

    def do_GET(self) -> None:
        status = self.path.strip("/").split("/")[0]
        self.send_response(302 if status == "loop" else int(status))
        if status == "loop":
            self.send_header("Location", self.path)
        self.send_header("Content-Length", "0")
        self.end_headers()

    do_HEAD = do_GET

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    """Of a server that answers with whatever status it is asked for."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def refused(settings: Settings, uri: str) -> FrontpageError:
    with pytest.raises(FrontpageError) as caught:
        pull(settings, START, uri)
    said = str(caught.value)
    assert SECRET not in said
    assert "\n" not in said
    return caught.value


@pytest.mark.parametrize(
    ("uri", "sentence"),
    [
        ("", "names no place"),
        ("articles+", "names no place"),
        ("nonsense+https://host.example/x", "'nonsense' is not a kind of source"),
        ("article+https://host.example/x.csv", "'article' is not a kind of source"),
        ("nosuch://host.example/x", "cannot be read"),
        ("articles+nosuch://host.example/x.csv", "cannot be read"),
        ("feed+nosuch://u:geheim@host.example/rss", "cannot be read"),
        ("reads+github://x.csv", "cannot be read"),
        ("https://u:geheim@host.example/rss", "say what it is, like feed+https"),
        ("feed+https://", "names no host"),
        ("articles+http:///x.csv", "names no host"),
        ("feed+https://u:geheim@host.example:port/rss", "the address is not one"),
        ("feed+https://host.example:99999/rss", "the address is not one"),
        ("feed+https://[::1/rss", "the address is not one"),
        (f"feed+https://{'a' * 64}.example/rss", "the address is not one"),
        ("postgresql://u:geheim@host.example/db", "write it like sql+postgresql"),
        ("sql+mysql://u:geheim@host.example/db?kind=reads&query_file=q.sql", "write it like sql+postgresql"),
        ("sql+postgresql://u:geheim@host.example/?kind=reads&query_file=q.sql", "write it like"),
        (f"sql+postgresql://u:geheim@host.example:port/db?{QUERY}", "the address is not one"),
        (f"sql+postgresql://u:ge#heim/geheim@host.example/db?{QUERY}", "sql+postgresql://u@host.example"),
        ("sql+postgresql://u:geheim@host.example/db?query_file=q.sql", "kind '' is none of"),
        ("sql+postgresql://u:geheim@host.example/db?kind=clicks&query_file=q.sql", "kind 'clicks' is none of"),
        ("sql+postgresql://u:geheim@host.example/db?kind=reads", "query_file '' is not a file"),
        ("sql+postgresql://u:geheim@host.example/db?kind=reads&query_file=absent.sql", "'absent.sql' is not a file"),
        ("sql+postgresql://u:geheim@host.example/db?kind=reads&query_file=.", "'.' is not a file"),
        (f"sql+postgresql://u:geheim@host.example/db?{QUERY}&quer=1", "'quer' is an option neither of ours"),
        (f"sql+postgresql://u:geheim@host.example/db?{QUERY}&overlap_minutes=1h", "is not a whole number"),
        ("absent", "does not exist; check the path"),
        ("reads+absent [1]*.csv", "matches no file; check the path"),
        ("reads+absent.csv", "does not exist; check the path"),
        ("feed+absent.xml", "does not exist; check the path"),
    ],
)
def test_what_cannot_be_right_is_bad_input(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uri: str, sentence: str
):
    """The sentence says what is wrong with it; nothing is asked of any server."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "q.sql").write_text("select 1")
    error = refused(settings, uri)
    assert isinstance(error, BadInputError)
    assert sentence in str(error)


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.mark.parametrize(
    "uri",
    [
        "feed+http://u:geheim@127.0.0.1:PORT/rss",
        "articles+http://u:geheim@127.0.0.1:PORT/a.csv?token=geheim",
        "articles+https://u:geheim@127.0.0.1:PORT/a.parquet",
        "articles+ftp://u:geheim@127.0.0.1:PORT/a.csv",
        "ftp://u:geheim@127.0.0.1:PORT/newsroom",
        "sql+postgresql://u:geheim@127.0.0.1:PORT/db?kind=reads&query_file=q.sql",
        "sql+postgres://u@127.0.0.1:PORT/db?password=geheim&kind=reads&query_file=q.sql",
        "feed+http://no-such-host.invalid/rss?api_key=geheim",
        "articles+http://no-such-host.invalid/a.jsonl",
    ],
)
def test_what_does_not_answer_is_unavailable(
    settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, uri: str
):
    """Nobody listens, or the name is unknown: exit code 5, by any scheme."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "q.sql").write_text("select 1")
    error = refused(settings, uri.replace("PORT", str(closed_port())))
    assert isinstance(error, UnavailableError)
    host = "127.0.0.1" if "127.0.0.1" in uri else "no-such-host.invalid"
    assert host in str(error)


@pytest.fixture(scope="module")
def tls_port(tmp_path_factory: pytest.TempPathFactory) -> Iterator[int]:
    """Of a server whose certificate nobody has signed but itself."""
    with ThreadingHTTPServer(("127.0.0.1", 0), _Answers) as server:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(_self_signed(tmp_path_factory.mktemp("tls") / "server.pem"))
        server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


def _self_signed(path: Path) -> Path:
    key, name = ec.generate_private_key(ec.SECP256R1()), x509.Name([])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    secret = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    path.write_bytes(secret + made.public_bytes(Encoding.PEM))
    return path


@pytest.mark.parametrize(
    "uri", ["feed+https://u:geheim@127.0.0.1:PORT/200/rss", "articles+https://127.0.0.1:PORT/200/a.csv"]
)
def test_a_certificate_that_nobody_knows_is_said(settings: Settings, tls_port: int, uri: str):
    """Not taken for an absent file, and not accepted."""
    error = refused(settings, uri.replace("PORT", str(tls_port)))
    assert isinstance(error, UnavailableError)
    assert "CERTIFICATE_VERIFY_FAILED" in str(error)


@pytest.mark.parametrize(
    "uri", ["feed+https://u:geheim@127.0.0.1:PORT/200/rss", "articles+https://127.0.0.1:PORT/200/a.csv"]
)
def test_a_server_without_tls_is_said(settings: Settings, port: int, uri: str):
    """An address of https in front of a server that speaks http."""
    assert "SSL" in str(refused(settings, uri.replace("PORT", str(port))))


@pytest.mark.parametrize("uri", ["feed+http://u:geheim@127.0.0.1:PORT/rss", "articles+http://127.0.0.1:PORT/a.csv"])
def test_a_server_that_never_answers_is_given_up(settings: Settings, monkeypatch: pytest.MonkeyPatch, uri: str):
    """It takes the connection and says nothing: after the limit, one sentence."""
    monkeypatch.setattr(fetch, "READ_SECONDS", 0.5)
    monkeypatch.setattr(files, "_WEB_SECONDS", httpx.Timeout(0.5))
    with socket.create_server(("127.0.0.1", 0)) as silent:
        error = refused(settings, uri.replace("PORT", str(silent.getsockname()[1])))
    assert isinstance(error, UnavailableError)
    assert "does not answer" in str(error)


@pytest.mark.parametrize(
    ("status", "of_file", "of_feed"),
    [
        ("401", BadInputError, UnavailableError),
        ("403", BadInputError, UnavailableError),
        ("404", BadInputError, UnavailableError),
        ("410", BadInputError, UnavailableError),
        ("429", UnavailableError, UnavailableError),
        ("500", UnavailableError, UnavailableError),
        ("503", UnavailableError, UnavailableError),
        ("loop", UnavailableError, UnavailableError),
    ],
)
def test_what_a_server_says_instead(
    settings: Settings, port: int, status: str, of_file: type[Exception], of_feed: type[Exception]
):
    """A file that is not there or not for us is bad input; a server in trouble may give it later."""
    for scheme, name, expected in (("articles", "a.csv", of_file), ("feed", "rss", of_feed)):
        error = refused(settings, f"{scheme}+http://u:geheim@127.0.0.1:{port}/{status}/{name}")
        assert type(error) is expected
        assert f"127.0.0.1:{port}/{status}/{name}" in str(error)
        assert status == "loop" or status in str(error)


@pytest.mark.parametrize(
    "name",
    [
        "my world",
        "it's, here",
        "[2026] (new)",
        "100%25 #1 & more?",
        "\u00fcber/\u65b0\u805e",
        "a*b",
        "x::y",
        "~me",
        "a+b",
    ],
)
def test_a_place_may_be_called_anything(settings: Settings, tmp_path: Path, name: str):
    """Spaces, commas, brackets and marks of every kind, in folders, files, globs and queries."""
    folder = tmp_path / name
    write(folder, "articles/a.jsonl", [article(0)])
    write(folder, "b.csv", [article(1)])
    assert pull(settings, START + DAY, folder).rows_out == 1
    assert pull(settings, START + DAY, f"articles+{folder}/b.csv").rows_out == 1
    assert pull(settings, START + DAY, f"articles+{folder}/*.csv").details["unchanged"] == 1
    query = folder / "q.sql"
    query.write_text("select 1")
    if "&" not in name and "%" not in name:
        source = parse_source(f"sql+postgresql://h/d?kind=reads&query_file={query}")
        assert source.query_file == query


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://u:p@h/x", "https://h/x"),
        ("https://h/@name/x", "https://h/@name/x"),
        ("https://h:8/@name/x", "https://h:8/@name/x"),
        ("postgresql://u:p@h:5/d", "postgresql://u@h:5/d"),
        ("postgresql://u:p/#?@q@h/d", "postgresql://u@h/d"),
        ("postgresql://u@h/d?password=p&sslmode=require", "postgresql://u@h/d?password=***&sslmode=require"),
        ("https://h/x?day=1&access_token=p", "https://h/x?day=1&access_token=***"),
        ("/a@b/c", "/a@b/c"),
    ],
)
def test_names_show_no_secret(url: str, shown: str):
    """Passwords go, with marks that had to be escaped too; an @ in a path stays."""
    assert without_secrets(url) == shown
