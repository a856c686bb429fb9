"""`frontpage mail-sink`: take mail over SMTP and keep it as files and pages, for development."""

import signal
from itertools import count
from pathlib import Path

from frontpage.core.params import Params
from frontpage.core.progress import report_progress
from frontpage.core.settings import Settings
from frontpage.core.summary import Summary
from frontpage.digest.sink.pages import write_pages
from frontpage.digest.sink.server import FolderSink, start_sink

_QUIET_SECONDS = 0.5
_SIGNALS = (signal.SIGINT, signal.SIGTERM)


def run(_settings: Settings, _params: Params, out: Path, host: str = "127.0.0.1", port: int = 1025) -> Summary:
    """Keep every mail in `out` until Ctrl-C or SIGTERM, and `out/index.html` up to date.

    Raises UnavailableError where the port is taken.
    """
    # Blocked before the server's thread starts, which inherits it: the signal is then waited for, not handled.
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    taken = count(1)
    sink = start_sink(out, host, port, on_mail=lambda: report_progress("mails", next(taken)))
    try:
        _wait_to_be_stopped(sink.handler, out)
    finally:
        sink.stop()
    n_mails = sum(1 for _ in out.glob("*.eml"))
    index = write_pages(out)
    return Summary("mail-sink", rows_in=n_mails, rows_out=n_mails, artifact=str(index), details={"port": port})


def _wait_to_be_stopped(sink: FolderSink, out: Path) -> None:
    """Write the pages anew when mails have come, and no more for a moment: a full edition is not slowed down."""
    n_shown = n_before = -1
    while signal.sigtimedwait(_SIGNALS, _QUIET_SECONDS) is None:
        if n_before == sink.n_mails != n_shown:
            n_shown = n_before
            write_pages(out)
        n_before = sink.n_mails
