"""E-mail addresses in every spelling."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from frontpage.core.errors import BadInputError
from frontpage.core.identity.pseudonym import address_hash
from frontpage.digest.address import Address, hash_of, sender_of
from frontpage.digest.returns.bounces import without_addresses

SENT = [
    ("john@x.example", "john@x.example", False),
    ("John@X.Example", "John@x.example", False),
    ("jöhn@x.example", "jöhn@x.example", True),
    ("jo\u0308hn@x.example", "jöhn@x.example", True),
    ("john@münchen.example", "john@xn--mnchen-3ya.example", False),
    ("john@MÜNCHEN.example", "john@xn--mnchen-3ya.example", False),
    ("john@straße.example", "john@xn--strae-oqa.example", False),
    ("用户@例子.example", "用户@xn--fsqu00a.example", True),
    ("john@例子。example", "john@xn--fsqu00a.example", False),
    ('"john.doe"@x.example', '"john.doe"@x.example', False),
    ('"john@home"@x.example', '"john@home"@x.example', False),
    ("john@[192.0.2.1]", "john@[192.0.2.1]", False),
    ("o'neil+news=1@mail_1.x.example", "o'neil+news=1@mail_1.x.example", False),
]
NONE = [
    "", "john", "@x.example", "john@", "a@b@x.example", "a..b@x.example", ".a@x.example", "a b@x.example",
    "a@x..example", "a@-x.example", "a@x.example>", "a@x.example\r\nBcc: b@x.example", "a\x00b@x.example",
    "a@x.example, b@x.example", '"a"b@x.example', '"a\r\nb"@x.example', "a@mün chen.example", "a@\u2028.example",
    "a\u2029b@x.example",
]  # fmt: skip
ANSWERS = [
    '450 4.2.0 <"john.doe"@x.example>: Greylisted',
    "450 4.2.0 <john.doe@x.example>: Greylisted",
    "450 4.2.0 john.doe@x.example: Greylisted",
    "450 4.2.0 <JOHN.DOE@X.EXAMPLE>: Greylisted",
    "450 4.2.0 <john.doe%40x.example>: Greylisted",
    "450 4.2.0 john.doe+40x.example: Greylisted",
    "450 4.2.0 john+2Edoe+40x.example: Greylisted",
    "450 4.2.0 john.doe=40x.example: Greylisted",
    "450 4.2.0 john.doe&#64;x.example: Greylisted",
    '450 4.2.0 <\\"john.doe\\"@x.example>: Greylisted',
    "450 4.2.0 john.doe＠x.example: Greylisted",
    "450 4.2.0 'john.doe@x.example': Greylisted",
    "450 4.2.0\n <john.doe@x.example>:\r\n Greylisted",
    "450 4.2.0 &lt;john.doe@x.example&gt;: Greylisted",
    "450 4.2.0 john.doe=x.example: Greylisted",
    "450 4.2.0 smtp:john.doe@x.example: Greylisted",
]


@pytest.mark.parametrize(("written", "sent", "needs_smtputf8"), SENT)
def test_what_goes_to_the_server(written, sent, needs_smtputf8):
    """The domain in ASCII; the local part as it is, for only its own server knows what it means."""
    address = Address.parse(written)
    assert (str(address), address.needs_smtputf8) == (sent, needs_smtputf8)
    assert Address.parse(sent) == address


@pytest.mark.parametrize("written", NONE)
def test_what_is_none(written):
    """Refused without showing it."""
    with pytest.raises(BadInputError, match=r"^not an e-mail address$"):
        Address.parse(written)


@given(st.text())
def test_nothing_but_an_address_gets_through(text):
    """What is taken has no line break, blank or control character outside quotes, and reads the same again."""
    try:
        sent = str(Address.parse(text))
    except BadInputError:
        return
    assert sent.splitlines() == [sent]
    assert str(Address.parse(sent)) == sent


def test_hashes_tell_people_apart_and_not_spellings():
    """Punycode or Unicode, case, quotes that are not needed; hashes made before of plain addresses stay the same."""
    one = {
        "Jöhn@münchen.example",
        "jöhn@XN--MNCHEN-3YA.example",
        '"jöhn"@MÜNCHEN.example',
        " jo\u0308hn@münchen.example ",
    }
    assert {hash_of(text, "s") for text in one} == {address_hash("jöhn@münchen.example", "s")}
    assert hash_of("Ann@Readers.example", "s") == address_hash("ann@readers.example", "s")
    assert hash_of("john@münchen.example", "s") != hash_of("john@munchen.example", "s")
    assert hash_of("nobody", "s") == address_hash("nobody", "s")


@pytest.mark.parametrize("answer", ANSWERS)
def test_a_servers_words_hold_no_address(answer):
    """In whatever spelling the recipient stands in them; the rest of the words stays."""
    for known in ("john.doe@x.example", '"john.doe"@x.example'):
        kept = without_addresses(answer, known)
        assert "doe" not in kept.lower()
        assert kept.replace("smtp:", "").replace("&lt;", "").replace("&gt;", "").replace("'", "") == (
            "450 4.2.0 <address>: Greylisted"
        )


@pytest.mark.parametrize(
    "answer", ["550 no john@münchen.example", "550 no john@xn--mnchen-3ya.example", "550 no <john@MÜNCHEN.example>"]
)
@pytest.mark.parametrize("known", ["john@münchen.example", "john@xn--mnchen-3ya.example"])
def test_a_domain_in_another_spelling(answer, known):
    """A server that decodes punycode is no way out."""
    assert without_addresses(answer, known) == "550 no <address>"


@pytest.mark.parametrize(
    "words", ["550 5.7.1 Blocked, see https://x.example/why?ip=192.0.2.1 (code+40)", "421 4.7.0 50% of quota = full"]
)
def test_words_without_an_address_stay(words):
    """Nothing else is taken for one."""
    assert without_addresses(words, "john@x.example") == words


def test_the_senders_name_is_on_one_line():
    """A setting with a line break in it adds no header."""
    name, address = sender_of("Front\r\nBcc: all@x.example\u2028page <digest@x.example>")
    assert (name, str(address)) == ("Front Bcc: all@x.example page", "digest@x.example")
    assert [sender_of(text)[0] for text in ('"A \\"B\\"" <a@x.example>', "A, B <a@x.example>", "a@x.example")] == [
        'A "B"', "A, B", "",
    ]  # fmt: skip
