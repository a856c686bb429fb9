"""Extract of files over http, from a real server: what it gives, and what it does not give for a while."""

import re
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from frontpage.core.errors import UnavailableError
from frontpage.core.settings import Settings
from tests.integration.extract_world import DAY, START, article, check_account, pull, read, rows, write


class FileServer(ThreadingHTTPServer):
    """Serves the files of a folder, until it has answered `n_left` requests for their content."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder = folder
        self.n_left = 1 << 30
        self.has_ranges = True


class _Handler(BaseHTTPRequestHandler):
    server: FileServer

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self.server.n_left -= 1
        if self.server.n_left < 0:
            self.send_error(404)
        else:
            self.wfile.write(self._answer())

    def _answer(self) -> bytes:
        data = (self.server.folder / self.path.lstrip("/")).read_bytes()
        asked = re.fullmatch(r"bytes=(\d+)-(\d+)", self.headers.get("Range", ""))
        if self.server.has_ranges and asked:
            first, last = int(asked[1]), min(int(asked[2]), len(data) - 1)
            self.send_response(206)
            self.send_header("Content-Range", f"bytes {first}-{last}/{len(data)}")
            data = data[first : last + 1]
        else:
            self.send_response(200)
        self.send_header("Accept-Ranges", "bytes" if self.server.has_ranges else "none")
        self.send_header("Content-Length", str(len(data)))
        self.send_header("ETag", '"first"')
        self.end_headers()
        return data

    def log_message(self, *_: object) -> None:
        """Quiet."""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[FileServer]:
    running = FileServer(tmp_path)
    threading.Thread(target=running.serve_forever, daemon=True).start()
    yield running
    running.shutdown()
    running.server_close()


@pytest.mark.parametrize("name", ["e.jsonl", "e.csv", "e.jsonl.gz", "e.csv.zst", "e.parquet"])
def test_a_file_that_cannot_be_had_now_is_read_by_the_next_pull(
    settings: Settings, tmp_path: Path, server: FileServer, name: str
):
    """A server that fails between listing and reading costs no row: nothing is quarantined, the watermark stays."""
    write(tmp_path, "articles/a.jsonl", [article(0)])
    pull(settings, START, tmp_path)
    write(tmp_path, name, [read(n) for n in range(10)])
    source = f"reads+http://127.0.0.1:{server.server_port}/{name}"
    server.n_left = 1  # the question whether it is there
    with pytest.raises(UnavailableError, match=f"{name} cannot be read"):
        pull(settings, START + DAY, source)
    server.n_left = 1 << 30
    assert rows(settings, "select count(*) from quarantine") == [(0,)]
    assert pull(settings, START + DAY, source).rows_out == 10
    check_account(settings)


@pytest.mark.parametrize(
    ("name", "has_ranges"),
    [
        *((name, True) for name in ("e.jsonl", "e.csv", "e.jsonl.gz", "e.csv.zst", "e.parquet")),
        *((name, False) for name in ("e.jsonl", "e.csv", "e.jsonl.gz", "e.csv.zst")),
    ],
)
def test_every_format_is_read_from_a_web_server(
    settings: Settings, tmp_path: Path, server: FileServer, name: str, has_ranges: bool
):
    """Whether the server gives pieces of a file or, of text, only all of it; an unchanged file is not read again."""
    write(tmp_path, "articles/a.jsonl", [article(0)])
    pull(settings, START, tmp_path)
    write(tmp_path, name, [read(n) for n in range(10)])
    server.has_ranges = has_ranges
    source = f"reads+http://127.0.0.1:{server.server_port}/{name}"
    assert pull(settings, START + DAY, source).rows_out == 10
    assert pull(settings, START + DAY, source).rows_in == 0
    check_account(settings)
