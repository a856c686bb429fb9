"""Bounces and complaints that a mail service posts to the API: on disk at once, obeyed as those of the mailbox."""

import pytest
from pydantic import SecretStr

from frontpage.core.identity.api_keys import key_hash
from frontpage.steps import bounces, digest
from frontpage.store.connect import fetch_all
from frontpage.store.keys import NewKey, add_key

from ...unit.digest.test_reports import bounce, complaint
from ..serving_client import running
from ..serving_world import TEN
from .post import GLOBAL, SHORT
from .test_bounces import DEAD, OURS, message_ids  # noqa: F401 - a fixture
from .test_editions import DAY

PATH = "/v1/digest/reports"
MAIL = {"Content-Type": "message/rfc822"}


def waiting(world) -> int:
    """Mails in the inbox."""
    return len(fetch_all(world.connection, "select from digest_report_inbox"))


async def test_what_is_posted_is_obeyed_by_the_next_edition(world, mailing, message_ids):  # noqa: F811
    """202 means on disk; the same one again is `repeated`; `frontpage bounces` takes it in and deletes it."""
    dead = bounce(DEAD).replace(OURS.encode(), message_ids["ann"].encode())
    angry = complaint("abuse").replace(OURS.encode(), message_ids["bob"].encode())
    async with running(mailing) as client:
        answers = [await client.post(PATH, content=raw, headers=MAIL) for raw in (dead, dead, angry, b"Hello\n")]
    assert [(answer.status_code, answer.json()["repeated"]) for answer in answers] == [
        (202, False), (202, True), (202, False), (202, False),
    ]  # fmt: skip
    summary = bounces.run(mailing, SHORT)
    assert summary.details == {"suppressed": 2, "other": 1}
    assert waiting(world) == 0
    rows = fetch_all(world.connection, "select reason from digest_suppression order by reason")
    assert [row["reason"] for row in rows] == ["bounce", "complaint"]
    world.publish({"ann": ["a1"], "bob": ["a1"]}, GLOBAL, TEN + DAY)
    assert digest.run(mailing, SHORT, TEN + DAY).rows_out == 0


async def test_the_digest_takes_them_in_before_it_sends(world, mailing, message_ids):  # noqa: F811
    """Nobody has to call `frontpage bounces`."""
    async with running(mailing) as client:
        raw = bounce(DEAD).replace(OURS.encode(), message_ids["ann"].encode())
        await client.post(PATH, content=raw, headers=MAIL)
    world.publish({"ann": ["a1"], "bob": ["a1"]}, GLOBAL, TEN + DAY)
    summary = digest.run(mailing, SHORT, TEN + DAY)
    assert (summary.rows_out, summary.details["bounces"]) == (1, 1)


@pytest.mark.parametrize(
    ("content", "kind", "status"),
    [(b"x", "application/json", 415), (b"", "message/rfc822", 400), (b"x" * 1_000_001, "message/rfc822", 413)],
)
async def test_what_is_no_mail_is_refused(world, mailing, content, kind, status):
    """Another kind of body, none, one that is too large: a clean 4xx, and nothing is kept."""
    async with running(mailing) as client:
        assert (await client.post(PATH, content=content, headers={"Content-Type": kind})).status_code == status
    assert waiting(world) == 0


@pytest.mark.parametrize(("scope", "status"), [("read", 403), ("events", 403), ("admin", 202)])
async def test_only_an_admin_key_may(world, mailing, scope, status):
    """Who posts a report decides about somebody's mail."""
    key = f"a-key-for-{scope}-0123456789"
    add_key(world.connection, NewKey(scope, key_hash(key), [scope]), "person:ana", "a test")
    closed = mailing.model_copy(update={"api_keys": SecretStr("a-key-of-the-settings-0123456789")})
    async with running(closed) as client:
        answer = await client.post(PATH, content=b"Hello\n", headers={**MAIL, "X-API-Key": key})
    assert answer.status_code == status
