"""Attacks that are tried, each refused; docs/security.md names those that other tests try."""

import csv
import gzip
import io
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from etl.reading import fetch
from frontpage.backup import base
from frontpage.backup.folder import Backups
from frontpage.core.cells import as_text
from frontpage.core.errors import BadInputError, UnavailableError
from frontpage.digest.mime import sender_domain
from frontpage.gateway.__main__ import read_clients
from frontpage.lifecycle.business.page import as_csv

TEN = datetime(2026, 3, 1, 10, tzinfo=UTC)


@contextmanager
def redirecting(target: str) -> Iterator[tuple[str, list[str]]]:
    """A feed that leads elsewhere, and the paths that were asked for."""
    asked: list[str] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            is_first = self.path == "/feed"
            self.send_response(302 if is_first else 200)
            if is_first:
                self.send_header("Location", target.replace("PORT", str(server.server_port)))
            self.end_headers()
            self.wfile.write(b"" if is_first else b"<rss><channel><title>inner</title></channel></rss>")

        def log_message(self, *arguments: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/feed", asked
    finally:
        server.shutdown()
        server.server_close()


@pytest.mark.parametrize(
    "target",
    ["http://localhost:PORT/secret", "http://127.0.0.2:PORT/secret", "http://[::1]:PORT/secret",
     "http://169.254.169.254/latest/meta-data", "http://10.0.0.1/", "http://0.0.0.0:PORT/secret"],
)  # fmt: skip
def test_a_feed_cannot_send_us_within(target: str, monkeypatch: pytest.MonkeyPatch):
    """A redirect to an address of the inner network or of the cloud's own service is not followed."""
    for name in (
        "http_proxy",
        "https_proxy",
        "HTTP_PROXY",
        "HTTPS_PROXY",
        "all_proxy",
        "ALL_PROXY",
        "no_proxy",
        "NO_PROXY",
    ):
        monkeypatch.delenv(name, raising=False)
    with redirecting(target) as (url, asked):
        with pytest.raises(UnavailableError, match="no public address"):
            fetch.fetch(url, {})
        assert asked == ["/feed"]


def test_a_feed_may_move_on_its_own_host(monkeypatch: pytest.MonkeyPatch):
    """What the operator named may be within, and lead on there."""
    with redirecting("http://127.0.0.1:PORT/moved") as (url, asked):
        found = fetch.fetch(url, {})
    assert found is not None
    assert asked == ["/feed", "/moved"]


def test_a_feed_cannot_open_a_file(monkeypatch: pytest.MonkeyPatch):
    with redirecting("file:///etc/passwd") as (url, _), pytest.raises(UnavailableError):
        fetch.fetch(url, {})


def test_an_archive_that_grows_without_end_is_cut(tmp_path: Path):
    """A gigabyte of nothing in a megabyte: read up to the limit, in bounded memory."""
    bomb = tmp_path / "feed.xml.gz"
    with gzip.open(bomb, "wb", compresslevel=9) as file:
        for _ in range(256):
            file.write(bytes(4 * 1024 * 1024))
    found = fetch.fetch(str(bomb), {})
    assert found is not None
    assert found.is_cut
    assert len(found.data) == fetch.MAX_FEED_BYTES


@pytest.mark.parametrize("cell", ["=1+1", "+1", "-1+cmd|' /C calc'!A0", "@SUM(A1)", "\t=1", "\r=1"])
def test_a_csv_holds_no_formula(cell: str):
    """What stands in a feed stays text in a spreadsheet."""
    written = as_csv([{"region": cell, "n": -5}])
    (row,) = csv.DictReader(io.StringIO(written))
    assert row["region"].startswith("'")
    assert row["n"] == "-5"
    assert as_text({"title": "a = b"}) == {"title": "a = b"}


def test_no_password_stands_among_the_arguments_of_a_process(tmp_path: Path):
    """The server that a backup is made of is reached with what is in the environment, not in the process list."""
    spy = tmp_path / "spy"
    spy.write_text(f'#!/bin/sh\necho "$@" > {tmp_path}/arguments\n[ "$PGPASSWORD" = hush-hush ] && echo data\n')
    spy.chmod(0o755)
    backups = Backups(tmp_path / "backups", tmp_path / "key")
    backups.key_file.write_text("11" * 32)
    made, n_bytes = base.create("postgresql://me:hush-hush@127.0.0.1:1/x", backups, lambda: TEN, str(spy))
    assert (made.exists(), n_bytes) == (True, 5)
    assert "hush-hush" not in (tmp_path / "arguments").read_text()


def test_a_file_of_keys_is_not_shown(tmp_path: Path):
    """A wrong line is named by its number."""
    path = tmp_path / "keys"
    path.write_text("app read fp_secret_of_the_app_1234567890\napp root fp_secret_of_the_app_1234567890\n")
    with pytest.raises(BadInputError, match="line 2") as refused:
        read_clients(path)
    assert "fp_secret" not in str(refused.value)


def test_a_sender_cannot_add_a_header():
    """A line break in a name of the mail would begin another header."""
    with pytest.raises(BadInputError):
        sender_domain("Frontpage <digest@frontpage.example>\r\nBcc: everybody@example.org")
