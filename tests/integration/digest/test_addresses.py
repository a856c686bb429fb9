"""Addresses beyond ASCII on their way through real SMTP, and none in clear in what is kept of an answer."""

import pytest
from pydantic import SecretStr

from frontpage.core.errors import BadInputError
from frontpage.core.params import Params
from frontpage.steps import addresses, bounces, digest
from frontpage.store.connect import execute, fetch_all

from ..serving_world import TEN
from .post import GLOBAL, SHORT, received


@pytest.fixture
def odd(world):
    """Three readers with addresses of each kind; ann and bob have gone."""
    execute(world.connection, "update reader_contact set digest_opt_in = false")
    for name, address in (("jo", "jöhn@x.example"), ("mu", "John@münchen.example"), ("qu", '"john.doe"@x.example')):
        world.reader(name)
        world.contact(name, address)
    world.publish({}, GLOBAL)
    return world


def details(world) -> list[tuple[str, str]]:
    """State and detail of each delivery, in the order of the addresses."""
    rows = fetch_all(
        world.connection,
        'select state, detail from digest_delivery join reader_contact using (reader_key) order by email collate "C"',
    )
    return [(row["state"], row["detail"]) for row in rows]


def test_every_address_is_reached_where_smtputf8_is_offered(odd, mailing, mails):
    """The domain in ASCII, the local part as it is."""
    assert digest.run(mailing, SHORT, TEN).rows_out == 3
    sent = {line for path in mails.glob("*.eml") for line in path.read_text().splitlines() if line.startswith("To: ")}
    assert sent == {"To: jöhn@x.example", "To: John@xn--mnchen-3ya.example", 'To: "john.doe"@x.example'}


def test_only_a_local_part_beyond_ascii_needs_smtputf8(odd, mailing, moody):
    """Its delivery fails, with the reason; the others go out, and nothing counts against the address."""
    server, url = moody(smtputf8=False)
    digest.run(mailing.model_copy(update={"smtp_url": url}), SHORT, TEN)
    # The test's server takes off quotes that an address does not need.
    assert sorted(server.taken) == ["John@xn--mnchen-3ya.example", "john.doe@x.example"]
    assert details(odd) == [
        ("sent", ""),
        ("sent", ""),
        ("failed", "the mail server does not offer SMTPUTF8, which an address beyond ASCII before its @ needs"),
    ]
    assert fetch_all(odd.connection, "select from digest_report") == []


def test_no_answer_is_kept_with_an_address(odd, mailing, moody):
    """A greylisting server writes the address as it likes."""
    answers = ['450 4.2.0 <"john.doe"@x.example>: Greylisted', "450 4.2.0 <John@XN--MNCHEN-3YA.example>: Greylisted"]
    _, url = moody(data=[*answers, *reversed(answers)])
    digest.run(mailing.model_copy(update={"smtp_url": url}), SHORT, TEN)
    assert details(odd)[:2] == [("pending", "450 4.2.0 <address>: Greylisted")] * 2


def test_what_is_suppressed_is_so_in_every_spelling(odd, mailing, mails):
    """By the domain's other name, in another case, and without quotes."""
    for address in ("john@XN--MNCHEN-3YA.EXAMPLE", "John.Doe@X.example"):
        bounces.set_suppressed(mailing, SHORT, address, is_suppressed=True)
    digest.run(mailing, SHORT, TEN)
    assert [str(mail["To"]) for mail in received(mails)] == ["jöhn@x.example"]
    assert [state for state, _ in details(odd)] == ["skipped", "skipped", "sent"]


def test_sealed_addresses_are_opened_by_the_digest(world, settings, mailing, mails):
    """By its own role, which may change none; one that was moved to another row fails alone, and names nobody."""
    addresses.rotate(settings, Params(), reason="sealed for the first time")
    execute(
        world.connection,
        "update reader_contact mine set email = other.email from reader_contact other "
        "where other.reader_key = %s and mine.reader_key = %s",
        [world.key("ann"), world.key("bob")],
    )
    world.publish({}, GLOBAL)
    done = digest.run(mailing, SHORT, TEN)
    assert (done.rows_out, done.rejected) == (1, 1)
    assert [str(mail["To"]) for mail in received(mails)] == ["ann@readers.example"]
    assert ("failed", "a sealed address was changed, or is another reader's") in details(world)


def test_without_their_key_nothing_is_sent(world, settings, mailing, mails):
    """One sentence; the mails are owed still, and go out when the key is there."""
    addresses.rotate(settings, Params(), reason="sealed for the first time")
    world.publish({}, GLOBAL)
    other = mailing.model_copy(update={"address_keys": SecretStr("another-secret-of-some-length")})
    with pytest.raises(BadInputError, match="FRONTPAGE_ADDRESS_KEYS does not hold"):
        digest.run(other, SHORT, TEN)
    assert received(mails) == []
    assert digest.run(mailing, SHORT, TEN).rows_out == 2
