"""A mail server for development: takes every mail and keeps it as an .eml file."""

import re
import threading
from collections.abc import Callable
from pathlib import Path

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from frontpage.core.errors import BadInputError, UnavailableError

_MESSAGE_ID = re.compile(rb"(?im)^message-id:\s*<([^>\r\n]*)>")


class FolderSink:
    """aiosmtpd handler: one file per mail, named by arrival and Message-ID, whole or not there."""

    def __init__(self, out: Path, on_mail: Callable[[], object] = lambda: None) -> None:
        out.mkdir(parents=True, exist_ok=True)
        self._out = out
        self._on_mail = on_mail
        self._lock = threading.Lock()
        self.n_mails = sum(1 for _ in out.glob("*.eml"))

    async def handle_DATA(self, _server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802 - aiosmtpd's
        """Keep one mail; the server answers 250 only after the file is there."""
        content = envelope.content or b""
        assert isinstance(content, bytes)
        with self._lock:
            self.n_mails += 1
            name = f"{self.n_mails:06d}-{_safe(content)}"
        partial = self._out / f".{name}.partial"
        partial.write_bytes(content)
        partial.rename(self._out / f"{name}.eml")
        self._on_mail()
        return "250 kept"


def start_sink(out: Path, host: str, port: int, on_mail: Callable[[], object] = lambda: None) -> Controller:
    """A running sink in a thread of its own; call `.stop()` at the end.

    Raises UnavailableError where the port is taken, BadInputError where `out` cannot be a folder.
    """
    try:
        sink = FolderSink(out, on_mail)
    except OSError as error:
        raise BadInputError(f"cannot keep mails in {out} ({error.strerror}); give another --out") from error
    controller = Controller(sink, hostname=host, port=port, enable_SMTPUTF8=True, ident="Frontpage sink")
    try:
        controller.start()
    except OSError as error:
        raise UnavailableError(f"cannot listen on {host}:{port} ({error.strerror}); choose another --port") from error
    return controller


def _safe(content: bytes) -> str:
    found = _MESSAGE_ID.search(content[:10_000])
    return re.sub(r"[^A-Za-z0-9.@-]", "_", found[1].decode("ascii", "replace"))[:100] if found else "no-message-id"
