"""The mails that a sink keeps, as pages for a browser: an index of the newest, and each mail's parts side by side."""

from dataclasses import dataclass
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from urllib.parse import quote

from frontpage.digest.render import fill

#: More would be no help to a person, and would slow the sink down.
MAX_SHOWN = 200
PAGES = "pages"
_SHOWN_HEADERS = ("From", "To", "Subject", "Date", "Message-ID", "List-Unsubscribe", "DKIM-Signature")


@dataclass(frozen=True, slots=True)
class _Entry:
    """A line of the index."""

    href: str
    to: str
    subject: str
    date: str


def write_pages(folder: Path) -> Path:
    """Write `index.html` over the newest mails of a folder, and pages for those that have none yet; its path.

    Each page is whole or not there, so a browser may be looking meanwhile.
    """
    (folder / PAGES).mkdir(parents=True, exist_ok=True)
    newest = sorted(folder.glob("*.eml"), reverse=True)
    entries = [_entry(folder, path) for path in newest[:MAX_SHOWN]]
    index = folder / "index.html"
    _put(index, fill("sink_index.html", {"entries": entries, "n_mails": len(newest), "folder": str(folder)}))
    return index


def _entry(folder: Path, path: Path) -> _Entry:
    mail = message_from_bytes(path.read_bytes(), policy=default)
    page = folder / PAGES / f"{path.stem}.html"
    if not page.exists():
        _put(page, _page(mail, path.name))
    to, subject, date = (str(mail[name] or "") for name in ("To", "Subject", "Date"))
    return _Entry(f"{PAGES}/{quote(page.name)}", to, subject or "(no subject)", date)


def _page(mail: EmailMessage, name: str) -> str:
    headers = [(header, str(mail[header])) for header in _SHOWN_HEADERS if mail[header]]
    facts = {"name": name, "headers": headers, "html": _part(mail, "html"), "text": _part(mail, "plain")}
    return fill("sink_mail.html", facts)


def _part(mail: EmailMessage, kind: str) -> str:
    """A body of the mail; empty where it has none, or one in an encoding that nobody knows."""
    part = mail.get_body((kind,))
    try:
        return str(part.get_content()) if part else ""
    except (LookupError, ValueError):
        return ""


def _put(path: Path, content: str) -> None:
    partial = path.with_suffix(".partial")
    partial.write_text(content)
    partial.rename(path)
