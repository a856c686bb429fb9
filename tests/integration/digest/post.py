"""A post office for tests: real mail servers on loopback, what they took, and the command as a process."""

import os
import subprocess
import sys
import time
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from frontpage.core.params import Params
from frontpage.core.sections.digest import DigestParams
from frontpage.core.settings import Settings
from frontpage.store.connect import Connection, fetch_all
from serving.http.server import bind

from ..serving_world import TEN

FRONTPAGE = str(Path(sys.executable).parent / "frontpage")
#: Lists of these tests are short. One connection, so that mails go out in order.
SHORT = Params(digest=DigestParams(min_articles=1, connections=1))
GLOBAL = {("global", ""): ["g1", "g2"]}


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with bind("127.0.0.1", 0) as probe:
        return probe.getsockname()[1]


def received(folder: Path) -> list[EmailMessage]:
    """Every mail the sink holds, in the order of arrival."""
    paths = sorted(folder.glob("*.eml"))
    return [message_from_bytes(path.read_bytes(), policy=default) for path in paths]


def titles(mail: EmailMessage) -> list[str]:
    """Titles in the plain-text part, best first."""
    lines = mail.get_body(("plain",)).get_content().splitlines()
    return [line.split(". ", 1)[1].removeprefix("Title of ") for line in lines if line[:1].isdigit()]


def links(mail: EmailMessage) -> list[str]:
    """Links to articles in the plain-text part, best first."""
    lines = mail.get_body(("plain",)).get_content().splitlines()
    return [line.strip() for line in lines if "/r/" in line]


def states(connection: Connection) -> dict[str, int]:
    """Deliveries by state."""
    rows = fetch_all(connection, "select state, count(*) as n from digest_delivery group by state")
    return {row["state"]: row["n"] for row in rows}


def start_digest(settings: Settings, *arguments: str) -> subprocess.Popen:
    """`frontpage digest` as a process of its own."""
    params = settings.home / "params.yaml"
    params.parent.mkdir(parents=True, exist_ok=True)
    params.write_text("digest: {min_articles: 1, connections: 1}\n")
    environment = {
        **os.environ,
        "FRONTPAGE_DATABASE_URL": settings.database_url,
        "FRONTPAGE_SMTP_URL": settings.smtp_url,
        "FRONTPAGE_HOME": str(settings.home),
        "FRONTPAGE_PARAMS_FILE": str(params),
    }
    command = [FRONTPAGE, "digest", *(arguments or ("--as-of", TEN.isoformat()))]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def wait_for(is_so, seconds: float = 60) -> None:
    """Poll until it is so."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


class Moody:
    """A mail server that answers `DATA` and `RCPT` by rule and counts what it took."""

    def __init__(self, **answers: list[str]) -> None:
        self.answers = answers
        self.taken: list[str] = []

    async def handle_RCPT(self, server, session, envelope, address, options) -> str:
        if address.startswith("bob") and self.answers.get("rcpt"):
            return self.answers["rcpt"].pop(0)
        envelope.rcpt_tos.append(address)
        return "250 fine"

    async def handle_DATA(self, server, session, envelope) -> str:
        if self.answers.get("data"):
            return self.answers["data"].pop(0)
        self.taken += envelope.rcpt_tos
        return "250 taken"
