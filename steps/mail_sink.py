"""`frontpage mail-sink`: take mail over SMTP and keep it as files, for development."""

import signal
from pathlib import Path

from tqdm import tqdm

from core.params import Params
from core.settings import Settings
from core.summary import Summary
from digest.sink import start_sink


def run(_settings: Settings, _params: Params, out: Path, host: str = "127.0.0.1", port: int = 1025) -> Summary:
    """Keep every mail in `out` until Ctrl-C or SIGTERM.

    Raises UnavailableError where the port is taken.
    """
    # Blocked before the server's thread starts, which inherits it: the signal is then waited for, not handled.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT, signal.SIGTERM})
    with tqdm(desc="mails", unit="", disable=None) as bar:
        sink = start_sink(out, host, port, on_mail=bar.update)
        try:
            signal.sigwait({signal.SIGINT, signal.SIGTERM})
        finally:
            sink.stop()
    n_mails = sum(1 for _ in out.glob("*.eml"))
    return Summary("mail-sink", rows_in=n_mails, rows_out=n_mails, artifact=str(out), details={"port": port})
