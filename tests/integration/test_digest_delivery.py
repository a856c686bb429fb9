"""Digest editions over real PostgreSQL and real SMTP: once per reader and edition, whatever happens."""

import json
import os
import signal
import smtplib
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from core.errors import BadInputError, NothingPublishedError, UnavailableError
from core.params import Params
from core.settings import Settings
from digest.sink import FolderSink, start_sink
from serving.server import bind
from steps import digest
from store import runs
from store.connect import connect, execute, fetch_all

from .serving_world import TEN, World

FRONTPAGE = str(Path(sys.executable).parent / "frontpage")
GLOBAL = {("global", ""): ["g1", "g2"]}


def free_port() -> int:
    """A port of loopback that nobody listens on."""
    with bind("127.0.0.1", 0) as probe:
        return probe.getsockname()[1]


@pytest.fixture
def mails(tmp_path: Path) -> Path:
    """Where the sink keeps mails."""
    return tmp_path / "mails"


@pytest.fixture
def sink(mails: Path) -> Iterator[Controller]:
    """A real SMTP server on loopback."""
    controller = start_sink(mails, "127.0.0.1", free_port())
    yield controller
    controller.stop()


@pytest.fixture
def mailing(settings: Settings, sink: Controller) -> Settings:
    """Settings whose mail server is the sink."""
    return settings.model_copy(update={"smtp_url": f"smtp://127.0.0.1:{sink.port}"})


@pytest.fixture
def world(database: str, settings: Settings) -> Iterator[World]:
    """Some articles; ann and bob want the digest, cid does not, dora has no address."""
    with connect(database) as connection:
        made = World(connection, settings)
        made.articles(["a1", "a2", "a3", "g1", "g2", "n1"])
        for name in ("ann", "bob", "cid", "dora"):
            made.reader(name, region="north" if name == "bob" else None)
        made.contact("ann", "ann@readers.example")
        made.contact("bob", "bob@readers.example")
        made.contact("cid", "cid@readers.example", opt_in=False)
        made.contact("dora", None)
        yield made


def received(folder: Path) -> list[EmailMessage]:
    """Every mail the sink holds, in the order of arrival."""
    paths = sorted(folder.glob("*.eml"))
    return [message_from_bytes(path.read_bytes(), policy=default) for path in paths]


def titles(mail: EmailMessage) -> list[str]:
    """Titles in the plain-text part, best first."""
    lines = mail.get_body(("plain",)).get_content().splitlines()
    return [line.split(". ", 1)[1].removeprefix("Title of ") for line in lines if line[:1].isdigit()]


def states(world: World) -> dict[str, int]:
    """Deliveries by state."""
    rows = fetch_all(world.connection, "select state, count(*) as n from digest_delivery group by state")
    return {row["state"]: row["n"] for row in rows}


def test_each_opted_in_reader_gets_one_mail(world, mailing, mails):
    """Own list or the region's, from the published run; nobody who did not ask; a second run sends nothing."""
    world.publish({"ann": ["a2", "a1"], "cid": ["a3"]}, GLOBAL | {("region", "north"): ["n1"]})
    first = digest.run(mailing, Params(), TEN)
    assert (first.rows_in, first.rows_out, first.rejected, first.artifact) == (2, 2, 0, "edition:2026-03-01")
    found = {mail["To"]: titles(mail) for mail in received(mails)}
    assert found == {"ann@readers.example": ["a2", "a1"], "bob@readers.example": ["n1"]}
    assert {mail["Subject"] for mail in received(mails)} == {"Title of a2", "Title of n1"}
    again = digest.run(mailing, Params(), TEN + timedelta(hours=3))
    assert (again.rows_in, again.rows_out) == (2, 0)
    assert len(received(mails)) == 2


def test_the_next_day_is_another_edition(world, mailing, mails):
    """Tomorrow's mail is made from tomorrow's list and has another Message-ID."""
    world.publish({"ann": ["a1"]}, GLOBAL)
    digest.run(mailing, Params(), TEN)
    world.publish({"ann": ["a2"]}, GLOBAL, TEN + timedelta(days=1))
    digest.run(mailing, Params(), TEN + timedelta(days=1))
    to_ann = [mail for mail in received(mails) if mail["To"] == "ann@readers.example"]
    assert [titles(mail) for mail in to_ann] == [["a1"], ["a2"]]
    assert len({mail["Message-ID"] for mail in to_ann}) == 2


def test_an_edition_for_a_past_day_uses_that_days_list(world, mailing, mails):
    """as_of decides the run, whatever is being served."""
    world.publish({"ann": ["a1"]}, GLOBAL)
    world.publish({"ann": ["a2"]}, GLOBAL, TEN + timedelta(days=1))
    digest.run(mailing, Params(), TEN + timedelta(hours=1))
    assert {tuple(titles(mail)) for mail in received(mails)} == {("a1",), ("g1", "g2")}


def test_a_list_that_was_rolled_back_is_not_mailed(world, mailing, mails):
    """What is being served goes out, although a newer list exists."""
    world.publish({"ann": ["a1"]}, GLOBAL)
    world.publish({"ann": ["a2"]}, GLOBAL, TEN + timedelta(minutes=30))
    runs.rollback(world.connection, "champion")
    digest.run(mailing, Params(), TEN + timedelta(hours=1))
    assert {tuple(titles(mail)) for mail in received(mails)} == {("a1",), ("g1", "g2")}


def test_what_was_read_or_retracted_is_not_mailed(world, mailing, mails):
    """Reads known by as_of and retractions known at all leave the list; a reader with nothing left gets no mail."""
    world.publish({"ann": ["a1", "a2", "a3"], "bob": ["a1"]}, GLOBAL)
    world.read("ann", "a2")
    world.articles(["a1"], status="retracted", hours=1)
    summary = digest.run(mailing, Params(), TEN)
    assert [titles(mail) for mail in received(mails)] == [["a3"]]
    assert summary.details["skipped"] == 1


def test_opting_out_is_obeyed_while_an_edition_waits(world, mailing, mails):
    """A reader who opts out after the edition was opened gets no mail of it any more."""
    world.publish({}, GLOBAL)
    away = mailing.model_copy(update={"smtp_url": f"smtp://127.0.0.1:{free_port()}"})
    with pytest.raises(UnavailableError, match="does not answer"):
        digest.run(away, Params(), TEN)
    execute(world.connection, "update reader_contact set digest_opt_in = false where email = 'ann@readers.example'")
    digest.run(mailing, Params(), TEN)
    assert [mail["To"] for mail in received(mails)] == ["bob@readers.example"]
    assert states(world) == {"sent": 1, "skipped": 1}


def test_nothing_published_or_nobody_asked(world, mailing, mails):
    """Without a list there is no edition; without a reader who asked for it neither, and that is no error."""
    with pytest.raises(NothingPublishedError, match="2026-03-01 10:00"):
        digest.run(mailing, Params(), TEN)
    execute(world.connection, "update reader_contact set digest_opt_in = false")
    world.publish({}, GLOBAL)
    assert digest.run(mailing, Params(), TEN).details == {"opted_in": 0}
    assert fetch_all(world.connection, "select * from digest_edition") == []
    assert received(mails) == []


def test_a_dry_run_writes_a_page_and_nothing_else(world, settings):
    """The preview shows mails without addresses; no row is written and no mail server is needed."""
    world.publish({"ann": ["a2"]}, GLOBAL)
    summary = digest.run(settings, Params(), TEN, dry_run=True)
    page = Path(summary.artifact).read_text()
    assert "Title of a2" in page
    assert "readers.example" not in page
    assert fetch_all(world.connection, "select * from digest_edition") == []


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


@pytest.fixture
def moody() -> Iterator:
    """Starts a Moody server; gives its handler and URL."""
    started: list[Controller] = []

    def start(**answers: list[str]) -> tuple[Moody, str]:
        handler = Moody(**answers)
        controller = Controller(handler, hostname="127.0.0.1", port=free_port())
        controller.start()
        started.append(controller)
        return handler, f"smtp://127.0.0.1:{controller.port}"

    yield start
    for controller in started:
        controller.stop()


def test_a_5xx_settles_one_mail_and_the_rest_go_out(world, settings, moody):
    """A mailbox that is gone fails with the server's words; it is not tried again."""
    world.publish({}, GLOBAL)
    handler, url = moody(rcpt=["550 no such mailbox", "550 no such mailbox"])
    mailing = settings.model_copy(update={"smtp_url": url})
    summary = digest.run(mailing, Params(), TEN)
    assert (summary.rows_out, summary.rejected, handler.taken) == (1, 1, ["ann@readers.example"])
    assert digest.run(mailing, Params(), TEN).rows_out == 0
    rows = fetch_all(world.connection, "select detail from digest_delivery where state = 'failed'")
    assert [row["detail"] for row in rows] == ["550 no such mailbox"]


def test_a_4xx_is_tried_again_by_the_next_run(world, settings, moody):
    """A mail that was put off keeps the edition open; the next run sends it, and only it."""
    world.publish({}, GLOBAL)
    handler, url = moody(rcpt=["450 try later"])
    mailing = settings.model_copy(update={"smtp_url": url})
    with pytest.raises(UnavailableError, match="put off 1 of 2 mails"):
        digest.run(mailing, Params(), TEN)
    assert digest.run(mailing, Params(), TEN).rows_out == 1
    assert sorted(handler.taken) == ["ann@readers.example", "bob@readers.example"]


def test_a_sender_nobody_wants_stops_the_edition(world, settings, moody):
    """When the server refuses FRONTPAGE_MAIL_FROM, no mail is marked failed: the setting is wrong, not the readers."""

    async def refuse(server, session, envelope, address, options) -> str:
        return "550 not you"

    world.publish({}, GLOBAL)
    handler, url = moody()
    handler.handle_MAIL = refuse
    with pytest.raises(BadInputError, match="refuses FRONTPAGE_MAIL_FROM"):
        digest.run(settings.model_copy(update={"smtp_url": url}), Params(), TEN)
    assert states(world).get("failed", 0) == 0


def test_a_lost_connection_is_made_anew(world, settings, moody):
    """A server that closes the connection (421) gets the same mail again on a new one."""
    world.publish({}, GLOBAL)
    handler, url = moody(data=["421 closing"])
    mailing = settings.model_copy(update={"smtp_url": url})
    try:
        digest.run(mailing, Params(), TEN)
    except UnavailableError:
        digest.run(mailing, Params(), TEN)
    assert sorted(handler.taken) == ["ann@readers.example", "bob@readers.example"]


def test_an_address_that_is_none_fails_alone(world, mailing, mails):
    """A broken address cannot smuggle headers or stop the others."""
    execute(
        world.connection, "update reader_contact set email = E'x@y.example\\nBcc: z@y.example' where email like 'bob%'"
    )
    world.publish({}, GLOBAL)
    summary = digest.run(mailing, Params(), TEN)
    assert (summary.rows_out, summary.rejected) == (1, 1)
    assert [mail["To"] for mail in received(mails)] == ["ann@readers.example"]


@pytest.mark.slow
def test_kill_9_in_the_middle_leaves_no_gap(world, mailing, mails):
    """Three kills in an edition of 500: everybody has the mail; at most one double per kill, equal to the byte."""
    n_readers, n_kills = 500, 3
    for n in range(n_readers - 2):
        world.reader(f"r{n}")
        world.contact(f"r{n}", f"r{n}@readers.example")
    world.publish({}, GLOBAL)
    for kill in range(1, n_kills + 1):
        process = start_digest(mailing)
        wait_for(lambda at=kill: len(list(mails.glob("*.eml"))) > at * 100)
        process.send_signal(signal.SIGKILL)
        assert process.wait() == -signal.SIGKILL
    wait_for(lambda: not fetch_all(world.connection, "select from pg_locks where locktype = 'advisory'"))
    last = start_digest(mailing)
    output, _ = last.communicate(timeout=120)
    assert last.returncode == 0, output
    assert states(world) == {"sent": n_readers}
    per_reader = Counter(mail["To"] for mail in received(mails))
    assert len(per_reader) == n_readers
    doubles = {to: n for to, n in per_reader.items() if n > 1}
    assert sum(doubles.values()) - len(doubles) <= n_kills
    for to in doubles:
        copies = {path.read_bytes() for path in mails.glob("*.eml") if f"To: {to}".encode() in path.read_bytes()}
        assert len(copies) == 1
    rows = fetch_all(world.connection, "select count(*) as n from digest_delivery where detail like 'sent again%'")
    assert len(doubles) <= rows[0]["n"] <= n_kills


class Deadly(FolderSink):
    """A sink that kills the sender at its third mail, just before or just after keeping it."""

    def __init__(self, out: Path, moment: str) -> None:
        super().__init__(out)
        self.moment = moment
        self.victim: subprocess.Popen | None = None

    async def handle_DATA(self, server, session, envelope) -> str:
        if self.victim and self.moment == "before" and self.n_mails == 2:
            self.kill()
            return "451 nobody listens any more"
        answer = await super().handle_DATA(server, session, envelope)
        if self.victim and self.moment == "after" and self.n_mails == 3:
            self.kill()
        return answer

    def kill(self) -> None:
        self.victim.kill()
        self.victim.wait()
        self.victim = None


@pytest.mark.parametrize(("moment", "n_copies"), [("before", 1), ("after", 2)])
def test_the_one_mail_that_may_come_twice(world, settings, mails, moment, n_copies):
    """Killed before the server has a mail: one copy. Killed between its 250 and our commit: two, equal to the byte."""
    for n in range(3):
        world.reader(f"r{n}")
        world.contact(f"r{n}", f"r{n}@readers.example")
    world.publish({}, GLOBAL)
    handler = Deadly(mails, moment)
    controller = Controller(handler, hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        mailing = settings.model_copy(update={"smtp_url": f"smtp://127.0.0.1:{controller.port}"})
        handler.victim = process = start_digest(mailing)
        process.communicate(timeout=60)
        assert process.returncode == -signal.SIGKILL
        wait_for(lambda: not fetch_all(world.connection, "select from pg_locks where locktype = 'advisory'"))
        assert states(world) == {"sent": 2, "sending": 1, "pending": 2}
        assert digest.run(mailing, Params(), TEN).rows_out == 3
    finally:
        controller.stop()
    copies = Counter(mail["Message-ID"] for mail in received(mails))
    assert sorted(copies.values()) == [1, 1, 1, 1, n_copies]
    assert len({path.read_bytes() for path in mails.glob("*.eml")}) == 5


def start_digest(settings: Settings) -> subprocess.Popen:
    """`frontpage digest` as a process of its own."""
    environment = {
        **os.environ,
        "FRONTPAGE_DATABASE_URL": settings.database_url,
        "FRONTPAGE_SMTP_URL": settings.smtp_url,
        "FRONTPAGE_HOME": str(settings.home),
    }
    command = [FRONTPAGE, "digest", "--as-of", TEN.isoformat()]
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)


def wait_for(is_so, seconds: float = 60) -> None:
    """Poll until it is so."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.01)


def test_the_sink_is_a_command(tmp_path):
    """`frontpage mail-sink` keeps mails as files until it is told to stop, then says how many."""
    port = free_port()
    out = tmp_path / "kept"
    command = [FRONTPAGE, "mail-sink", str(out), "--port", str(port)]
    process = subprocess.Popen(command, env={**os.environ}, stdout=subprocess.PIPE, text=True)
    wait_for(lambda: _listens(port))
    with smtplib.SMTP("127.0.0.1", port) as client:
        client.sendmail("a@x.example", ["b@y.example"], "Message-ID: <1/../2@x>\r\n\r\nhello\r\n")
    process.send_signal(signal.SIGTERM)
    output, _ = process.communicate(timeout=20)
    assert process.returncode == 0
    assert json.loads(output)["frontpage.rows_in"] == 1
    assert [path.name for path in out.iterdir()] == ["000001-1_.._2@x.eml"]


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
