"""The mailbox where bounces and complaints arrive: a Maildir folder or IMAP; each mail is taken once and kept."""

import contextlib
import imaplib
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from frontpage.core.errors import BadInputError, UnavailableError

_TIMEOUT_SECONDS = 30
_MAX_BYTES = 1_000_000


def new_mails(url: str) -> Iterator[bytes]:
    """Mails that nobody has taken yet, at most the first megabyte of each.

    A mail is marked as seen when the next one is asked for, so one whose taker dies comes again. Raises BadInputError
    for what is no mailbox, UnavailableError where it does not answer.
    """
    if urlsplit(url).scheme in ("imap", "imaps"):
        yield from _from_imap(url)
    else:
        yield from _from_maildir(Path(url.removeprefix("file://")))


def _from_maildir(folder: Path) -> Iterator[bytes]:
    if not (folder / "new").is_dir():
        raise BadInputError(f"{folder} is no Maildir: it has no folder `new`; name one, or an imaps:// URL")
    (folder / "cur").mkdir(exist_ok=True)
    for path in sorted((folder / "new").iterdir()):
        with path.open("rb") as mail:
            yield mail.read(_MAX_BYTES)
        path.rename(folder / "cur" / f"{path.name}:2,S")


def _from_imap(url: str) -> Iterator[bytes]:
    parts = urlsplit(url)
    where = f"{parts.hostname}:{parts.port or (993 if parts.scheme == 'imaps' else 143)}"
    try:
        with _imap(url) as server:
            server.login(unquote(parts.username or ""), unquote(parts.password or ""))
            folder = unquote(parts.path.lstrip("/")) or "INBOX"
            if server.select(f'"{folder}"')[0] != "OK":
                raise BadInputError(f"there is no folder {folder} at {where}; mend FRONTPAGE_BOUNCE_MAILBOX")
            for number in server.search(None, "UNSEEN")[1][0].split():
                yield _fetched(server, number)
                server.store(number, "+FLAGS", "\\Seen")
    except (imaplib.IMAP4.error, OSError) as error:
        # The answer may quote the log-in.
        raise UnavailableError(f"the mailbox at {where} does not answer, or refuses; try again later") from error


@contextlib.contextmanager
def _imap(url: str) -> Iterator[imaplib.IMAP4]:
    parts = urlsplit(url)
    if parts.hostname is None:
        raise BadInputError("FRONTPAGE_BOUNCE_MAILBOX must be a Maildir folder or imaps://USER:PASSWORD@HOST/FOLDER")
    is_tls = parts.scheme == "imaps"
    kind, port = (imaplib.IMAP4_SSL, 993) if is_tls else (imaplib.IMAP4, 143)
    with kind(parts.hostname, parts.port or port, timeout=_TIMEOUT_SECONDS) as server:
        yield server


def _fetched(server: imaplib.IMAP4, number: bytes) -> bytes:
    _, answer = server.fetch(number.decode(), f"(BODY.PEEK[]<0.{_MAX_BYTES}>)")
    return next((part[1] for part in answer if isinstance(part, tuple)), b"")
