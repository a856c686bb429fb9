"""Extract of files over http, from a real server: what it gives, and what it does not give for a while."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from core.errors import UnavailableError
from core.settings import Settings
from tests.integration.extract_world import DAY, START, article, check_account, pull, read, rows, write


class FileServer(ThreadingHTTPServer):
    """Serves the files of a folder, until it has answered `n_left` requests for their content."""

    def __init__(self, folder: Path) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.folder = folder
        self.n_left = 1 << 30


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
        self.send_response(200)
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


@pytest.mark.parametrize("name", ["e.jsonl.gz", "e.csv.zst", "e.parquet"])
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
