"""A retraction and the mails: what waits does not hold it, and who saw it is told once."""

from datetime import timedelta

from aiosmtpd.controller import Controller

from frontpage.core.params import Params
from frontpage.steps import digest, retract
from frontpage.store.connect import fetch_all

from ..serving_client import running
from ..serving_world import TEN
from .post import GLOBAL, SHORT, free_port, received, titles

DAY = timedelta(days=1)


def test_who_was_mailed_a_retracted_article_is_told_with_the_next_digest(world, mailing, mails):
    """Once, in the text and the page; whoever did not see it gets no note."""
    world.publish({"ann": ["a1", "a2"]}, GLOBAL)
    digest.run(mailing, SHORT, TEN)
    retract.run(mailing, Params(), "a1", reason="false")
    world.publish({"ann": ["a3", "g1"]}, GLOBAL, TEN + DAY)
    digest.run(mailing, SHORT, TEN + DAY)
    world.publish({"ann": ["n1"]}, GLOBAL, TEN + 2 * DAY)
    digest.run(mailing, SHORT, TEN + 2 * DAY)
    to_ann = [mail for mail in received(mails) if mail["To"] == "ann@readers.example"]
    said = ["retracted since" in mail.get_body(("plain",)).get_content() for mail in to_ann]
    assert said == [False, True, False]
    second = to_ann[1]
    assert "* Title of a1" in second.get_body(("plain",)).get_content()
    assert "Title of a1" in second.get_body(("html",)).get_content()
    assert titles(second) == ["a3", "g1"]
    others = [mail for mail in received(mails) if mail["To"] != "ann@readers.example"]
    assert all("retracted since" not in mail.get_body(("plain",)).get_content() for mail in others)
    told = fetch_all(world.connection, "select edition_id from correction")
    assert [row["edition_id"] for row in told] == ["2026-03-02.everywhere.0700"]


async def test_who_saw_what_the_api_retracted_is_told_with_the_next_digest(world, mailing, mails):
    """No `frontpage retract` in between: the digest itself writes down who is owed it, before its mails are made."""
    world.publish({"ann": ["a1", "a2"]}, GLOBAL)
    digest.run(mailing, SHORT, TEN)
    async with running(mailing.model_copy(update={"clock": "2026-03-01T11:00:00Z"})) as client:
        assert (await client.post("/v1/articles/a1/retraction", json={"reason": "false"})).status_code == 200
    assert fetch_all(world.connection, "select * from correction") == []
    world.publish({"ann": ["a3", "g1"]}, GLOBAL, TEN + DAY)
    assert digest.run(mailing, SHORT, TEN + DAY).details["corrections"] == 1
    (_, second) = [mail for mail in received(mails) if mail["To"] == "ann@readers.example"]
    assert "* Title of a1" in second.get_body(("plain",)).get_content()
    assert digest.run(mailing, SHORT, TEN + DAY).details["corrections"] == 0


def test_a_mail_that_was_read_before_the_retraction_is_written_anew(world, settings):
    """Both mails' contents are read at once; when the first is taken the article goes, and the second lacks it."""
    taken: list[str] = []

    class Editor:
        async def handle_DATA(self, server, session, envelope) -> str:
            if not taken:
                retract.run(settings, Params(), "a1", reason="false")
            taken.append(envelope.content.decode())
            return "250 taken"

    world.publish({"ann": ["a1", "a2"], "bob": ["a1", "a2"]}, GLOBAL)
    controller = Controller(Editor(), hostname="127.0.0.1", port=free_port())
    controller.start()
    try:
        digest.run(settings.model_copy(update={"smtp_url": f"smtp://127.0.0.1:{controller.port}"}), SHORT, TEN)
    finally:
        controller.stop()
    assert ["Title of a1" in mail for mail in taken] == [True, False]
    assert all("Title of a2" in mail for mail in taken)
