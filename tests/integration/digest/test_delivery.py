"""Digest editions over real PostgreSQL and real SMTP: once per reader and day, whatever happens."""

import json
import os
import signal
import smtplib
import socket
import subprocess
from collections import Counter
from datetime import timedelta
from pathlib import Path

import pytest
from aiosmtpd.controller import Controller

from frontpage.core.errors import BadInputError, NothingPublishedError, UnavailableError
from frontpage.core.params import Params
from frontpage.core.sections.digest import DigestParams
from frontpage.digest.sink.pages import write_pages
from frontpage.digest.sink.server import FolderSink
from frontpage.steps import digest
from frontpage.store.connect import execute, fetch_all
from frontpage.store.lists import runs

from ..serving_world import TEN
from .post import FRONTPAGE, GLOBAL, SHORT, free_port, received, start_digest, states, titles, wait_for


def test_each_opted_in_reader_gets_one_mail(world, mailing, mails):
    """Own list or the region's, from the published run; nobody who did not ask; a second run sends nothing."""
    world.publish({"ann": ["a2", "a1"], "cid": ["a3"]}, GLOBAL | {("region", "north"): ["n1"]})
    first = digest.run(mailing, SHORT, TEN)
    assert (first.rows_in, first.rows_out, first.rejected) == (2, 2, 0)
    assert first.artifact == "editions:2026-03-01.everywhere.0700,2026-03-01.north.0700"
    found = {mail["To"]: titles(mail) for mail in received(mails)}
    assert found == {"ann@readers.example": ["a2", "a1"], "bob@readers.example": ["n1"]}
    assert {mail["Subject"] for mail in received(mails)} == {"Title of a2", "Title of n1"}
    again = digest.run(mailing, SHORT, TEN + timedelta(hours=3))
    assert (again.rows_in, again.rows_out) == (2, 0)
    assert len(received(mails)) == 2


def test_the_next_day_is_another_edition(world, mailing, mails):
    """Tomorrow's mail is made from tomorrow's list and has another Message-ID."""
    world.publish({"ann": ["a1"]}, GLOBAL)
    digest.run(mailing, SHORT, TEN)
    world.publish({"ann": ["a2"]}, GLOBAL, TEN + timedelta(days=1))
    digest.run(mailing, SHORT, TEN + timedelta(days=1))
    to_ann = [mail for mail in received(mails) if mail["To"] == "ann@readers.example"]
    assert [titles(mail) for mail in to_ann] == [["a1"], ["a2"]]
    assert len({mail["Message-ID"] for mail in to_ann}) == 2


def test_an_edition_for_a_past_day_uses_that_days_list(world, mailing, mails):
    """as_of decides the run, whatever is being served."""
    world.publish({"ann": ["a1"]}, GLOBAL)
    world.publish({"ann": ["a2"]}, GLOBAL, TEN + timedelta(days=1))
    digest.run(mailing, SHORT, TEN + timedelta(hours=1))
    assert {tuple(titles(mail)) for mail in received(mails)} == {("a1",), ("g1", "g2")}


def test_a_list_that_was_rolled_back_is_not_mailed(world, mailing, mails):
    """What is being served goes out, although a newer list exists."""
    world.publish({"ann": ["a1"]}, GLOBAL)
    world.publish({"ann": ["a2"]}, GLOBAL, TEN + timedelta(minutes=30))
    runs.rollback(world.connection, "champion")
    digest.run(mailing, SHORT, TEN + timedelta(hours=1))
    assert {tuple(titles(mail)) for mail in received(mails)} == {("a1",), ("g1", "g2")}


def test_what_was_read_or_retracted_is_not_mailed(world, mailing, mails):
    """Reads known by as_of and retractions known at all leave the list; a reader with nothing left gets no mail."""
    world.publish({"ann": ["a1", "a2", "a3"], "bob": ["a1"]}, GLOBAL)
    world.read("ann", "a2")
    world.articles(["a1"], status="retracted", hours=1)
    summary = digest.run(mailing, SHORT, TEN)
    assert [titles(mail) for mail in received(mails)] == [["a3"]]
    assert summary.details["skipped"] == 1


def test_opting_out_is_obeyed_while_an_edition_waits(world, mailing, mails):
    """A reader who opts out after the edition was opened gets no mail of it any more."""
    world.publish({}, GLOBAL)
    away = mailing.model_copy(update={"smtp_url": f"smtp://127.0.0.1:{free_port()}"})
    with pytest.raises(UnavailableError, match="does not answer"):
        digest.run(away, SHORT, TEN)
    execute(world.connection, "update reader_contact set digest_opt_in = false where email = 'ann@readers.example'")
    digest.run(mailing, SHORT, TEN)
    assert [mail["To"] for mail in received(mails)] == ["bob@readers.example"]
    assert states(world.connection) == {"sent": 1, "skipped": 1}


def test_nothing_published_or_nobody_asked(world, mailing, mails):
    """Without a list there is no edition; without a reader who asked for it neither, and that is no error."""
    with pytest.raises(NothingPublishedError, match="2026-03-01 10:00"):
        digest.run(mailing, SHORT, TEN)
    execute(world.connection, "update reader_contact set digest_opt_in = false")
    world.publish({}, GLOBAL)
    assert digest.run(mailing, SHORT, TEN).artifact == "editions:none"
    assert fetch_all(world.connection, "select * from digest_edition") == []
    assert received(mails) == []


def test_a_dry_run_writes_a_page_and_nothing_else(world, settings):
    """The preview shows mails without addresses, each in a frame; no row is written, no mail server is needed."""
    world.publish({"ann": ["a2"]}, GLOBAL)
    summary = digest.run(settings, SHORT, TEN, dry_run=True)
    page = Path(summary.artifact).read_text()
    assert "Title of a2" in page
    assert 'sandbox srcdoc="&lt;!DOCTYPE html&gt;' in page
    assert "readers.example" not in page
    assert fetch_all(world.connection, "select * from digest_edition") == []


def test_a_dry_run_says_what_is_new(world, mailing):
    """Compared with the last edition of the region; at night all editions of the day are shown."""
    world.publish({"ann": ["a1"]}, GLOBAL)
    digest.run(mailing, SHORT, TEN)
    world.publish({"ann": ["a2"], "bob": ["g1"]}, GLOBAL, TEN + timedelta(days=1))
    night = TEN + timedelta(days=1, hours=13)
    page = Path(digest.run(mailing, SHORT, night, dry_run=True).artifact).read_text()
    assert "Compared with 2026-03-01.everywhere.0700." in page
    assert '<td dir="auto">Title of a2</td><td>100 %</td><td>0 %</td><td>new</td>' in page
    assert '<td dir="auto">Title of a1</td><td>0 %</td><td>100 %</td><td>gone</td>' in page


def test_a_5xx_settles_one_mail_and_the_rest_go_out(world, settings, moody):
    """A mailbox that is gone fails with the server's words; it is not tried again."""
    world.publish({}, GLOBAL)
    handler, url = moody(rcpt=["550 no such mailbox", "550 no such mailbox"])
    mailing = settings.model_copy(update={"smtp_url": url})
    summary = digest.run(mailing, SHORT, TEN)
    assert (summary.rows_out, summary.rejected, handler.taken) == (1, 1, ["ann@readers.example"])
    assert digest.run(mailing, SHORT, TEN).rows_out == 0
    rows = fetch_all(world.connection, "select detail from digest_delivery where state = 'failed'")
    assert [row["detail"] for row in rows] == ["550 no such mailbox"]


def test_a_4xx_is_tried_again_later(world, settings, moody):
    """A mail that was put off waits for its time and keeps its edition open; a run after that sends it, and only it."""
    world.publish({}, GLOBAL)
    handler, url = moody(rcpt=["450 try later"])
    mailing = settings.model_copy(update={"smtp_url": url})
    assert digest.run(mailing, SHORT, TEN).details["put_off"] == 1
    assert digest.run(mailing, SHORT, TEN).rows_out == 0
    execute(world.connection, "update digest_delivery set next_attempt_at = now() where state = 'pending'")
    assert digest.run(mailing, SHORT, TEN).rows_out == 1
    assert sorted(handler.taken) == ["ann@readers.example", "bob@readers.example"]


def test_attempts_grow_apart_and_end(world, settings, moody):
    """10, 20, 40 minutes between them, and after the last one the delivery has failed, with the server's words."""
    world.publish({}, GLOBAL)
    _, url = moody(rcpt=["450 <bob@readers.example> busy"] * 4)
    mailing = settings.model_copy(update={"smtp_url": url})
    params = Params(digest=DigestParams(min_articles=1, max_attempts=4))
    waits = []
    for _ in range(4):
        digest.run(mailing, params, TEN)
        row = fetch_all(world.connection, "select * from digest_delivery where state <> 'sent'")[0]
        waits.append(round((row["next_attempt_at"] - row["updated_at"]).total_seconds() / 60))
        execute(world.connection, "update digest_delivery set next_attempt_at = now() where state = 'pending'")
    assert waits == [10, 20, 40, 0]
    assert (row["state"], row["detail"]) == ("failed", "given up after 4 attempts: 450 <address> busy")


def test_a_sender_nobody_wants_stops_the_edition(world, settings, moody):
    """When the server refuses FRONTPAGE_MAIL_FROM, no mail is marked failed: the setting is wrong, not the readers."""

    async def refuse(server, session, envelope, address, options) -> str:
        return "550 not you"

    world.publish({}, GLOBAL)
    handler, url = moody()
    handler.handle_MAIL = refuse
    with pytest.raises(BadInputError, match="refuses FRONTPAGE_MAIL_FROM"):
        digest.run(settings.model_copy(update={"smtp_url": url}), SHORT, TEN)
    assert states(world.connection).get("failed", 0) == 0


def test_a_lost_connection_is_made_anew(world, settings, moody):
    """A server that closes the connection (421) gets the same mail again on a new one."""
    world.publish({}, GLOBAL)
    handler, url = moody(data=["421 closing"])
    mailing = settings.model_copy(update={"smtp_url": url})
    digest.run(mailing, SHORT, TEN)
    execute(world.connection, "update digest_delivery set next_attempt_at = now() where state = 'pending'")
    digest.run(mailing, SHORT, TEN)
    assert sorted(handler.taken) == ["ann@readers.example", "bob@readers.example"]


def test_an_address_that_is_none_fails_alone(world, mailing, mails):
    """A broken address cannot smuggle headers or stop the others."""
    execute(
        world.connection, "update reader_contact set email = E'x@y.example\\nBcc: z@y.example' where email like 'bob%'"
    )
    world.publish({}, GLOBAL)
    summary = digest.run(mailing, SHORT, TEN)
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
    assert states(world.connection) == {"sent": n_readers}
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
        assert states(world.connection) == {"sent": 2, "sending": 1, "pending": 2}
        assert digest.run(mailing, SHORT, TEN).rows_out == 3
    finally:
        controller.stop()
    copies = Counter(mail["Message-ID"] for mail in received(mails))
    assert sorted(copies.values()) == [1, 1, 1, 1, n_copies]
    assert len({path.read_bytes() for path in mails.glob("*.eml")}) == 5


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
    name = "000001-1_.._2@x"
    assert sorted(path.name for path in out.iterdir()) == [f"{name}.eml", "index.html", "pages"]
    assert 'href="pages/000001-1_.._2%40x.html"' in (out / "index.html").read_text()


def test_mails_can_be_looked_at_in_a_browser(world, mailing, mails):
    """An index over the newest mails; a page each, with the HTML part in a frame that may run and load nothing."""
    world.publish({"ann": ["a1"]}, GLOBAL)
    digest.run(mailing, SHORT, TEN)
    (mails / "999999-torn.eml").write_bytes(b"\xff\xfe no header, <script>alert(1)</script>")
    index = write_pages(mails).read_text()
    assert index.count("<tr>") == 1 + 3
    assert "Title of a1" in index
    page = next(path.read_text() for path in (mails / "pages").iterdir() if "Title of a1" in path.read_text())
    assert 'sandbox="allow-popups" srcdoc="&lt;!DOCTYPE html&gt;' in page
    assert '<th scope="row">List-Unsubscribe</th>' in page
    assert "<script>" not in index + (mails / "pages" / "999999-torn.html").read_text()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0
