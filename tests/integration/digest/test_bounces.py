"""Bounces and complaints from a mailbox: suppressed, obeyed, once."""

import socketserver
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from frontpage.core.errors import BadInputError, UnavailableError
from frontpage.core.settings import Settings
from frontpage.steps import bounces, digest
from frontpage.store.connect import execute, fetch_all

from ...unit.digest.test_reports import ORIGINAL, bounce, complaint
from ..serving_world import TEN, World
from .post import GLOBAL, SHORT, free_port, received
from .test_editions import DAY

DEAD = "Action: failed\nStatus: 5.1.1\nDiagnostic-Code: smtp; 550 5.1.1 <ann@readers.example>"
OURS = "<e.1@frontpage.example>"


@pytest.fixture
def maildir(tmp_path: Path) -> Path:
    """An empty Maildir."""
    for name in ("new", "cur", "tmp"):
        (tmp_path / "bounces" / name).mkdir(parents=True)
    return tmp_path / "bounces"


@pytest.fixture
def message_ids(world: World, mailing: Settings) -> dict[str, str]:
    """Message-IDs of what ann and bob were sent."""
    world.publish({}, GLOBAL)
    digest.run(mailing, SHORT, TEN)
    rows = fetch_all(
        world.connection, "select email, message_id from digest_delivery join reader_contact using (reader_key)"
    )
    return {row["email"].split("@")[0]: row["message_id"] for row in rows}


def put(maildir: Path, name: str, raw: bytes, message_id: str) -> None:
    """A report about one of our mails arrives."""
    (maildir / "new" / name).write_bytes(raw.replace(OURS.encode(), message_id.encode()))


def test_what_comes_back_is_obeyed_by_the_next_edition(world, mailing, mails, maildir, message_ids):
    """Ann's mailbox is gone, bob complained: both are suppressed, and bob's consent is withdrawn."""
    put(maildir, "1", bounce(DEAD), message_ids["ann"])
    put(maildir, "2", complaint("abuse"), message_ids["bob"])
    summary = bounces.run(mailing, SHORT, str(maildir))
    assert (summary.rows_in, summary.rows_out, summary.rejected, summary.details) == (2, 2, 0, {"suppressed": 2})
    rows = fetch_all(world.connection, "select reason, detail from digest_suppression order by reason")
    assert rows == [
        {"reason": "bounce", "detail": "5.1.1 smtp; 550 5.1.1 <address>"}, {"reason": "complaint", "detail": "abuse"},
    ]  # fmt: skip
    rows = fetch_all(world.connection, "select how, source from digest_consent where not wants and how <> 'source'")
    assert rows == [{"how": "complaint", "source": "2026-03-01.north.0700"}]
    world.publish({"ann": ["a1"], "bob": ["a1"]}, GLOBAL, TEN + DAY)
    assert digest.run(mailing, SHORT, TEN + DAY).rows_out == 0
    assert len(received(mails)) == 2


def test_a_report_counts_once_and_mail_is_kept(world, mailing, maildir, message_ids):
    """What was read is moved to `cur`; the same report again, from a crash or a copy, changes nothing."""
    soft = bounce("Action: failed\nStatus: 5.2.2")
    put(maildir, "1", soft, message_ids["ann"])
    assert bounces.run(mailing, SHORT, str(maildir)).details == {"noted": 1}
    assert [path.name for path in (maildir / "cur").iterdir()] == ["1:2,S"]
    put(maildir, "2", soft, message_ids["ann"])
    assert bounces.run(mailing, SHORT, str(maildir)).details == {"known": 1}
    assert fetch_all(world.connection, "select from digest_suppression") == []


def test_nobody_can_suppress_others(world, mailing, maildir, message_ids):
    """A forged report without a Message-ID of ours, and ordinary mail, change nothing and are counted."""
    put(maildir, "1", bounce(DEAD), "<made.up@frontpage.example>")
    put(maildir, "2", b"Subject: hello\n\n" + ORIGINAL.encode(), "<x>")
    summary = bounces.run(mailing, SHORT, str(maildir))
    assert (summary.rejected, summary.details) == (2, {"foreign": 1, "other": 1})
    assert fetch_all(world.connection, "select from digest_suppression") == []


def test_the_address_that_bounced_is_the_one_it_went_to(world, mailing, maildir, message_ids):
    """A reader who has changed the address meanwhile gets mail at the new one."""
    execute(world.connection, "update reader_contact set email = 'ann@new.example' where email like 'ann%'")
    put(maildir, "1", bounce(DEAD), message_ids["ann"])
    bounces.run(mailing, SHORT, str(maildir))
    world.publish({"ann": ["a1"]}, GLOBAL, TEN + DAY)
    assert digest.run(mailing, SHORT, TEN + DAY).rows_out == 1


def test_the_digest_reads_the_mailbox_first(world, mailing, maildir, message_ids):
    """Set once, it is read before each send; one that does not answer is said and keeps no mail from going out."""
    put(maildir, "1", bounce(DEAD), message_ids["ann"])
    world.publish({"ann": ["a1"], "bob": ["a1"]}, GLOBAL, TEN + DAY)
    reading = mailing.model_copy(update={"bounce_mailbox": str(maildir)})
    summary = digest.run(reading, SHORT, TEN + DAY)
    assert (summary.rows_out, summary.details["bounces"]) == (1, 1)
    away = mailing.model_copy(update={"bounce_mailbox": f"imap://u:p@127.0.0.1:{free_port()}/INBOX"})
    assert digest.run(away, SHORT, TEN + DAY).details["bounces"] == "unavailable"


def test_by_hand(world, mailing, mails):
    """An operator can suppress and release an address; the summary does not say it."""
    world.publish({}, GLOBAL)
    summary = bounces.set_suppressed(mailing, SHORT, "ANN@readers.example", is_suppressed=True)
    assert "ann" not in summary.line().lower()
    digest.run(mailing, SHORT, TEN)
    assert [mail["To"] for mail in received(mails)] == ["bob@readers.example"]
    with pytest.raises(BadInputError, match="already suppressed"):
        bounces.set_suppressed(mailing, SHORT, "ann@readers.example", is_suppressed=True)
    bounces.set_suppressed(mailing, SHORT, "ann@readers.example", is_suppressed=False)
    with pytest.raises(BadInputError, match="not suppressed"):
        bounces.set_suppressed(mailing, SHORT, "ann@readers.example", is_suppressed=False)


def test_what_is_no_mailbox_is_named(mailing, tmp_path):
    """A folder that is no Maildir, a URL without a host, a server that is not there. None at all is no mistake."""
    for wrong, words in ((str(tmp_path), "no Maildir"), ("imaps:///INBOX", "must be a Maildir")):
        with pytest.raises(BadInputError, match=words):
            bounces.run(mailing, SHORT, wrong)
    with pytest.raises(UnavailableError, match="does not answer") as caught:
        bounces.run(mailing, SHORT, f"imap://u:secret@127.0.0.1:{free_port()}/INBOX")
    assert "secret" not in str(caught.value)


class ImapMailbox(socketserver.StreamRequestHandler):
    """As much of IMAP4rev1 as a client of new mails speaks: one folder, flags, and literals."""

    mails: list[bytes]
    seen: set[int]

    def handle(self) -> None:
        self.say("* OK ready")
        for line in self.rfile:
            tag, command, *rest = line.decode().split()
            answer = getattr(self, command.lower(), lambda *_: None)(*rest) or "OK done"
            self.say(f"{tag} {answer}")

    def say(self, line: str) -> None:
        self.wfile.write(line.encode() + b"\r\n")

    def capability(self) -> None:
        self.say("* CAPABILITY IMAP4rev1")

    def login(self, user: str, password: str) -> str | None:
        return None if password == '"right"' else "NO wrong"

    def select(self, folder: str) -> str | None:
        self.say(f"* {len(self.mails)} EXISTS")
        return None if folder == '"Bounces"' else "NO none"

    def search(self, *_: str) -> None:
        new = (str(n) for n in range(1, len(self.mails) + 1) if n not in self.seen)
        self.say(f"* SEARCH {' '.join(new)}")

    def fetch(self, number: str, *_: str) -> None:
        raw = self.mails[int(number) - 1]
        self.wfile.write(f"* {number} FETCH (BODY[]<0> {{{len(raw)}}}\r\n".encode() + raw + b")\r\n")

    def store(self, number: str, *_: str) -> None:
        self.seen.add(int(number))


@pytest.fixture
def imap() -> Iterator[type[ImapMailbox]]:
    """An IMAP server on loopback; `port` says where."""
    kind = type("Mailbox", (ImapMailbox,), {"mails": [], "seen": set()})
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), kind) as server:
        server.daemon_threads = True
        kind.port = server.server_address[1]
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield kind
        server.shutdown()


def test_over_imap(world, mailing, imap, message_ids):
    """Unseen mails are read without marking them, and marked when they have been noted."""
    imap.mails += [bounce(DEAD).replace(OURS.encode(), message_ids["ann"].encode()), b"Subject: hello\r\n\r\nhi"]
    url = f"imap://user:right@127.0.0.1:{imap.port}/Bounces"
    assert bounces.run(mailing, SHORT, url).details == {"suppressed": 1, "other": 1}
    assert imap.seen == {1, 2}
    assert bounces.run(mailing, SHORT, url).rows_in == 0
    with pytest.raises(BadInputError, match="no folder Other"):
        bounces.run(mailing, SHORT, url.replace("Bounces", "Other"))
    with pytest.raises(UnavailableError, match="refuses"):
        bounces.run(mailing, SHORT, url.replace("right", "wrong"))
